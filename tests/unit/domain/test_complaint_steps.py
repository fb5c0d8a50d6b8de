"""Every step of a complaint's life, legal or not, from every stage (D9, R70)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.commands import (
    AcknowledgeComplaint,
    AssignComplaint,
    CloseComplaint,
    Command,
    InvestigateComplaint,
    PauseComplaint,
    ReopenComplaint,
    ReportOutcome,
    ResolveComplaint,
    ResumeComplaint,
    TriageComplaint,
)
from domain.complaint import Complaint, Stage
from domain.errors import (
    InvalidError,
    NotFoundError,
    NothingChangedError,
    ReasonRequiredError,
    RepresentativeLeftError,
    WrongStageError,
)
from domain.priority import ComplaintChannel, Pressure, Severity
from tests.support.examples import a_customer, a_representative, everybody
from tests.support.moments import LI, QIAN, TODAY, WANG, ZHAO, an_id, at, signed
from tests.support.scenario import Outcome, an_event, given
from tests.support.stories import ComplaintStory, a_complaint_at

ID = an_id("complaint")
LATER = at(TODAY, 16)

STEPS: dict[str, tuple[Command, type]] = {
    "triage": (
        TriageComplaint(complaint_id=ID, severity=Severity.MINOR, pressure=Pressure.LOW),
        Complaint.Triaged,
    ),
    "assign": (AssignComplaint(complaint_id=ID, handler_id=LI.id), Complaint.Assigned),
    "acknowledge": (AcknowledgeComplaint(complaint_id=ID), Complaint.Acknowledged),
    "investigate": (InvestigateComplaint(complaint_id=ID, cause="受潮"), Complaint.Investigated),
    "resolve": (ResolveComplaint(complaint_id=ID, solution="更换"), Complaint.Resolved),
    "report": (
        ReportOutcome(complaint_id=ID, channel=ComplaintChannel.PHONE, answer="好"),
        Complaint.OutcomeReported,
    ),
    "close": (CloseComplaint(complaint_id=ID, satisfaction=4), Complaint.Closed),
    "reopen": (ReopenComplaint(complaint_id=ID), Complaint.Reopened),
    "pause": (PauseComplaint(complaint_id=ID), Complaint.Paused),
    "resume": (ResumeComplaint(complaint_id=ID), Complaint.Resumed),
}

LEGAL: dict[tuple[Stage, bool], str] = {
    (Stage.FILED, False): "triage assign pause",
    (Stage.TRIAGED, False): "triage assign pause",
    (Stage.ASSIGNED, False): "triage assign acknowledge pause",
    (Stage.ACKNOWLEDGED, False): "triage assign investigate pause",
    (Stage.INVESTIGATED, False): "triage assign investigate resolve pause",
    (Stage.RESOLVED, False): "triage assign report reopen",
    (Stage.REPORTED, False): "triage assign close reopen",
    (Stage.CLOSED, False): "reopen",
    (Stage.FILED, True): "triage assign resume",
    (Stage.TRIAGED, True): "triage assign resume",
    (Stage.ASSIGNED, True): "triage assign acknowledge resume",
    (Stage.ACKNOWLEDGED, True): "triage assign investigate resume",
    (Stage.INVESTIGATED, True): "triage assign investigate resolve resume",
}
"""By stage, and whether we wait for the customer."""


def taking(step: str, complaint: Complaint) -> Outcome:
    company = given(complaint, a_customer(), *everybody())
    return company.when(STEPS[step][0], at=LATER, by=ZHAO, why="客户要求")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("stage", "is_paused"), LEGAL)
def test_a_step_makes_sense_at_some_stages_and_is_refused_at_the_others(
    stage: Stage, step: str, *, is_paused: bool
) -> None:
    complaint = a_complaint_at(stage, is_paused=is_paused)
    assert (complaint.stage, complaint.is_paused) == (stage, is_paused)

    outcome = taking(step, complaint)

    if step in LEGAL[stage, is_paused].split():
        outcome.then(an_event(STEPS[step][1], customer_id=an_id("customer"), timestamp=LATER))
    else:
        outcome.then_refused(WrongStageError, stage=stage.value)


def test_the_table_knows_every_stage_and_every_step() -> None:
    assert {stage for stage, _ in LEGAL} == set(Stage)
    assert {step for steps in LEGAL.values() for step in steps.split()} == set(STEPS)


def test_each_step_leads_to_its_stage() -> None:
    assert [a_complaint_at(stage).stage for stage in Stage] == list(Stage)


def test_a_reopened_complaint_is_investigated_again() -> None:
    complaint = ComplaintStory().reopened().complaint

    assert (complaint.stage, complaint.round) == (Stage.ACKNOWLEDGED, 2)
    taking("resolve", complaint).then_refused(WrongStageError)


def test_a_complaint_is_acknowledged_once_over_all_rounds() -> None:
    taking("acknowledge", ComplaintStory().reopened().complaint).then_refused(WrongStageError)


def test_a_solution_ends_the_wait_for_the_customer() -> None:
    complaint = a_complaint_at(Stage.INVESTIGATED, is_paused=True)
    resolved = taking("resolve", complaint).then(an_event(Complaint.Resolved, climbs=[]))

    assert not resolved.is_paused


@pytest.mark.parametrize("step", ["pause", "reopen"])
def test_waiting_and_reopening_need_a_reason(step: str) -> None:
    stage = Stage.FILED if step == "pause" else Stage.CLOSED
    company = given(a_complaint_at(stage), a_customer())

    company.when(STEPS[step][0], at=LATER).then_refused(ReasonRequiredError, field="reason")


@pytest.mark.parametrize(
    ("stage", "command", "field"),
    [
        (Stage.ACKNOWLEDGED, InvestigateComplaint(complaint_id=ID, cause=" "), "cause"),
        (Stage.INVESTIGATED, ResolveComplaint(complaint_id=ID, solution=""), "solution"),
        (Stage.REPORTED, CloseComplaint(complaint_id=ID, satisfaction=0), "satisfaction"),
        (Stage.REPORTED, CloseComplaint(complaint_id=ID, satisfaction=6), "satisfaction"),
    ],
)
def test_a_step_without_content_is_refused(stage: Stage, command: Command, field: str) -> None:
    company = given(a_complaint_at(stage), a_customer())

    company.when(command, at=LATER).then_refused(InvalidError, field=field)


@pytest.mark.parametrize("satisfaction", [1, 5, None])
def test_the_customer_says_how_satisfied_he_is_or_does_not(satisfaction: int | None) -> None:
    """R72."""
    command = CloseComplaint(complaint_id=ID, satisfaction=satisfaction, comment="谢谢")
    company = given(a_complaint_at(Stage.REPORTED), a_customer())

    company.when(command, at=LATER).then(
        an_event(Complaint.Closed, satisfaction=satisfaction, comment="谢谢")
    )


class TestAssigning:
    def assign(self, complaint: Complaint, handler_id: Any, *others: Any) -> Outcome:
        command = AssignComplaint(complaint_id=ID, handler_id=handler_id)
        return given(complaint, a_customer(), *(others or everybody())).when(command, at=LATER)

    def test_a_complaint_is_handed_on(self) -> None:
        complaint = a_complaint_at(Stage.ACKNOWLEDGED)

        self.assign(complaint, ZHAO.id).then(
            an_event(Complaint.Assigned, from_handler_id=WANG.id, to_handler_id=ZHAO.id)
        )

    def test_the_handler_already_has_it(self) -> None:
        complaint = a_complaint_at(Stage.ASSIGNED)

        self.assign(complaint, WANG.id).then_refused(NothingChangedError, of="handler")

    def test_the_handler_works_here(self) -> None:
        gone = a_representative(WANG)
        with signed(by=QIAN):
            gone.leave(TODAY)
        complaint = a_complaint_at(Stage.TRIAGED)

        self.assign(complaint, WANG.id, gone).then_refused(RepresentativeLeftError)


class TestWhoMaySeeIt:
    def acknowledge(self, by: Any) -> Outcome:
        """The customer is Li's, Wang handles the complaint."""
        company = given(a_complaint_at(Stage.ASSIGNED), a_customer(), *everybody())
        return company.when(AcknowledgeComplaint(complaint_id=ID), at=LATER, by=by)

    @pytest.mark.parametrize("by", [LI, WANG, ZHAO])
    def test_owner_handler_and_manager(self, by: Any) -> None:
        self.acknowledge(by).then(an_event(Complaint.Acknowledged, actor=str(by.id)))

    def test_to_others_it_is_as_absent_as_one_that_never_was(self) -> None:
        """D11."""
        complaint = a_complaint_at(Stage.FILED)
        command = PauseComplaint(complaint_id=ID)
        company = given(complaint, a_customer(), *everybody())

        company.when(command, at=LATER, by=WANG).then_refused(
            NotFoundError, of="complaint", id=str(ID)
        )
        given().when(command).then_refused(NotFoundError, of="complaint", id=str(ID))

    def test_a_customer_is_no_complaint(self) -> None:
        command = PauseComplaint(complaint_id=an_id("customer"))

        given(a_customer()).when(command).then_refused(NotFoundError, of="complaint")

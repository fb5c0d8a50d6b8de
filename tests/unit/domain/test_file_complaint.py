"""Taking a complaint in and judging how grave it is (投诉受理, R68, R69, D9)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from domain.commands import FileComplaint, TriageComplaint
from domain.complaint import Complaint, Stage
from domain.errors import InvalidError, NotFoundError
from domain.priority import Clock, ComplaintChannel, Pressure, Priority, Severity
from tests.support.examples import a_complaint, a_customer
from tests.support.moments import LI, NOW, TODAY, TOMORROW, WANG, an_id, at
from tests.support.scenario import an_event, given
from tests.support.stories import ComplaintStory

ACKNOWLEDGE, RESOLVE = Clock.ACKNOWLEDGE, Clock.RESOLVE


def filing(**changes: Any) -> FileComplaint:
    fields = {
        "customer_id": an_id("customer"),
        "channel": ComplaintChannel.WECHAT,
        "summary": "地板开裂",
        **changes,
    }
    return FileComplaint(**fields)


def triaging(severity: Severity, pressure: Pressure) -> TriageComplaint:
    return TriageComplaint(complaint_id=an_id("complaint"), severity=severity, pressure=pressure)


def climbs(complaint: Complaint, clock: Clock) -> dict[int, datetime]:
    """Return when each percent of a clock is reached."""
    return {climb.percent: climb.at for climb in complaint.climbs if climb.clock is clock}


def test_a_complaint_comes_in_under_its_customer_and_his_owner() -> None:
    complaint = (
        given(a_customer())
        .when(filing(details="三箱"))
        .then(
            an_event(
                Complaint.Filed,
                customer_id=an_id("customer"),
                owner_id=LI.id,
                channel="wechat",
                summary="地板开裂",
                details="三箱",
                sla_version=1,
                calendar_version=1,
            )
        )
    )

    assert (complaint.stage, complaint.filed_at) == (Stage.FILED, NOW)
    assert (complaint.round, complaint.level) == (1, 0)


def test_nobody_needs_to_triage_it_for_the_clocks_to_run() -> None:
    """Filed Monday at 10 as P2: 2 hours to acknowledge, 24 to resolve."""
    complaint = given(a_customer()).when(filing()).then(an_event(Complaint.Filed, priority="P2"))

    assert climbs(complaint, ACKNOWLEDGE) == {
        75: at(TODAY, 11, 30),
        100: at(TODAY, 12),
        150: at(TODAY, 14),
        200: at(TODAY, 15),
    }
    assert climbs(complaint, RESOLVE) == {
        75: at(date(2026, 11, 25), 12),
        100: at(date(2026, 11, 26), 10),
        150: at(date(2026, 11, 27), 15),
        200: at(date(2026, 12, 1), 10),
    }


@pytest.mark.parametrize(
    ("given_facts", "severity", "pressure", "priority"),
    [
        ({"severity": Severity.CRITICAL}, "critical", "normal", "P1"),
        ({"pressure": Pressure.HIGH}, "minor", "high", "P2"),
        ({"severity": Severity.TRIVIAL, "pressure": Pressure.LOW}, "trivial", "low", "P4"),
    ],
)
def test_a_complaint_judged_at_intake_is_triaged_in_the_same_save(
    given_facts: dict[str, Any], severity: str, pressure: str, priority: str
) -> None:
    given(a_customer()).when(filing(**given_facts)).then(
        an_event(Complaint.Filed),
        an_event(Complaint.Triaged, severity=severity, pressure=pressure, priority=priority),
    )


@pytest.mark.parametrize("summary", ["", " \n"])
def test_a_complaint_needs_to_say_what_it_is_about(summary: str) -> None:
    given(a_customer()).when(filing(summary=summary)).then_refused(
        InvalidError, field="summary", problem="required"
    )


def test_a_complaint_is_filed_for_a_customer_in_scope() -> None:
    given(a_customer()).when(filing(), by=WANG).then_refused(NotFoundError, of="customer")


@pytest.mark.parametrize(
    ("priority", "severity", "acknowledge", "resolve"),
    [
        (Priority.P1, Severity.CRITICAL, at(TODAY, 10, 30), at(TOMORROW, 10)),
        (Priority.P2, Severity.MAJOR, at(TODAY, 12), at(date(2026, 11, 26), 10)),
        (Priority.P3, Severity.MINOR, at(TODAY, 15), at(date(2026, 11, 30), 10)),
        (Priority.P4, Severity.TRIVIAL, at(TOMORROW, 10), at(date(2026, 12, 7), 10)),
    ],
)
def test_both_deadlines_count_from_the_filing_whenever_it_is_triaged(
    priority: Priority, severity: Severity, acknowledge: datetime, resolve: datetime
) -> None:
    """Filed Monday at 10, triaged two hours later: 30 min and 8 h, 2 and 24, 4 and 40, 8 and 80."""
    complaint = (
        given(a_complaint(), a_customer())
        .when(triaging(severity, Pressure.NORMAL), at=at(TODAY, 12))
        .then(an_event(Complaint.Triaged, priority=priority.value))
    )

    assert climbs(complaint, ACKNOWLEDGE)[100] == acknowledge
    assert climbs(complaint, RESOLVE)[100] == resolve


def test_each_rung_has_a_key_of_its_own_that_stays_whatever_the_priority() -> None:
    """D7: so it is climbed once."""
    before = a_complaint()
    keys = [climb.key for climb in before.climbs]
    after = given(before, a_customer()).when(triaging(Severity.CRITICAL, Pressure.HIGH)).subject

    assert len(set(keys)) == 8
    assert [climb.key for climb in after.climbs] == keys


def test_after_acknowledging_only_the_resolve_clock_is_reckoned_anew() -> None:
    story = ComplaintStory().acknowledged()
    complaint = (
        given(story.complaint, a_customer())
        .when(triaging(Severity.CRITICAL, Pressure.HIGH), at=at(TODAY, 12))
        .then(an_event(Complaint.Triaged))
    )

    assert climbs(complaint, ACKNOWLEDGE) == {}
    assert climbs(complaint, RESOLVE)[100] == at(TOMORROW, 10)


def test_triaging_what_is_resolved_starts_no_clock() -> None:
    story = ComplaintStory().resolved()

    given(story.complaint, a_customer()).when(
        triaging(Severity.CRITICAL, Pressure.HIGH), at=at(TODAY, 12)
    ).then(an_event(Complaint.Triaged, climbs=[]))

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain import commands, worker_commands
from domain.access import EVERYTHING, Role, Scope, Visibility
from domain.complaint import Stage
from domain.ids import new_id
from domain.policies.book import PolicyKind
from domain.priority import Clock, ComplaintChannel, Pressure, Priority, Severity
from projections.complaints.projection import ComplaintsProjection
from projections.complaints.queries import ComplaintFilters, ComplaintQueries, ComplaintRow
from tests.support.care import Company


@pytest.fixture
def complaints(company: Company) -> ComplaintQueries:
    company.project(ComplaintsProjection)
    return ComplaintQueries(company.database)


@pytest.fixture
def customer_id(company: Company) -> UUID:
    return company.registers(company.chen, "王小明")


def files(company: Company, customer_id: UUID, **fields: object) -> UUID:
    command = commands.FileComplaint(
        customer_id=customer_id,
        channel=ComplaintChannel.PHONE,
        summary="漏水",
        **fields,  # type: ignore[arg-type]
    )
    return company.does(command).subject_id


def row(company: Company, complaints: ComplaintQueries, complaint_id: UUID) -> ComplaintRow:
    company.project(ComplaintsProjection)
    found = complaints.get(complaint_id, EVERYTHING)
    assert found is not None
    return found


def life(complaint_id: UUID, handler_id: UUID) -> Iterator[tuple[commands.Command, str]]:
    """Every step of a complaint, over two rounds, with its reason."""
    yield commands.AssignComplaint(complaint_id=complaint_id, handler_id=handler_id), ""
    yield (
        commands.TriageComplaint(
            complaint_id=complaint_id, severity=Severity.MAJOR, pressure=Pressure.HIGH
        ),
        "",
    )
    yield commands.AcknowledgeComplaint(complaint_id=complaint_id), ""
    yield commands.PauseComplaint(complaint_id=complaint_id), "等客户寄回样品"
    yield commands.ResumeComplaint(complaint_id=complaint_id), ""
    for number in (1, 2):
        yield commands.InvestigateComplaint(complaint_id=complaint_id, cause=f"原因{number}"), ""
        yield commands.ResolveComplaint(complaint_id=complaint_id, solution=f"更换{number}"), ""
        yield (
            commands.ReportOutcome(
                complaint_id=complaint_id, channel=ComplaintChannel.PHONE, answer="好"
            ),
            "",
        )
        yield (
            commands.CloseComplaint(complaint_id=complaint_id, satisfaction=number, comment="谢谢"),
            "",
        )
        if number == 1:
            yield commands.ReopenComplaint(complaint_id=complaint_id), "又漏了"


def test_a_row_says_the_same_as_the_complaint_at_every_step(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    complaint_id = files(company, customer_id)
    for command, why in [(None, ""), *life(complaint_id, company.li)]:
        if command is not None:
            company.wait(minutes=10)
            company.does(command, why=why)
        found, complaint = row(company, complaints, complaint_id), company.log.get(complaint_id)

        assert (found.stage, found.version, found.priority, found.round) == (
            complaint.stage,
            complaint.version,
            complaint.priority,
            complaint.round,
        ), command
        assert (found.is_paused, found.handler_id) == (complaint.is_paused, complaint.handler_id)
        assert found.next_rung_at == min((c.at for c in complaint.climbs), default=None), command
        deadlines = {c.clock: c.at for c in complaint.climbs if c.percent == 100}
        assert found.next_due_at == min(deadlines.values(), default=None), command
        if Clock.RESOLVE in deadlines:
            assert found.resolve_due_at == deadlines[Clock.RESOLVE]

    assert (found.cause, found.solution, found.answer) == ("原因2", "更换2", "好")
    assert (found.satisfaction, found.comment, found.closed_at) == (2, "谢谢", company.now)


def test_a_whole_life_in_one_batch_makes_the_same_row(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    complaint_id = files(company, customer_id)
    for command, why in life(complaint_id, company.li):
        company.wait(minutes=10)
        company.does(command, why=why)
        company.project(ComplaintsProjection)
    followed = row(company, complaints, complaint_id)
    company.rebuild(ComplaintsProjection)

    assert complaints.get(complaint_id, EVERYTHING) == followed


def test_a_deadline_that_was_missed_stays_and_the_next_rung_moves_on(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    complaint_id = files(company, customer_id, severity=Severity.CRITICAL, pressure=Pressure.HIGH)
    before = row(company, complaints, complaint_id)
    rungs = sorted(company.log.get(complaint_id).climbs, key=lambda climb: climb.at)
    acknowledge = [climb for climb in rungs if climb.clock is Clock.ACKNOWLEDGE]
    company.wait(minutes=40)
    for climb in acknowledge[:2]:
        company.does(
            worker_commands.EscalateComplaint(
                complaint_id=complaint_id, key=climb.key, to_ids=(company.zhao,)
            )
        )
    after = row(company, complaints, complaint_id)

    assert before.next_due_at == acknowledge[1].at
    assert before.next_rung_at == acknowledge[0].at
    assert (after.next_due_at, after.acknowledge_due_at) == (before.next_due_at,) * 2
    assert after.next_rung_at == acknowledge[2].at
    assert (before.level, after.level) == (0, 1)


def test_a_level_reached_is_not_lost_to_a_lower_rung_of_the_other_clock(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    complaint_id = files(company, customer_id)
    company.wait(days=7)
    climbs = company.log.get(complaint_id).climbs
    for climb in sorted(climbs, key=lambda climb: -climb.level):
        company.does(
            worker_commands.EscalateComplaint(complaint_id=complaint_id, key=climb.key, to_ids=())
        )

    assert row(company, complaints, complaint_id).level == 3
    company.rebuild(ComplaintsProjection)
    assert row(company, complaints, complaint_id).level == 3


def test_while_the_clock_stands_there_is_no_deadline_to_show(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    complaint_id = files(company, customer_id)
    company.does(commands.AssignComplaint(complaint_id=complaint_id, handler_id=company.li))
    company.does(commands.AcknowledgeComplaint(complaint_id=complaint_id))
    running = row(company, complaints, complaint_id)
    company.does(commands.PauseComplaint(complaint_id=complaint_id), why="等样品")
    paused = row(company, complaints, complaint_id)
    company.wait(days=1)
    company.does(commands.ResumeComplaint(complaint_id=complaint_id))
    resumed = row(company, complaints, complaint_id)

    assert running.resolve_due_at is not None
    assert (paused.resolve_due_at, paused.next_due_at, paused.next_rung_at) == (None, None, None)
    assert resumed.resolve_due_at == running.resolve_due_at + timedelta(days=1)


def test_a_complaint_is_visible_to_owners_and_handler_and_to_nobody_else(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    complaint_id = files(company, customer_id)
    company.does(commands.ChangeSecondOwner(customer_id=customer_id, owner_id=company.li))
    company.project(ComplaintsProjection)

    def seen_by(*rep_ids: UUID) -> bool:
        visibility = Visibility(frozenset(rep_ids))
        found = complaints.get(complaint_id, visibility)
        assert [found] == (complaints.page(visibility) or [None])
        return found is not None

    assert seen_by(company.chen)
    assert seen_by(company.li)
    assert not seen_by(company.wang)
    assert not seen_by()

    company.does(commands.AssignComplaint(complaint_id=complaint_id, handler_id=company.wang))
    company.does(commands.ChangeOwner(customer_id=customer_id, owner_id=company.zhao))
    company.project(ComplaintsProjection)

    assert seen_by(company.wang)
    assert seen_by(company.zhao)
    assert not seen_by(company.chen)
    assert complaints.get(new_id(), EVERYTHING) is None


def test_a_complaint_filed_after_a_handover_belongs_to_the_new_owners(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    company.does(commands.ChangeSecondOwner(customer_id=customer_id, owner_id=company.li))
    company.does(commands.ChangeOwner(customer_id=customer_id, owner_id=company.wang))
    found = row(company, complaints, files(company, customer_id))

    assert (found.owner_id, found.second_owner_id) == (company.wang, company.li)


def test_complaints_are_paged_by_deadline_those_without_one_last(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    pairs = [
        (severity, pressure)
        for severity in (Severity.TRIVIAL, Severity.CRITICAL, Severity.MINOR)
        for pressure in (Pressure.LOW, Pressure.HIGH)
    ]
    filed = [files(company, customer_id, severity=s, pressure=p) for s, p in pairs]
    for number in (0, 3):
        for command, why in life(filed[number], company.li):
            company.does(command, why=why)
    company.project(ComplaintsProjection)
    whole = complaints.page(EVERYTHING)
    pages: list[ComplaintRow] = []
    while page := complaints.page(
        EVERYTHING,
        after=(pages[-1].next_due_at, pages[-1].complaint_id) if pages else None,
        limit=2,
    ):
        pages += page

    def deadline(found: ComplaintRow) -> datetime:
        return found.next_due_at or company.now + timedelta(days=999)

    assert pages == whole
    assert [deadline(found) for found in whole] == sorted(map(deadline, whole))
    assert [found.stage for found in whole[-2:]] == [Stage.CLOSED] * 2


def test_the_newest_come_first_when_asked(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    filed = []
    for _ in range(5):
        company.wait(minutes=1)
        filed.append(files(company, customer_id))
    company.project(ComplaintsProjection)
    first = complaints.page(EVERYTHING, sort="-filed", limit=3)
    after = (first[-1].filed_at, first[-1].complaint_id)
    rest = complaints.page(EVERYTHING, sort="-filed", after=after, limit=3)

    assert [found.complaint_id for found in first + rest] == filed[::-1]


def test_filters_narrow_the_page(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    closed, urgent, plain = (
        files(company, customer_id),
        files(company, customer_id, severity=Severity.CRITICAL, pressure=Pressure.HIGH),
        files(company, company.registers(company.li, "李雷")),
    )
    for command, why in life(closed, company.li):
        company.does(command, why=why)
    company.does(commands.AssignComplaint(complaint_id=plain, handler_id=company.wang))
    company.project(ComplaintsProjection)

    def found(**filters: object) -> set[UUID]:
        page = complaints.page(EVERYTHING, ComplaintFilters(**filters))  # type: ignore[arg-type]
        return {complaint.complaint_id for complaint in page}

    assert found(is_open=True) == {urgent, plain}
    assert found(is_open=False) == {closed}
    assert found(stages=[Stage.ASSIGNED, Stage.TRIAGED]) == {urgent, plain}
    assert found(priorities=[Priority.P1], is_open=True) == {urgent}
    assert found(handler_id=company.wang) == {plain}
    assert found(customer_id=customer_id) == {closed, urgent}
    assert found(due_before=company.now + timedelta(hours=1)) == {urgent}


def test_a_ladder_of_the_company_s_own_still_gives_deadlines(
    company: Company, complaints: ComplaintQueries, customer_id: UUID
) -> None:
    ladder = [{"percent": 50, "level": 0}, {"percent": 100, "level": 1}]
    content = {**company.log.get(PolicyKind.SLA.stream_id).content, "ladder": ladder}
    company.joins("boss", role=Role.ADMINISTRATOR, scope=Scope.ALL)
    company.does(commands.AmendPolicy(kind=PolicyKind.SLA, content=content))
    found = row(company, complaints, files(company, customer_id))

    assert found.acknowledge_due_at is not None
    assert found.next_rung_at is not None
    assert found.next_rung_at < found.acknowledge_due_at

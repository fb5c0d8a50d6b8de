"""Open deadlines and due dates follow an amended policy (D17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from domain import commands, worker_commands
from domain.complaint import Complaint
from domain.customer import Customer
from domain.grade import Grade
from domain.policies.book import PolicyKind
from domain.priority import Severity
from domain.recomputation import Recomputation
from tests.support.care import Company
from tests.support.shift import CaughtHints, Shift
from workers.decisions import recomputation
from workers.decisions.kinds import KINDS

TUESDAY = date(2026, 3, 3)
WEDNESDAY = date(2026, 3, 4)

IN_PAIRS = KINDS | {
    "recomputation": replace(
        KINDS["recomputation"], decide=partial(recomputation.decide, at_once=2)
    )
}
"""Steps that look at two subjects only, so that a few customers take several of them."""


def closes(company: Company, *days: date) -> None:
    """Have the company take days off."""
    company.does(commands.ChangeWorkdays(closed=days))


def works_it_off(shift: Shift) -> None:
    """Let the time pass after which a change is followed, and all of it be done."""
    shift.company.wait(seconds=11)
    for _ in range(20):
        shift.works()


def due_dates(shift: Shift, *customers: UUID) -> list[date]:
    return [shift.company.log.get(customer).due.on for customer in customers]


def test_a_day_off_moves_who_is_due_on_it_and_every_deadline_behind_it(
    company: Company, shift: Shift
) -> None:
    company.wait(hours=8)  # 17:30, half an hour before closing time.
    moved = company.registers(company.chen, "王小明", grade=Grade.A)
    stays = company.registers(company.chen, "李四", grade=Grade.B)
    complaint = shift.complains(moved, Severity.MAJOR)
    before = company.log.get(complaint)
    closes(company, TUESDAY)
    works_it_off(shift)

    (due_moved,) = shift.events(Customer.DueMoved)
    (recomputed,) = shift.events(Complaint.DeadlinesRecomputed)
    assert due_dates(shift, moved, stays) == [WEDNESDAY, date(2026, 3, 9)]
    assert (due_moved.before.on, due_moved.due.calendar_version) == (TUESDAY, 2)
    assert recomputed.before == before.climbs
    assert {row.key: row.due_at for row in shift.owes(complaint)} == {
        climb.key: climb.at for climb in recomputed.climbs
    }
    roster = shift.read.roster.get(moved, company.principal(None).visibility)
    assert roster is not None
    assert roster.due_on == WEDNESDAY
    assert shift.read.due_list.count_for(company.chen, TUESDAY) == (0, 0)
    assert shift.owes(PolicyKind.CALENDAR.stream_id) == []


def test_a_complaint_climbs_by_the_new_calendar_and_once(company: Company, shift: Shift) -> None:
    company.wait(hours=8)
    customer = company.registers(company.chen, "王小明")
    shift.complains(customer)
    closes(company, TUESDAY)
    shift.works_until(company.now + timedelta(days=10))

    zone = company.care.book().calendar.tz
    climbed = shift.events(Complaint.Escalated, Complaint.EscalationStranded)
    assert len({event.key for event in climbed}) == len(climbed) == 8
    assert TUESDAY not in {event.due_at.astimezone(zone).date() for event in climbed}


def test_many_are_worked_off_step_by_step_and_each_is_moved_once(
    company: Company, begin: Callable[..., Shift]
) -> None:
    shift = begin(kinds=IN_PAIRS)
    customers = [company.registers(company.chen, name, grade=Grade.A) for name in "赵钱孙李周"]
    complaints = [shift.complains(customer, Severity.MAJOR) for customer in customers[:3]]
    closes(company, TUESDAY)
    works_it_off(shift)

    moved = [event.originator_id for event in shift.events(Customer.DueMoved)]
    recomputed = [event.originator_id for event in shift.events(Complaint.DeadlinesRecomputed)]
    steps = [event.step for event in shift.events(Recomputation.Advanced, Recomputation.Completed)]
    assert sorted(moved) == sorted(customers)
    assert sorted(recomputed) == sorted(complaints)
    assert steps == list(range(len(steps)))
    assert len(steps) > 2


def test_hints_that_come_twice_and_workers_that_race_change_nothing_more(
    company: Company, begin: Callable[..., Shift]
) -> None:
    shift = begin(kinds=IN_PAIRS)
    customers = [company.registers(company.chen, name, grade=Grade.A) for name in "赵钱孙"]
    closes(company, TUESDAY)
    company.wait(seconds=11)
    for _ in range(10):
        hints = CaughtHints()
        shift.works(hints)
        hints.sent *= 2
        hints.heeded()

    assert len(shift.events(Customer.DueMoved)) == len(customers)
    assert len(shift.events(Recomputation.Completed)) == 1


def test_a_step_that_was_killed_is_taken_again_and_repeats_nothing(
    company: Company, begin: Callable[..., Shift]
) -> None:
    """Dead after two customers were moved and before that was recorded."""
    shift = begin(kinds=IN_PAIRS)
    customers = [company.registers(company.chen, name, grade=Grade.A) for name in "赵钱孙"]
    closes(company, TUESDAY)
    company.wait(seconds=11)
    for customer in sorted(customers)[:2]:
        order = worker_commands.RecomputeDue(customer_id=customer, policy=PolicyKind.CALENDAR)
        company.does(order)
    works_it_off(shift)

    assert len(shift.events(Customer.DueMoved)) == len(customers)
    assert due_dates(shift, *customers) == [WEDNESDAY] * 3


def test_nothing_is_done_before_other_processes_know_the_new_calendar(
    company: Company, shift: Shift
) -> None:
    company.registers(company.chen, "王小明", grade=Grade.A)
    closes(company, TUESDAY)
    company.wait(seconds=9)
    shift.works()

    assert shift.events(Customer.DueMoved) == []
    assert len(shift.owes(PolicyKind.CALENDAR.stream_id)) == 1


def test_a_later_change_takes_over_what_an_earlier_one_had_not_begun(
    company: Company, shift: Shift
) -> None:
    """Who was reckoned by the first calendar is moved over both changes at once."""
    customer = company.registers(company.chen, "王小明", grade=Grade.A)
    closes(company, TUESDAY)
    closes(company, WEDNESDAY)
    works_it_off(shift)

    (moved,) = shift.events(Customer.DueMoved)
    (completed,) = shift.events(Recomputation.Completed)
    assert due_dates(shift, customer) == [date(2026, 3, 5)]
    assert (moved.before.calendar_version, moved.due.calendar_version) == (1, 3)
    assert completed.version == 3


def test_a_change_long_after_finds_who_was_reckoned_by_the_first_calendar(
    company: Company, shift: Shift
) -> None:
    first = company.registers(company.chen, "王小明", grade=Grade.A)
    closes(company, date(2026, 6, 2))
    works_it_off(shift)
    second = company.registers(company.chen, "李四", grade=Grade.A)
    closes(company, TUESDAY)
    works_it_off(shift)

    assert due_dates(shift, first, second) == [WEDNESDAY, WEDNESDAY]


@pytest.mark.parametrize(
    ("order", "moves"),
    [
        pytest.param({}, False, id="unless asked"),
        pytest.param({"recompute": True}, True, id="when asked"),
    ],
)
def test_a_newer_cadence_moves_due_dates_only_when_the_company_asks_for_it(
    company: Company,
    shift: Shift,
    order: dict[str, Any],
    moves: bool,  # noqa: FBT001 - what is expected
) -> None:
    customer = company.registers(company.chen, "王小明", grade=Grade.A)
    days = {"A": 2, "B": 7, "C": 15, "D": 30, "E": 365}
    content = {"interval_days": days}
    company.does(commands.AmendPolicy(kind=PolicyKind.CADENCE, content=content, **order))
    works_it_off(shift)

    assert due_dates(shift, customer) == [WEDNESDAY if moves else TUESDAY]


def test_newer_targets_move_deadlines_only_when_the_company_asks_for_it(
    company: Company, shift: Shift
) -> None:
    complaint = shift.complains(company.registers(company.chen, "王小明"))
    before = company.log.get(complaint).climbs
    targets = {name: {"acknowledge": 60, "resolve": 4800} for name in ("P1", "P2", "P3", "P4")}
    company.does(commands.AmendPolicy(kind=PolicyKind.SLA, content={"targets": targets}))
    works_it_off(shift)
    assert company.log.get(complaint).climbs == before

    ladder = [{"percent": 100, "level": 1}]
    company.does(
        commands.AmendPolicy(kind=PolicyKind.SLA, content={"ladder": ladder}, recompute=True)
    )
    works_it_off(shift)
    assert [climb.percent for climb in company.log.get(complaint).climbs] == [100, 100]


def test_the_history_of_a_customer_tells_what_moved_and_why(company: Company, shift: Shift) -> None:
    customer = company.registers(company.chen, "王小明", grade=Grade.A)
    closes(company, TUESDAY)
    works_it_off(shift)

    newest = shift.read.history.page(customer)[0]
    assert newest.topic == "customer.due_moved"
    assert newest.facts is not None
    assert newest.facts["before"]["on"] == "2026-03-03"
    assert newest.facts["due"]["moved_from"] == "2026-03-03"
    assert newest.actor == "kezhi/decisions"


def test_a_policy_amended_before_there_was_recomputing_moves_nothing(
    company: Company, shift: Shift
) -> None:
    company.registers(company.chen, "王小明", grade=Grade.A)
    company.does(
        commands.AmendPolicy(
            kind=PolicyKind.CALENDAR, content={"closed": ["2026-03-03"]}, recompute=False
        )
    )
    works_it_off(shift)

    assert shift.events(Customer.DueMoved, Recomputation.Completed) == []

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import pytest

from domain import commands
from domain.access import Role, Scope
from domain.complaint import Complaint
from domain.priority import Clock
from tests.support.care import MONDAY, Company
from tests.support.shift import Shift


class Ladder(NamedTuple):
    """Who is above Zhao."""

    head: UUID
    director: UUID


@pytest.fixture(autouse=True)
def ladder(company: Company) -> Ladder:
    director = company.joins("dong", role=Role.MANAGER)
    head = company.joins("hou", role=Role.MANAGER, manager_id=director)
    placed = commands.GrantScope(
        rep_id=company.zhao, role=Role.MANAGER, scope=Scope.TEAM, team="east", manager_id=head
    )
    company.does(placed)
    return Ladder(head, director)


def climbs(shift: Shift) -> list[tuple[str, int, int]]:
    climbed = shift.events(Complaint.Escalated, Complaint.EscalationStranded)
    return [(event.clock, event.percent, event.level) for event in climbed]


def test_a_complaint_climbs_every_rung_in_its_order_as_time_passes(
    company: Company, shift: Shift, ladder: Ladder
) -> None:
    customer = company.registers(company.chen, "王小明")
    complaint = shift.complains(customer)
    owed = shift.owes(complaint)
    shift.works_until(MONDAY + timedelta(days=7))

    events = shift.events(Complaint.Escalated)
    assert [event.key for event in events] == [row.key for row in owed]
    assert len(owed) == 8
    assert [event.timestamp for event in events] == [event.due_at for event in events]
    assert shift.owes(complaint) == []
    acknowledge = [e for e in events if e.clock == Clock.ACKNOWLEDGE.value]
    assert [event.to_ids for event in acknowledge] == [
        [company.chen],
        [company.chen, company.zhao],
        [ladder.head],
        [ladder.director],
    ]
    # 30 working minutes from 9:30 in Shanghai.
    assert acknowledge[1].timestamp == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_nothing_climbs_before_its_time(company: Company, shift: Shift) -> None:
    shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=22, seconds=29)
    shift.works()
    assert climbs(shift) == []

    company.wait(seconds=1)
    shift.works()
    assert climbs(shift) == [("acknowledge", 75, 0)]


def test_a_complaint_that_waits_for_the_customer_does_not_climb(
    company: Company, shift: Shift
) -> None:
    complaint = shift.complains(company.registers(company.chen, "王小明"))
    company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=company.li))
    company.does(commands.AcknowledgeComplaint(complaint_id=complaint))
    company.does(commands.PauseComplaint(complaint_id=complaint), why="等客户回电")
    shift.works_until(company.now + timedelta(days=10))
    assert climbs(shift) == []
    assert shift.owes(complaint) == []

    company.does(commands.ResumeComplaint(complaint_id=complaint))
    assert len(shift.owes(complaint)) == 4
    shift.works_until(company.now + timedelta(days=10))
    assert climbs(shift) == [("resolve", p, n) for n, p in enumerate((75, 100, 150, 200))]


def test_a_resolved_complaint_owes_nothing_and_a_reopened_one_climbs_anew(
    company: Company, shift: Shift
) -> None:
    complaint = shift.complains(company.registers(company.chen, "王小明"))
    company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=company.li))
    company.does(commands.AcknowledgeComplaint(complaint_id=complaint))
    company.does(commands.InvestigateComplaint(complaint_id=complaint, cause="运输"))
    company.does(commands.ResolveComplaint(complaint_id=complaint, solution="换货"))
    shift.works_until(company.now + timedelta(days=10))
    assert climbs(shift) == []

    company.does(commands.ReopenComplaint(complaint_id=complaint), why="又坏了")
    shift.works_until(company.now + timedelta(days=10))
    assert len(climbs(shift)) == 4


def test_the_handler_is_warned_once_there_is_one(company: Company, shift: Shift) -> None:
    complaint = shift.complains(company.registers(company.chen, "王小明"))
    company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=company.li))
    company.wait(minutes=23)
    shift.works()

    (warning,) = shift.events(Complaint.Escalated)
    assert warning.to_ids == [company.li]


def test_the_new_owner_is_told_and_not_the_one_who_left(company: Company, shift: Shift) -> None:
    customer = company.registers(company.chen, "王小明")
    shift.complains(customer)
    company.does(commands.ChangeOwner(customer_id=customer, owner_id=company.wang), why="离职")
    company.does(commands.RemoveRepresentative(rep_id=company.chen))
    company.wait(minutes=31)
    shift.works()

    assert shift.events(Complaint.Escalated)[-1].to_ids == [company.wang, company.zhao]


def test_nobody_to_tell_is_a_fact_of_its_own(company: Company, shift: Shift) -> None:
    alone = company.joins("gu")
    shift.complains(company.registers(alone, "王小明"))
    company.wait(hours=1)
    shift.works()

    assert [e.to_ids for e in shift.events(Complaint.Escalated)] == [[alone], [alone]]
    assert [e.level for e in shift.events(Complaint.EscalationStranded)] == [2, 3]


def test_what_was_missed_while_we_were_down_is_climbed_in_order_and_says_when_it_was_due(
    company: Company, shift: Shift
) -> None:
    complaint = shift.complains(company.registers(company.chen, "王小明"))
    due = [row.due_at for row in shift.owes(complaint)]
    company.wait(days=20)
    shift.works()

    events = shift.events(Complaint.Escalated)
    assert [event.due_at for event in events] == due
    assert {event.timestamp for event in events} == {company.now}

"""Overdue follow-ups climb by themselves: the rep, his manager, then the flag."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from domain import commands
from domain.contact import Contact, ContactMethod
from domain.customer import Customer
from domain.grade import Grade
from domain.policies.book import PolicyKind
from projections.inbox.queries import InboxQueries
from tests.support.care import MONDAY, Company
from tests.support.shift import Shift

DUE = date(2026, 3, 9)
"""When a customer of grade B is due who was registered a week before."""


def opening(day: date) -> datetime:
    """9:00 in Shanghai."""
    return datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)


def climbs(shift: Shift) -> list[tuple[int, date, bool]]:
    escalated = shift.events(Customer.FollowUpEscalated)
    return [(event.level, event.climbed_on, event.is_flagged) for event in escalated]


def contact(company: Company, customer_id: UUID) -> None:
    made = Contact(contacted_on=company.now.date(), method=ContactMethod.PHONE)
    company.does(commands.RecordContact(customer_id=customer_id, contact=made))


def test_it_climbs_on_the_third_fifth_and_seventh_day_and_never_on_a_day_off(
    company: Company, shift: Shift
) -> None:
    company.registers(company.chen, "王小明", grade=Grade.B)
    shift.works_until(MONDAY + timedelta(days=17))

    # The third day is a Thursday, the fifth a Saturday; the next rung keeps its distance.
    assert climbs(shift) == [
        (1, date(2026, 3, 12), False),
        (2, date(2026, 3, 16), False),
        (3, date(2026, 3, 18), True),
    ]
    first, second, third = shift.events(Customer.FollowUpEscalated)
    assert first.timestamp == opening(date(2026, 3, 12))
    assert first.to_ids == [company.chen]
    assert second.to_ids == third.to_ids == [company.chen, company.zhao]
    assert {event.due_on for event in (first, second, third)} == {DUE}


def test_a_contact_before_a_rung_ends_it(company: Company, shift: Shift) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.B)
    shift.works_until(opening(date(2026, 3, 13)))
    contact(company, customer_id)
    shift.works_until(opening(date(2026, 3, 20)))

    assert climbs(shift) == [(1, date(2026, 3, 12), False)]


def test_each_is_told_once_a_day_in_one_list(company: Company, shift: Shift) -> None:
    for number in range(120):
        rep = (company.chen, company.li)[number % 2]
        company.registers(rep, f"客户{number}", grade=Grade.B)
    shift.works_until(opening(date(2026, 3, 18)) + timedelta(hours=1))
    inbox = InboxQueries(company.database)

    def told(rep_id: UUID) -> list[tuple[str, int, int]]:
        items = [item for item in inbox.page(rep_id) if item.kind == "follow_up"]
        return [(i.facts["day"], i.facts["count"], i.facts["flagged_count"]) for i in items]

    assert told(company.chen) == told(company.li) == [
        ("2026-03-18", 60, 60), ("2026-03-16", 60, 0), ("2026-03-12", 60, 0),
    ]  # fmt: skip
    assert told(company.zhao) == [("2026-03-18", 120, 120), ("2026-03-16", 120, 0)]
    assert told(company.wang) == []


def test_after_three_weeks_down_the_rungs_are_not_climbed_all_at_once(
    company: Company, shift: Shift
) -> None:
    company.registers(company.chen, "王小明", grade=Grade.D, promised_on=DUE)
    shift.project()
    company.now = opening(date(2026, 4, 1)) + timedelta(hours=3)
    shift.works()
    assert climbs(shift) == [(1, date(2026, 4, 1), False)]

    shift.works_until(opening(date(2026, 4, 20)))
    assert climbs(shift)[1:] == [(2, date(2026, 4, 3), False), (3, date(2026, 4, 7), True)]


def test_a_grade_may_be_left_out_of_a_rung(company: Company, shift: Shift) -> None:
    quiet = {"days": 3, "grades": ["A"]}
    loud = {"days": 4, "flags": True}
    company.does(commands.AmendPolicy(kind=PolicyKind.CADENCE, content={"ladder": [quiet, loud]}))
    company.registers(company.chen, "王小明", grade=Grade.B)
    shift.works_until(opening(date(2026, 3, 20)))

    assert climbs(shift) == [(2, date(2026, 3, 13), True)]


def test_a_dead_customer_climbs_once_a_year_as_well(company: Company, shift: Shift) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.E)
    (owed,) = shift.owes(customer_id)

    assert (owed.kind, owed.day) == ("follow_up", date(2027, 3, 5))

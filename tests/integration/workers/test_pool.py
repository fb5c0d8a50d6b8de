"""What becomes by itself of customers nobody looks after: warned, told, returned, or left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest

from domain import commands, pool_commands
from domain.contact import Contact, ContactMethod
from domain.customer import Customer
from domain.errors import CareError, NotFoundError
from domain.grade import Grade
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from tests.support.care import MONDAY, Company
from tests.support.shift import CaughtHints, Shift

TODAY = date(2026, 3, 2)
WARNED, RETURNED = date(2026, 3, 6), date(2026, 3, 9)
"""The Friday and the Monday after a customer of grade A was registered on a Monday."""


def opening(day: date) -> datetime:
    """9:00 in Shanghai."""
    return datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def without_ladder(company: Company) -> None:
    command = commands.AmendPolicy(kind=PolicyKind.CADENCE, content={"ladder": []})
    company.does(command)


def a_customer(company: Company, **fields: Any) -> UUID:
    return company.registers(company.chen, "王小明", **{"grade": Grade.A, **fields})


def contact(company: Company, customer_id: UUID, by: UUID | None = None) -> None:
    on = company.care.book().today(company.now)
    made = Contact(contacted_on=on, method=ContactMethod.PHONE)
    company.does(commands.RecordContact(customer_id=customer_id, contact=made), by)


def told(shift: Shift) -> list[tuple[str, date]]:
    """What happened to whom nobody looked after, and on which day."""
    zone = shift.company.care.book().calendar.tz
    return [
        (type(event).__name__, event.timestamp.astimezone(zone).date())
        for event in shift.events(Customer.PoolWarned, Customer.ReturnedToPool)
    ]


def test_whoever_does_nothing_is_warned_on_friday_and_loses_him_on_monday(
    company: Company, shift: Shift
) -> None:
    customer_id = a_customer(company, second_owner_id=company.li)
    shift.works_until(MONDAY + timedelta(days=40))

    warned, returned = shift.events(Customer.PoolWarned, Customer.ReturnedToPool)
    assert (warned.timestamp, returned.timestamp) == (opening(WARNED), opening(RETURNED))
    assert warned.returns_on == RETURNED
    assert warned.to_ids == [company.chen, company.li]
    assert returned.to_ids == [company.chen, company.li, company.zhao]
    assert warned.actor == returned.actor == "kezhi/decisions"
    assert shift.owes(customer_id) == []


def test_the_former_owner_sees_him_no_more(company: Company, shift: Shift) -> None:
    customer_id = a_customer(company)
    shift.works_until(opening(RETURNED))

    with pytest.raises(NotFoundError):
        contact(company, customer_id, by=company.chen)


def test_a_customer_who_is_contacted_stays(company: Company, shift: Shift) -> None:
    customer_id = a_customer(company)
    for days in (4, 8, 12):
        shift.works_until(opening(TODAY + timedelta(days=days)))
        contact(company, customer_id)
    shift.project()

    assert told(shift) == [
        ("PoolWarned", TODAY + timedelta(days=4)),
        ("PoolWarned", TODAY + timedelta(days=8)),
    ]
    assert company.log.get(customer_id).owner_id == company.chen


def test_a_contact_that_the_lists_do_not_know_yet_counts(company: Company, shift: Shift) -> None:
    """The obligation is still there; the customer himself knows better."""
    customer_id = a_customer(company)
    shift.works_until(opening(RETURNED) - timedelta(minutes=1))
    contact(company, customer_id)
    company.now = opening(RETURNED)
    shift.tick()

    assert company.log.get(customer_id).owner_id == company.chen
    assert [kind for kind, _ in told(shift)] == ["PoolWarned"]


def test_a_contact_and_a_return_in_the_same_second_end_in_one_of_the_two(
    company: Company, begin: Callable[..., Shift]
) -> None:
    """Ten races: whoever comes second is decided anew on what the first has done."""
    shift = begin()
    customers = [a_customer(company) for _ in range(10)]
    shift.works_until(opening(RETURNED) - timedelta(seconds=1))
    company.now = opening(RETURNED)
    hints = CaughtHints()
    shift.tick(hints, job=shift.stage.deciding)
    refused: list[CareError] = []
    for customer_id in customers:
        start = Barrier(2)

        def call(customer_id: UUID = customer_id, start: Barrier = start) -> None:
            start.wait()
            try:
                contact(company, customer_id, by=company.chen)
            except CareError as error:
                refused.append(error)

        caller = Thread(target=call)
        caller.start()
        start.wait()
        shift.stage.deciding.run([customer_id])
        caller.join()
    kept = [each for each in customers if company.log.get(each).owner_id == company.chen]
    returned = shift.events(Customer.ReturnedToPool)

    assert [keys for _, _, keys in hints.sent] != []
    assert len(kept) + len(returned) == len(customers)
    assert len(refused) == len(returned)
    assert all(isinstance(error, NotFoundError) for error in refused)
    assert all(company.log.get(each).last_contact_on == RETURNED for each in kept)


def test_a_hint_that_comes_twice_returns_nobody_twice(company: Company, shift: Shift) -> None:
    a_customer(company)
    shift.works_until(opening(RETURNED) - timedelta(seconds=1))
    company.now = opening(RETURNED)
    hints = CaughtHints()
    shift.tick(hints, job=shift.stage.deciding)
    doubled = [*hints.sent, *hints.sent]
    for job, _, keys in doubled:
        job.run(keys)

    assert len(shift.events(Customer.ReturnedToPool)) == 1


def test_an_open_complaint_keeps_him_and_its_handler_stays(company: Company, shift: Shift) -> None:
    customer_id = a_customer(company)
    file = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="漏水"
    )
    complaint_id = company.does(file).subject_id
    company.does(commands.AssignComplaint(complaint_id=complaint_id, handler_id=company.li))
    shift.works_until(MONDAY + timedelta(days=60))
    assert told(shift) == []

    company.does(pool_commands.PutIntoPool(customer_id=customer_id), why="换人")
    assert company.log.get(complaint_id).handler_id == company.li
    acknowledge = commands.AcknowledgeComplaint(complaint_id=complaint_id)
    company.does(acknowledge, by=company.li)


def test_after_three_days_down_everybody_is_warned_and_nobody_lost_before_three_days_are_over(
    company: Company, shift: Shift
) -> None:
    """People could not log their contacts meanwhile."""
    customer_id = a_customer(company)
    shift.works_until(opening(WARNED))
    shift.stage.uptime.note(company.now)
    down, up = company.now, opening(RETURNED) + timedelta(hours=2)
    company.now = up
    shift.stage.uptime.note(company.now)
    shift.works()
    assert company.log.get(customer_id).owner_id == company.chen

    until = up + (up - down)
    keeps_ticking(shift, until - timedelta(seconds=1))
    assert company.log.get(customer_id).owner_id == company.chen
    keeps_ticking(shift, until)

    (returned,) = shift.events(Customer.ReturnedToPool)
    assert returned.timestamp == until
    assert returned.grace_until == until


def test_a_contact_in_the_grace_keeps_him(company: Company, shift: Shift) -> None:
    customer_id = a_customer(company)
    shift.works_until(opening(WARNED))
    shift.stage.uptime.note(company.now)
    company.now = opening(RETURNED) + timedelta(hours=2)
    shift.stage.uptime.note(company.now)
    shift.works()
    contact(company, customer_id, by=company.chen)
    keeps_ticking(shift, company.now + timedelta(days=3, hours=3))

    assert [kind for kind, _ in told(shift)] == ["PoolWarned"]


def test_whoever_was_down_himself_returns_nobody_before_somebody_ticks_again(
    company: Company, shift: Shift
) -> None:
    """An old hint is heeded before the ticker has noticed the outage."""
    customer_id = a_customer(company)
    shift.works_until(opening(RETURNED) - timedelta(seconds=1))
    shift.stage.uptime.note(company.now)
    company.now = opening(RETURNED)
    hints = CaughtHints()
    shift.tick(hints, job=shift.stage.deciding)
    company.wait(days=2)
    hints.heeded()

    assert company.log.get(customer_id).owner_id == company.chen


def test_a_restart_of_a_minute_puts_nothing_off_for_long(company: Company, shift: Shift) -> None:
    a_customer(company)
    shift.works_until(opening(WARNED))
    shift.stage.uptime.note(opening(RETURNED) - timedelta(minutes=1))
    company.now = opening(RETURNED) + timedelta(minutes=1)
    shift.stage.uptime.note(company.now)
    keeps_ticking(shift, company.now + timedelta(minutes=2))

    assert len(shift.events(Customer.ReturnedToPool)) == 1


def keeps_ticking(shift: Shift, until: datetime) -> None:
    """Be up until `until`, and work then."""
    with shift.company.database.connection() as connection:
        connection.execute(
            "UPDATE work.tick SET until = %s WHERE since = (SELECT max(since) FROM work.tick)",
            (until,),
        )
    shift.company.now = until
    shift.works()


def test_many_at_once_are_each_decided_once(company: Company, shift: Shift) -> None:
    for number in range(250):
        company.registers(company.chen, f"客户{number}", grade=Grade.A)
    shift.works_until(opening(RETURNED))

    returned = shift.events(Customer.ReturnedToPool)
    assert len({event.originator_id for event in returned}) == len(returned) == 250

"""Receivables: one list a day for whoever sees to them, and his manager when it takes too long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain import aftercare_commands, commands
from domain.contract import Instalment
from domain.ids import named_id
from domain.policies.book import PolicyKind
from domain.reminder import Reminder, SkipReason
from projections.obligations.projection import ObligationsProjection
from tests.support.care import MONDAY, Company
from tests.support.shift import CaughtHints, Shift
from workers.decisions import receivables

TODAY = MONDAY.date()
FRIDAY = date(2026, 3, 6)
HUNDRED = Decimal("100.00")


@pytest.fixture
def customer_id(company: Company) -> UUID:
    return company.registers(company.chen, "王小明")


def opening(day: date) -> datetime:
    """9:00 in Shanghai."""
    return datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)


def signs(
    company: Company, customer_id: UUID, *days: date, number: str = "HT-1", **fields: Any
) -> UUID:
    plan = [Instalment(number=n, due_on=day, amount=HUNDRED) for n, day in enumerate(days, 1)]
    command = aftercare_commands.SignContract(
        customer_id=customer_id,
        number=number,
        amount=HUNDRED * len(days),
        signed_on=min(*days, company.now.date()) if len(days) > 1 else company.now.date(),
        instalments=tuple(plan),
        **fields,
    )
    return company.does(command).subject_id


def pays(company: Company, contract_id: UUID, amount: str) -> None:
    command = aftercare_commands.RecordPayment(
        contract_id=contract_id, amount=Decimal(amount), received_on=company.now.date()
    )
    company.does(command)


def issued(shift: Shift) -> list[Any]:
    return shift.events(Reminder.ReceivablesIssued)


def told(shift: Shift) -> list[tuple[date, list[int]]]:
    """Return the day of each list and, of each instalment on it, how often it was overdue."""
    return [(e.day, [each.overdue_number for each in e.receivables]) for e in issued(shift)]


def test_before_on_and_every_week_after_the_day_until_it_is_paid(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    contract_id = signs(company, customer_id, FRIDAY)
    shift.works_until(opening(date(2026, 3, 14)))
    pays(company, contract_id, "40.00")
    shift.works_until(opening(date(2026, 3, 21)))
    pays(company, contract_id, "60.00")
    shift.works_until(opening(date(2026, 4, 10)))

    assert told(shift) == [
        (date(2026, 3, 3), [0]), (FRIDAY, [0]), (date(2026, 3, 13), [1]), (date(2026, 3, 20), [2]),
    ]  # fmt: skip
    (first, *_, last) = issued(shift)
    assert (first.rep_id, first.to_ids, first.policy_version) == (company.chen, [company.chen], 1)
    assert first.timestamp == first.due_at == opening(date(2026, 3, 3))
    assert first.receivables[0].outstanding == HUNDRED
    assert last.receivables[0].outstanding == Decimal("60.00")
    # The day after everything was paid is the last on which anybody looks.
    skipped = shift.events(Reminder.ReceivablesSkipped)
    assert (skipped[-1].day, skipped[-1].reason) == (date(2026, 3, 22), SkipReason.NOTHING_OWED)
    assert [row.kind for row in shift.owes(company.chen)] == ["digest"]


def test_one_list_holds_all_instalments_of_all_contracts(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    other = company.registers(company.li, "李小红")
    signs(company, customer_id, FRIDAY, date(2026, 3, 13))
    signs(company, other, FRIDAY, number="HT-2", responsible_id=company.chen)
    signs(company, other, FRIDAY, number="HT-3")
    shift.works_until(opening(FRIDAY))

    lists = [(e.rep_id, e.count) for e in issued(shift) if e.day == FRIDAY]
    assert sorted(lists) == sorted([(company.chen, 2), (company.li, 1)])


def test_after_too_many_reminders_the_manager_is_told_too(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    policy = {"every_days": 1, "most_reminders": 1, "before_days": 0}
    company.does(commands.AmendPolicy(kind=PolicyKind.RECEIVABLES, content=policy))
    signs(company, customer_id, date(2026, 3, 3))
    shift.works_until(opening(date(2026, 3, 5)))

    assert [e.to_ids for e in issued(shift)] == [
        [company.chen], [company.chen], [company.chen, company.zhao],
    ]  # fmt: skip
    assert [item.kind for item in shift.read.inbox.page(company.zhao)] == ["receivables"]


def test_nobody_is_told_on_a_day_off_and_nothing_is_lost_by_that(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    signs(company, customer_id, date(2026, 3, 7))
    shift.works_until(opening(date(2026, 3, 9)))

    assert told(shift) == [(date(2026, 3, 4), [0]), (date(2026, 3, 9), [0])]
    reasons = {e.day: e.reason for e in shift.events(Reminder.ReceivablesSkipped)}
    assert reasons[date(2026, 3, 7)] == reasons[date(2026, 3, 8)] == SkipReason.DAY_OFF


def test_after_days_down_one_late_list_tells_the_newest_only(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    signs(company, customer_id, date(2026, 3, 4))
    shift.project()
    company.now = datetime(2026, 3, 17, 4, 0, tzinfo=UTC)
    # Signed while the background work was down, so that two looks are owed at once.
    signs(company, customer_id, date(2026, 3, 20), number="HT-2")
    company.now = datetime(2026, 3, 19, 4, 0, tzinfo=UTC)
    shift.project()
    owed = [row.day for row in shift.owes(company.chen) if row.kind == "receivables"]
    assert owed == [date(2026, 3, 3), date(2026, 3, 18)]
    shift.works()
    shift.works()

    (late,) = issued(shift)
    assert (late.day, late.due_at) == (date(2026, 3, 19), opening(date(2026, 3, 3)))
    assert [each.overdue_number for each in late.receivables] == [2, 0]
    company.rebuild(ObligationsProjection)
    owed = [row.day for row in shift.owes(company.chen) if row.kind == "receivables"]
    assert owed == [date(2026, 3, 20)]


def test_what_was_paid_a_moment_ago_is_not_asked_for(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    contract_id = signs(company, customer_id, date(2026, 3, 3))
    shift.project()
    company.now = opening(date(2026, 3, 3))
    pays(company, contract_id, "100.00")
    # The lists do not know of it yet.
    shift.tick()

    assert issued(shift) == []


def test_another_responsible_is_told_from_then_on(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    contract_id = signs(company, customer_id, FRIDAY)
    shift.works_until(opening(date(2026, 3, 5)))
    company.does(
        aftercare_commands.ChangeResponsible(contract_id=contract_id, responsible_id=company.li)
    )
    shift.works_until(opening(FRIDAY))

    assert [(e.day, e.rep_id) for e in issued(shift)] == [
        (date(2026, 3, 3), company.chen), (FRIDAY, company.li),
    ]  # fmt: skip


def test_somebody_of_any_role_may_be_responsible(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    cashier = company.joins("cashier", role=commands.Role.AUDITOR)
    signs(company, customer_id, FRIDAY, responsible_id=cashier)
    shift.works_until(opening(FRIDAY))

    assert {e.rep_id for e in issued(shift)} == {cashier}
    assert {item.kind for item in shift.read.inbox.page(cashier)} == {"receivables"}


def test_deciding_twice_decides_once(company: Company, shift: Shift, customer_id: UUID) -> None:
    signs(company, customer_id, date(2026, 3, 3))
    shift.project()
    company.now = opening(date(2026, 3, 3))
    hints = CaughtHints()
    shift.tick(hints)
    hints.sent *= 2
    hints.heeded()
    # As if the process had been killed before it could say that it was done.
    again = [row for row in shift.owed.about(company.chen) if row.kind == "receivables"]
    receivables.decide(again, company.now + timedelta(minutes=5), shift.office)

    (once,) = issued(shift)
    key = named_id("reminder", "receivables", company.chen, "2026-03-03")
    assert (once.originator_id, once.timestamp) == (key, opening(date(2026, 3, 3)))

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from domain import commands
from domain.access import Role, Scope
from domain.grade import Grade
from domain.policies.book import PolicyKind
from domain.reminder import Reminder, SkipReason
from projections.obligations.projection import ObligationsProjection
from tests.support.care import MONDAY, Company
from tests.support.examples import a_webhook
from tests.support.shift import SECRET, Shift

TUESDAY_OPENING = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
"""9:00 in Shanghai."""


def lists(shift: Shift) -> list[tuple[date, int, int]]:
    return [(e.day, e.due_count, e.overdue_count) for e in shift.events(Reminder.DigestIssued)]


def test_each_day_one_list_at_nine(company: Company, shift: Shift) -> None:
    customer = company.registers(company.chen, "王小明")
    due_on = company.log.get(customer).due.on
    shift.works_until(MONDAY + timedelta(days=(due_on - MONDAY.date()).days + 1))

    issued = [e for e in shift.events(Reminder.DigestIssued) if e.rep_id == company.chen]
    assert [(e.day, e.due_count, e.overdue_count) for e in issued] == [
        (due_on, 1, 0),
        (due_on + timedelta(days=1), 0, 1),
    ]
    assert [e.customer_ids for e in issued] == [[customer], [customer]]
    assert all(e.timestamp == e.due_at for e in issued)
    assert issued[0].timestamp.astimezone(UTC).hour == 1


def test_everybody_with_customers_gets_a_decision_each_day_and_says_why_not(
    company: Company, shift: Shift
) -> None:
    auditor = company.joins("shen", role=Role.AUDITOR, scope=Scope.ALL)
    shift.works_until(TUESDAY_OPENING + timedelta(hours=1))

    skipped = shift.events(Reminder.Skipped)
    assert {e.rep_id for e in skipped} == {company.zhao, company.chen, company.li, company.wang}
    assert {e.reason for e in skipped} == {SkipReason.NOTHING_DUE}
    assert shift.owes(auditor) == []
    assert [row.due_at for row in shift.owes(company.chen)] == [TUESDAY_OPENING + timedelta(days=1)]


def test_nobody_is_reminded_on_a_day_off(company: Company, shift: Shift) -> None:
    company.registers(company.chen, "王小明")
    shift.works_until(datetime(2026, 3, 9, 0, 0, tzinfo=UTC))

    weekend = [e for e in shift.events(Reminder.Skipped) if e.reason == SkipReason.DAY_OFF]
    assert {e.day for e in weekend} == {date(2026, 3, 7), date(2026, 3, 8)}


def test_after_three_days_down_one_late_list_comes_and_the_next_one_tomorrow(
    company: Company, shift: Shift
) -> None:
    company.registers(company.chen, "王小明", promised_on=date(2026, 3, 3))
    shift.project()
    company.now = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)
    shift.works()
    shift.works()

    (late,) = [e for e in shift.events(Reminder.DigestIssued) if e.rep_id == company.chen]
    assert (late.day, late.due_at) == (date(2026, 3, 3), TUESDAY_OPENING)
    assert late.timestamp == company.now
    assert (late.due_count, late.overdue_count) == (0, 1)
    assert [row.day for row in shift.owes(company.chen)] == [date(2026, 3, 7)]


def test_somebody_who_leaves_or_gives_up_customers_is_owed_nothing(
    company: Company, shift: Shift
) -> None:
    company.does(commands.RemoveRepresentative(rep_id=company.li))
    auditing = commands.GrantScope(rep_id=company.wang, role=Role.AUDITOR, scope=Scope.ALL)
    company.does(auditing)
    assert shift.owes(company.li) == []
    assert shift.owes(company.wang) == []

    selling = commands.GrantScope(rep_id=company.wang, role=Role.REP, scope=Scope.OWN)
    company.does(selling)
    assert [row.due_at for row in shift.owes(company.wang)] == [TUESDAY_OPENING]


def test_a_list_that_falls_due_as_its_reader_leaves_is_the_last_one(
    company: Company, shift: Shift
) -> None:
    shift.project()
    company.now = TUESDAY_OPENING
    company.does(commands.RemoveRepresentative(rep_id=company.li))
    # The read models do not know yet that he left, the decision does.
    shift.tick()
    shift.works_until(company.now + timedelta(days=5))

    decided = [e.reason for e in shift.events(Reminder.Skipped) if e.rep_id == company.li]
    assert decided == [SkipReason.LEFT]
    assert shift.owes(company.li) == []


def test_whoever_asks_is_reminded_of_each_customer_once(company: Company, shift: Shift) -> None:
    company.does(
        commands.ChooseNotifications(
            rep_id=company.chen,
            each_item=True,
            addresses=(a_webhook(secret=SECRET),),
        )
    )
    first = company.registers(company.chen, "王小明", promised_on=date(2026, 3, 3))
    second = company.registers(company.chen, "李小红", promised_on=date(2026, 3, 4))
    company.now = TUESDAY_OPENING
    shift.works()
    company.wait(days=1)
    shift.works()

    items = shift.events(Reminder.ItemIssued)
    assert [(e.customer_id, e.due_on) for e in items] == [
        (first, date(2026, 3, 3)),
        (second, date(2026, 3, 4)),
    ]


def test_the_list_moves_with_the_hours_of_the_company(company: Company, shift: Shift) -> None:
    shift.project()
    hours = {"zone": "Europe/Berlin", "hours": [["08:30", "17:00"]]}
    company.does(commands.AmendPolicy(kind=PolicyKind.CALENDAR, content=hours), why="搬家")
    moved = shift.owes(company.chen)
    assert [row.due_at for row in moved] == [datetime(2026, 3, 3, 7, 30, tzinfo=UTC)]

    company.rebuild(ObligationsProjection)
    assert shift.owes(company.chen) == moved


def test_the_list_of_the_morning_tells_who_is_about_to_go_back_and_who_climbed(
    company: Company, shift: Shift
) -> None:
    """Although all of it is decided at the same moment."""
    company.registers(company.chen, "王小明", grade=Grade.A)
    shift.works_until(datetime(2026, 3, 6, 2, 0, tzinfo=UTC))

    issued = [e for e in shift.events(Reminder.DigestIssued) if e.rep_id == company.chen]
    assert [(e.day, e.escalated_count, e.returning_count) for e in issued] == [
        (date(2026, 3, 3), 0, 0),
        (date(2026, 3, 4), 0, 0),
        (date(2026, 3, 5), 0, 0),
        (date(2026, 3, 6), 0, 1),
    ]


def test_who_was_only_without_a_deal_for_long_is_on_the_list_though_not_due(
    company: Company, shift: Shift
) -> None:
    terms = {**dict.fromkeys("ABCDE", 10)}
    company.does(
        commands.AmendPolicy(
            kind=PolicyKind.POOL,
            content={"deal_days": terms, "contact_days": dict.fromkeys("ABCDE")},
        )
    )
    company.registers(company.chen, "王小明", grade=Grade.D)
    shift.works_until(datetime(2026, 3, 9, 2, 0, tzinfo=UTC))

    (issued,) = [e for e in shift.events(Reminder.DigestIssued) if e.rep_id == company.chen]
    assert (issued.day, issued.due_count, issued.returning_count) == (date(2026, 3, 9), 0, 1)

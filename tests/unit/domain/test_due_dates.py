"""When a customer is due, for every rule and everything that moves it (D8, X2, X5, X9)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.contact import ContactMethod
from domain.errors import DeferralNeedsReasonError, PastDateError
from domain.grade import Grade
from domain.journal import (
    Due,
    DueRule,
    JournalKind,
    due_after_regrading,
    journal_for,
    next_due,
)
from domain.policies.book import PolicyKind
from tests.support.moments import TODAY, the_book
from tests.support.scenario import refused


def due(grade: Grade = Grade.B, counted_from: date = TODAY, **facts: Any) -> Due:
    return next_due(the_book(), grade=grade, counted_from=counted_from, **facts)


@pytest.mark.parametrize(
    ("grade", "journal", "days", "on"),
    [
        (Grade.A, JournalKind.DAILY, 1, date(2026, 11, 24)),
        (Grade.B, JournalKind.WEEKLY, 7, date(2026, 11, 30)),
        (Grade.C, JournalKind.HALF_MONTHLY, 15, date(2026, 12, 8)),
        (Grade.D, JournalKind.MONTHLY, 30, date(2026, 12, 23)),
        (Grade.E, JournalKind.YEARLY, 365, date(2027, 11, 23)),
    ],
)
def test_each_grade_keeps_its_own_journal(
    grade: Grade, journal: JournalKind, days: int, on: date
) -> None:
    """R39, R40, X1, X2: the second D of the source is E, and a year is 365 days."""
    answer = due(grade)

    assert journal_for(grade) is journal
    assert (answer.on, answer.rule, answer.interval_days) == (on, DueRule.CADENCE, days)
    assert answer.moved_from is None


def test_a_due_date_names_what_it_was_reckoned_from() -> None:
    answer = due(Grade.A)

    assert answer.counted_from == TODAY
    assert answer.cadence_version == the_book().versions[PolicyKind.CADENCE]
    assert answer.calendar_version == the_book().versions[PolicyKind.CALENDAR]


@pytest.mark.parametrize(
    ("contacted_on", "on", "moved_from"),
    [
        pytest.param((2026, 11, 27), (2026, 11, 30), (2026, 11, 28), id="over a weekend"),
        pytest.param((2026, 9, 30), (2026, 10, 8), (2026, 10, 1), id="over the National Day week"),
        pytest.param((2026, 2, 14), (2026, 2, 24), (2026, 2, 15), id="over the Spring Festival"),
        pytest.param((2026, 10, 9), (2026, 10, 10), None, id="onto a make-up Saturday"),
        pytest.param((2026, 9, 19), (2026, 9, 20), None, id="onto a make-up Sunday"),
        pytest.param((2026, 12, 31), (2027, 1, 4), (2027, 1, 1), id="over New Year"),
    ],
)
def test_a_date_of_the_cadence_moves_to_the_next_working_day(
    contacted_on: tuple[int, int, int],
    on: tuple[int, int, int],
    moved_from: tuple[int, int, int] | None,
) -> None:
    answer = due(Grade.A, date(*contacted_on))

    assert answer.on == date(*on)
    assert answer.moved_from == (date(*moved_from) if moved_from else None)


@pytest.mark.parametrize("method", [m for m in ContactMethod if m not in {"phone", "visit"}])
def test_a_contact_that_needs_no_working_day_is_due_on_the_weekend(method: ContactMethod) -> None:
    answer = due(Grade.A, date(2026, 11, 27), next_method=method)

    assert (answer.on, answer.moved_from) == (date(2026, 11, 28), None)


@pytest.mark.parametrize("method", [ContactMethod.PHONE, ContactMethod.VISIT])
def test_a_call_and_a_visit_need_a_working_day(method: ContactMethod) -> None:
    assert due(Grade.A, date(2026, 11, 27), next_method=method).on == date(2026, 11, 30)


def test_a_promise_earlier_than_the_cadence_wins() -> None:
    """R43, R45."""
    answer = due(Grade.D, promised_on=date(2026, 11, 26))

    assert (answer.on, answer.rule) == (date(2026, 11, 26), DueRule.PROMISE)


def test_a_promise_on_a_holiday_stays_where_it_was_promised() -> None:
    answer = due(Grade.D, date(2026, 9, 30), promised_on=date(2026, 10, 3))

    assert (answer.on, answer.moved_from) == (date(2026, 10, 3), None)


def test_a_promise_for_the_same_day_is_kept_the_same_day() -> None:
    assert due(Grade.A, promised_on=TODAY).on == TODAY


def test_a_promise_on_the_very_day_of_the_cadence_needs_no_reason() -> None:
    answer = due(Grade.B, promised_on=date(2026, 11, 30))

    assert (answer.on, answer.rule) == (date(2026, 11, 30), DueRule.PROMISE)


def test_a_promise_up_to_the_moved_date_is_no_deferral() -> None:
    answer = due(Grade.A, date(2026, 11, 27), promised_on=date(2026, 11, 30))

    assert answer.rule is DueRule.PROMISE


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_promise_later_than_the_cadence_needs_a_reason(reason: str) -> None:
    """X9: the customer says "call in three months" but is graded A."""
    with refused(DeferralNeedsReasonError, latest="2026-11-24", promised="2027-02-22"):
        due(Grade.A, promised_on=date(2027, 2, 22), defer_reason=reason)


def test_a_deferral_with_a_reason_wins_over_everything() -> None:
    answer = due(
        Grade.A,
        promised_on=date(2027, 2, 22),
        defer_reason="春节后再谈",
        needed_by=date(2026, 12, 1),
        expected_on=date(2026, 12, 10),
    )

    assert (answer.on, answer.rule) == (date(2027, 2, 22), DueRule.DEFERRAL)


def test_a_promise_before_the_contact_is_refused() -> None:
    with refused(PastDateError, field="promised_on", earliest="2026-11-23"):
        due(promised_on=date(2026, 11, 22))


@pytest.mark.parametrize(
    ("needed_by", "expected_on", "on", "rule"),
    [
        ((2026, 11, 25), None, (2026, 11, 25), DueRule.NEEDED_BY),
        (None, (2026, 11, 26), (2026, 11, 26), DueRule.EXPECTED_DEAL),
        ((2026, 11, 26), (2026, 11, 25), (2026, 11, 25), DueRule.EXPECTED_DEAL),
        ((2026, 12, 1), (2026, 12, 2), (2026, 11, 30), DueRule.CADENCE),
        ((2026, 11, 30), (2026, 11, 30), (2026, 11, 30), DueRule.CADENCE),
        ((2026, 11, 28), None, (2026, 11, 28), DueRule.NEEDED_BY),
    ],
)
def test_a_day_of_need_or_of_an_expected_deal_brings_the_date_forward(
    needed_by: tuple[int, int, int] | None,
    expected_on: tuple[int, int, int] | None,
    on: tuple[int, int, int],
    rule: DueRule,
) -> None:
    """X5, X9: the earliest wins; such a day does not move, even from a Saturday."""
    answer = due(
        Grade.B,
        needed_by=date(*needed_by) if needed_by else None,
        expected_on=date(*expected_on) if expected_on else None,
    )

    assert (answer.on, answer.rule) == (date(*on), rule)


@pytest.mark.parametrize("day", [date(2026, 11, 1), TODAY])
def test_a_contact_serves_the_days_of_need_up_to_its_own(day: date) -> None:
    answer = due(Grade.B, needed_by=day, expected_on=day)

    assert (answer.on, answer.rule) == (date(2026, 11, 30), DueRule.CADENCE)


@pytest.mark.parametrize("day", [date(2026, 11, 1), TODAY])
def test_before_the_first_contact_a_day_of_need_gone_by_is_due_at_once(day: date) -> None:
    answer = due(Grade.D, is_contacted=False, needed_by=day)

    assert (answer.on, answer.rule) == (TODAY, DueRule.NEEDED_BY)


def test_a_dead_customer_expects_no_deal() -> None:
    """X3: once a year, whatever was hoped for."""
    answer = due(Grade.E, expected_on=date(2026, 12, 1))

    assert (answer.on, answer.rule) == (date(2027, 11, 23), DueRule.CADENCE)


def test_the_interval_of_a_quick_note_takes_the_place_of_the_cadence() -> None:
    """R44: three days instead of one, and on a working day like the cadence."""
    answer = due(Grade.A, date(2026, 11, 26), interval_days=3)

    assert (answer.on, answer.rule) == (date(2026, 11, 30), DueRule.QUICK_NOTE)
    assert (answer.interval_days, answer.moved_from) == (3, date(2026, 11, 29))


def test_a_day_of_need_comes_before_the_interval_of_a_quick_note() -> None:
    assert due(Grade.A, interval_days=30, needed_by=date(2026, 12, 1)).rule is DueRule.NEEDED_BY


class TestAfterRegrading:
    def test_a_higher_grade_does_not_make_a_customer_overdue(self) -> None:
        """Contacted 20 days ago as D; as A he would have been due 19 days ago."""
        contacted = date(2026, 11, 3)
        answer = due_after_regrading(due(Grade.D, contacted), due(Grade.A, contacted), TODAY)

        assert (answer.on, answer.moved_from) == (TODAY, date(2026, 11, 4))

    def test_nobody_gets_out_of_being_overdue_by_regrading(self) -> None:
        contacted = date(2026, 10, 12)
        overdue = due(Grade.D, contacted)
        assert overdue.on == date(2026, 11, 11)

        assert due_after_regrading(overdue, due(Grade.A, contacted), TODAY).on == overdue.on
        assert due_after_regrading(overdue, overdue, TODAY).on == overdue.on

    def test_a_lower_grade_gives_more_time(self) -> None:
        answer = due_after_regrading(due(Grade.A), due(Grade.D), TODAY)

        assert (answer.on, answer.rule) == (date(2026, 12, 23), DueRule.CADENCE)

    def test_an_earlier_promise_to_the_customer_stands(self) -> None:
        """R45: he sees us as timely and regular."""
        promised = due(Grade.D, promised_on=date(2026, 11, 26))
        answer = due_after_regrading(promised, due(Grade.B), TODAY)

        assert (answer.on, answer.rule) == (date(2026, 11, 26), DueRule.PROMISE)

    def test_a_promise_that_has_become_too_late_gives_way_to_the_new_grade(self) -> None:
        promised = due(Grade.D, promised_on=date(2026, 12, 18))
        answer = due_after_regrading(promised, due(Grade.B), TODAY)

        assert (answer.on, answer.rule) == (date(2026, 11, 30), DueRule.CADENCE)

    def test_a_date_that_was_put_off_is_a_mere_promise_where_the_new_grade_asks_for_no_earlier(
        self,
    ) -> None:
        day = due(Grade.D).on
        put_off = due(Grade.B, promised_on=day, defer_reason="年底再谈")
        promised = due(Grade.E, promised_on=day)

        for standing in (put_off, promised):
            answer = due_after_regrading(standing, due(Grade.D), TODAY)
            assert (answer.on, answer.rule) == (day, DueRule.PROMISE)

    def test_a_deferral_with_its_reason_stands(self) -> None:
        deferred = due(Grade.B, promised_on=date(2027, 2, 22), defer_reason="春节后再谈")

        assert due_after_regrading(deferred, due(Grade.A), TODAY).on == date(2027, 2, 22)
        assert due_after_regrading(deferred, due(Grade.E), TODAY).rule is DueRule.PROMISE

"""The tracking journal (客户追踪志): when a customer must be contacted next, and why (D8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from domain.contact import ContactMethod
from domain.errors import DeferralNeedsReasonError, PastDateError
from domain.grade import Grade
from domain.policies.book import PolicyBook, PolicyKind


class JournalKind(StrEnum):
    """How often a journal is kept: daily, weekly, every 15 days, every 30 days, yearly (R39)."""

    DAILY = "daily"
    WEEKLY = "weekly"
    HALF_MONTHLY = "half_monthly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


_JOURNALS = {
    Grade.A: JournalKind.DAILY,
    Grade.B: JournalKind.WEEKLY,
    Grade.C: JournalKind.HALF_MONTHLY,
    Grade.D: JournalKind.MONTHLY,
    Grade.E: JournalKind.YEARLY,
}


def journal_for(grade: Grade) -> JournalKind:
    """Return the journal that customers of `grade` are kept in (R40, X1)."""
    return _JOURNALS[grade]


class DueRule(StrEnum):
    """Which rule made a due date."""

    CADENCE = "cadence"
    """So many days after the last contact, by grade (R40)."""
    QUICK_NOTE = "quick_note"
    """So many days after the last contact, by the quick note that recorded it (R44)."""
    PROMISE = "promise"
    """The date promised to the customer, which is earlier (R43)."""
    DEFERRAL = "deferral"
    """A promised date later than the cadence allows, with a reason (X9)."""
    NEEDED_BY = "needed_by"
    """The customer needs us by then (X9)."""
    EXPECTED_DEAL = "expected_deal"
    """The deal was expected by then, so the grade has to be looked at again (X5)."""


PROMISED = frozenset({DueRule.PROMISE, DueRule.DEFERRAL})
"""The rules of dates that somebody gave his word for; they never move by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A due date and the answer to "why is this due" (D8), stored in the event as it is.

    `on` is a calendar date of the company's zone. `counted_from` is the day of the contact or of
    the registration. `moved_from` is the date before it was moved to a working day, or out of
    the past when a regrading asks for a contact long ago.
    """

    on: date
    rule: DueRule
    counted_from: date
    interval_days: int
    cadence_version: int
    calendar_version: int
    moved_from: date | None = None


def next_due(
    book: PolicyBook,
    *,
    grade: Grade,
    counted_from: date,
    is_contacted: bool = True,
    next_method: ContactMethod = ContactMethod.PHONE,
    interval_days: int | None = None,
    promised_on: date | None = None,
    defer_reason: str = "",
    needed_by: date | None = None,
    expected_on: date | None = None,
) -> Due:
    """Return when a customer must be contacted next.

    The earliest of cadence, promise, need and expected deal wins (X9); the interval of a quick
    note takes the place of the cadence. Only the date reckoned so moves to a working day, and only
    when `next_method` is one that needs it. A promise later than the earliest wins only with
    `defer_reason`, else DeferralNeedsReasonError; one before `counted_from` is a PastDateError.

    A contact serves the days of need and of an expected deal up to its own; before the first
    contact (`is_contacted` False) such a day that has gone by is due at once. A dead customer
    expects no deal.
    """
    interval = interval_days or book.cadence.interval(grade)
    reckoned = counted_from + timedelta(days=interval)
    workday = reckoned
    if next_method in book.cadence.workday_methods:
        workday = book.calendar.calendar.next_workday(reckoned)
    on, rule = workday, DueRule.QUICK_NOTE if interval_days else DueRule.CADENCE
    expected_on = expected_on if grade is not Grade.E else None
    for day, reason in ((needed_by, DueRule.NEEDED_BY), (expected_on, DueRule.EXPECTED_DEAL)):
        if day is None or (is_contacted and day <= counted_from):
            continue
        if day < on:
            on, rule = max(day, counted_from), reason
    if promised_on is not None:
        if promised_on < counted_from:
            raise PastDateError(field="promised_on", earliest=counted_from.isoformat())
        if promised_on > on and not defer_reason.strip():
            raise DeferralNeedsReasonError(
                field="defer_reason", latest=on.isoformat(), promised=promised_on.isoformat()
            )
        on, rule = promised_on, DueRule.DEFERRAL if promised_on > on else DueRule.PROMISE
    is_moved = workday != reckoned and rule in {DueRule.CADENCE, DueRule.QUICK_NOTE}
    return Due(
        on=on,
        rule=rule,
        counted_from=counted_from,
        interval_days=interval,
        cadence_version=book.versions[PolicyKind.CADENCE],
        calendar_version=book.versions[PolicyKind.CALENDAR],
        moved_from=reckoned if is_moved else None,
    )


def due_after_regrading(standing: Due, fresh: Due, today: date) -> Due:
    """Return when a customer is due whose grade alone has changed, from `standing` to `fresh`.

    A promise to him stands while it is the earlier one, a deferral in any case (R45). A higher
    grade that asks for a contact long ago makes him due today, not overdue; one who is overdue
    already stays so, whatever his new grade says about the past.
    """
    is_promised = standing.rule in PROMISED
    if standing.rule is DueRule.DEFERRAL or (is_promised and standing.on <= fresh.on):
        rule = DueRule.DEFERRAL if standing.on > fresh.on else DueRule.PROMISE
        return replace(fresh, on=standing.on, rule=rule, moved_from=None)
    fairly = max(fresh.on, min(standing.on, today))
    return fresh if fairly == fresh.on else replace(fresh, on=fairly, moved_from=fresh.on)


def due_under_other_rules(
    standing: Due,
    before: PolicyBook,
    after: PolicyBook,
    *,
    grade: Grade,
    is_contacted: bool,
    next_method: ContactMethod,
    needed_by: date | None,
    expected_on: date | None,
) -> Due:
    """Return when a customer is due if `after` had been in force when `standing` was reckoned.

    `before` holds the policies it was reckoned by. What was promised stays promised, and so does a
    date that came about in another way, for example out of the past after a regrading: it is not
    what the rules alone make.
    """
    if standing.rule in PROMISED:
        return standing

    # The interval of a quick note is the company's word about this customer, whatever the cadence.
    is_noted = standing.interval_days != before.cadence.interval(grade)

    def reckoned(book: PolicyBook) -> Due:
        return next_due(
            book,
            grade=grade,
            counted_from=standing.counted_from,
            is_contacted=is_contacted,
            next_method=next_method,
            interval_days=standing.interval_days if is_noted else None,
            needed_by=needed_by,
            expected_on=expected_on,
        )

    return reckoned(after) if reckoned(before).on == standing.on else standing

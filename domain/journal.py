"""The tracking journal (客户追踪志): when a customer must be contacted next, and why (D8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.contact import ContactMethod
from domain.errors import DeferralNeedsReasonError
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
    PROMISE = "promise"
    """The date promised to the customer, which is earlier (R43)."""
    DEFERRAL = "deferral"
    """A promised date later than the cadence allows, with a reason (X9)."""
    NEEDED_BY = "needed_by"
    """The customer needs us by then (X9)."""
    EXPECTED_DEAL = "expected_deal"
    """The deal was expected by then, so the grade has to be looked at again (X5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A due date and the answer to "why is this due" (D8), stored in the event as it is.

    `on` is a calendar date of the company's zone. `counted_from` is the day of the contact or of
    the registration, `moved_from` the date before it was moved to a working day.
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
    next_method: ContactMethod = ContactMethod.PHONE,
    promised_on: date | None = None,
    defer_reason: str = "",
    needed_by: date | None = None,
    expected_on: date | None = None,
) -> Due:
    """Return when a customer must be contacted next.

    The earliest of cadence, promise, need and expected deal wins (X9); only the cadence's date
    moves to a working day, and only when `next_method` is one that needs it. A promise later than
    that wins only with `defer_reason`, else DeferralNeedsReasonError. Dates of need or of an
    expected deal that lie before `counted_from` no longer count.
    """
    interval = book.cadence.interval(grade)
    reckoned = counted_from + timedelta(days=interval)
    workday = reckoned
    if next_method in book.cadence.workday_methods:
        workday = book.calendar.calendar.next_workday(reckoned)
    candidates = [(workday, DueRule.CADENCE)]
    if needed_by is not None and needed_by >= counted_from:
        candidates.append((needed_by, DueRule.NEEDED_BY))
    if expected_on is not None and expected_on >= counted_from:
        candidates.append((expected_on, DueRule.EXPECTED_DEAL))
    on, rule = min(candidates, key=lambda candidate: candidate[0])
    if promised_on is not None:
        if promised_on > on and not defer_reason:
            raise DeferralNeedsReasonError(
                field="defer_reason", latest=on.isoformat(), promised=promised_on.isoformat()
            )
        rule = DueRule.DEFERRAL if promised_on > on else DueRule.PROMISE
        on = promised_on
    return Due(
        on=on,
        rule=rule,
        counted_from=counted_from,
        interval_days=interval,
        cadence_version=book.versions[PolicyKind.CADENCE],
        calendar_version=book.versions[PolicyKind.CALENDAR],
        moved_from=reckoned if rule is DueRule.CADENCE and workday != reckoned else None,
    )

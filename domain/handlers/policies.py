"""What the commands about policies do."""

from __future__ import annotations

from typing import Any

from domain import commands
from domain.handlers.work import Work
from domain.plain import to_plain
from domain.policies.book import PolicyKind
from domain.policies.calendar import CalendarPolicy
from domain.policy import Policy
from domain.priority import Clock, Priority


def amend(work: Work, command: commands.AmendPolicy) -> Policy:
    """Put a new version of a policy in force.

    Raises NoWorkingTimeError when the longest deadline could not be reckoned any more.
    """
    return _amend(work, command.kind, command.content, recompute=command.recompute)


def import_holidays(work: Work, command: commands.ImportHolidays) -> Policy:
    """Take the holidays of some years into the calendar."""
    calendar = _calendar(work).with_holidays(command.first_year, command.last_year)
    return _amend(work, PolicyKind.CALENDAR, _days(calendar))


def change_workdays(work: Work, command: commands.ChangeWorkdays) -> Policy:
    """Change single days of the calendar."""
    calendar = _calendar(work).with_days(
        closed=command.closed, opened=command.opened, usual=command.usual
    )
    return _amend(work, PolicyKind.CALENDAR, _days(calendar))


def _amend(
    work: Work, kind: PolicyKind, content: dict[str, Any], *, recompute: bool | None = None
) -> Policy:
    policy = work.policy(kind.stream_id)
    policy.amend(content, recompute=recompute)
    sla = policy.read() if kind is PolicyKind.SLA else work.book.sla
    calendar = policy.read() if kind is PolicyKind.CALENDAR else work.book.calendar
    for priority in Priority:
        sla.climb(Clock.RESOLVE, priority, calendar.calendar, since=work.provenance.at)
    return policy


def _calendar(work: Work) -> CalendarPolicy:
    # The policy itself and not the book, which may be a second old.
    calendar: CalendarPolicy = work.policy_for_reading(PolicyKind.CALENDAR.stream_id).read()
    return calendar


def _days(calendar: CalendarPolicy) -> dict[str, Any]:
    plain = to_plain(calendar)
    return {name: plain[name] for name in ("closed", "open", "provisional_years")}

"""The receivables policy (应收): when whoever is responsible is reminded of an instalment (R13).

The figures are ours: the source only asks for an automatic reminder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendars.business_time import WorkCalendar

MAX_DAYS = 90
MAX_REMINDERS = 100


@dataclass(frozen=True, slots=True)
class Reminding:
    """A day on which somebody is reminded of an instalment, and for which time it is overdue.

    `overdue_number` is 0 before and on the day itself, then 1, 2 and so on.
    """

    on: date
    overdue_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivablesPolicy:
    """When to remind: `before_days` before an instalment is due, on its day, then regularly.

    That is every `every_days` for as long as it is owed. After `most_reminders` of those the
    manager is told as well. A day off moves a reminder to the next working day. 0 days before mean
    none before.
    """

    before_days: int = 3
    every_days: int = 7
    most_reminders: int = 4

    def __post_init__(self) -> None:
        """Refuse what would remind never or without end."""
        if not (0 <= self.before_days <= MAX_DAYS and 1 <= self.every_days <= MAX_DAYS):
            msg = f"before_days needs 0 to {MAX_DAYS} and every_days 1 to {MAX_DAYS} days"
            raise ValueError(msg)
        if not 0 <= self.most_reminders <= MAX_REMINDERS:
            msg = f"most_reminders needs 0 to {MAX_REMINDERS}"
            raise ValueError(msg)

    def newest(
        self, due_on: date, first: date, last: date, calendar: WorkCalendar
    ) -> Reminding | None:
        """Return the newest reminder of an instalment that falls on a day from `first` to `last`.

        Older ones of that time are passed over: after an outage one reminder says all (D7).
        """
        number = max((last - due_on).days // self.every_days, 0)
        while number >= 0:
            on = calendar.next_workday(due_on + timedelta(days=number * self.every_days))
            if on <= last:
                return Reminding(on, number) if on >= first else None
            number -= 1
        on = calendar.next_workday(due_on - timedelta(days=self.before_days))
        return Reminding(on, 0) if self.before_days and first <= on <= last else None

    def tells_manager(self, reminding: Reminding) -> bool:
        """Tell whether the manager is told of this reminder as well."""
        return reminding.overdue_number > self.most_reminders

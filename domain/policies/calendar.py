"""The calendar policy: zone, hours, week, holidays and make-up days (调休) of the company."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from domain.calendars.birthdays import BirthdayRules
from domain.calendars.business_time import BusinessHours, WorkCalendar
from domain.calendars.workdays import chinese_holidays
from domain.errors import InvalidError

REACH_YEARS = 10
"""How many years ahead a calendar should know: no cadence sets a due date further away."""

FIRST_HOLIDAYS = 2001
LAST_HOLIDAYS = 2100


@dataclass(frozen=True, kw_only=True)
class CalendarPolicy:
    """When the company works, and in which zone its days begin and end.

    `closed` days are off and `open` days are worked, whatever the weekday. Years listed as
    provisional are estimates until the government announces them. `birthdays` says which day is
    kept in a year that does not have the very day.
    """

    zone: str = "Asia/Shanghai"
    hours: tuple[tuple[str, str], ...] = (("09:00", "12:00"), ("13:00", "18:00"))
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()
    provisional_years: tuple[int, ...] = ()
    birthdays: BirthdayRules = field(default_factory=BirthdayRules)

    def __post_init__(self) -> None:
        """Build the calendar once, which refuses what makes no sense; a week needs a workday."""
        if not self.weekdays:
            raise InvalidError(field="weekdays", problem="required")
        _ = self.calendar

    @classmethod
    def china(cls, first_year: int, last_year: int) -> CalendarPolicy:
        """Return the calendar of mainland China for these years, both included."""
        return cls().with_holidays(first_year, last_year)

    def with_holidays(self, first_year: int, last_year: int) -> CalendarPolicy:
        """Return this calendar with the public holidays of mainland China in these years.

        All that was said of the days of these years goes. Raises InvalidError for years that
        nobody can know of.
        """
        if not FIRST_HOLIDAYS <= first_year <= last_year <= LAST_HOLIDAYS:
            raise InvalidError(field="years", problem="out-of-range")
        years = range(first_year, last_year + 1)
        holidays = chinese_holidays(years)
        kept = {*self.provisional_years} - {*years}
        return replace(
            self,
            closed=_sorted(holidays.closed, (d for d in self.closed if d.year not in years)),
            open=_sorted(holidays.open, (d for d in self.open if d.year not in years)),
            provisional_years=tuple(sorted(holidays.provisional_years | kept)),
        )

    def with_days(
        self, *, closed: Collection[date], opened: Collection[date], usual: Collection[date]
    ) -> CalendarPolicy:
        """Return this calendar with some days off, some worked, and some as the week has it.

        Raises InvalidError for a day that is named twice.
        """
        named = Counter([*closed, *opened, *usual])
        if twice := [day for day, times in named.items() if times > 1]:
            raise InvalidError(field="days", problem="named-twice", value=min(twice).isoformat())
        return replace(
            self,
            closed=_sorted(closed, (day for day in self.closed if day not in named)),
            open=_sorted(opened, (day for day in self.open if day not in named)),
        )

    def days_that_differ(self, other: CalendarPolicy) -> frozenset[date] | None:
        """Return the days that are worked in one of two calendars only.

        None when there are days without end, because the weeks differ.
        """
        if set(self.weekdays) != set(other.weekdays):
            return None
        named = {*self.closed, *self.open, *other.closed, *other.open}
        ours, theirs = self.calendar, other.calendar
        return frozenset(day for day in named if ours.is_workday(day) != theirs.is_workday(day))

    def works_like(self, other: CalendarPolicy) -> bool:
        """Tell whether the same hours of the same days are worked, in the same zone."""
        return (
            self.zone == other.zone
            and self.hours == other.hours
            and self.days_that_differ(other) == frozenset()
        )

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The calendar that counts working time."""
        return WorkCalendar(
            hours=BusinessHours(
                zone=self.zone, spans=self.hours, weekdays=frozenset(self.weekdays)
            ),
            closed=frozenset(self.closed),
            open=frozenset(self.open),
            provisional_years=frozenset(self.provisional_years),
        )

    @cached_property
    def tz(self) -> ZoneInfo:
        """The zone in which a calendar day of the company begins and ends."""
        return ZoneInfo(self.zone)


def _sorted(*days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted({day for each in days for day in each}))

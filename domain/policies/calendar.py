"""The calendar policy: zone, hours, week, holidays and make-up days (调休) of the company."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from domain.calendars.birthdays import BirthdayRules
from domain.calendars.business_time import BusinessHours, WorkCalendar
from domain.calendars.workdays import chinese_holidays
from domain.errors import InvalidError


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
        holidays = chinese_holidays(range(first_year, last_year + 1))
        return cls(
            closed=tuple(sorted(holidays.closed)),
            open=tuple(sorted(holidays.open)),
            provisional_years=tuple(sorted(holidays.provisional_years)),
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

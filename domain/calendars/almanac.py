"""The almanac (日历): what each day is, for whoever looks at a calendar to plan his work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendars.birthdays import YearlyDay
from domain.calendars.business_time import WorkCalendar
from domain.calendars.festivals import festivals_on
from domain.calendars.lunar import lunar_day
from domain.errors import InvalidError


@dataclass(frozen=True, slots=True)
class FestivalName:
    """A festival as it is called in Chinese and English; `is_solemn` for one of the dead."""

    key: str
    zh: str
    en: str
    is_solemn: bool


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the company's calendar.

    `is_provisional` while the holidays of its year are not announced; `lunar` is the day as
    `lunar:2026-01-01`, empty outside 1900-2100.
    """

    on: date
    is_workday: bool
    is_provisional: bool
    lunar: str
    festivals: tuple[FestivalName, ...]


def days_between(calendar: WorkCalendar, first: date, last: date) -> list[CalendarDay]:
    """Return the days from `first` to `last`, both included."""
    span = (last - first).days + 1
    return [_day(calendar, first + timedelta(days=number)) for number in range(span)]


def _day(calendar: WorkCalendar, day: date) -> CalendarDay:
    return CalendarDay(
        on=day,
        is_workday=calendar.is_workday(day),
        is_provisional=calendar.is_provisional(day),
        lunar=_lunar(day),
        festivals=tuple(
            FestivalName(festival.key, festival.zh, festival.en, festival.is_solemn)
            for festival in festivals_on(day)
        ),
    )


def _lunar(day: date) -> str:
    try:
        lunar = lunar_day(day)
    except InvalidError:
        return ""
    return str(
        YearlyDay(
            year=lunar.year,
            month=lunar.month,
            day=lunar.day,
            is_lunar=True,
            is_leap=lunar.is_leap,
        )
    )

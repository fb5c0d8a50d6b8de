"""Days that return every year (生日、周年日), in the common calendar or the lunar one.

Which day stands in for one that a year does not have is the company's rule, never a guess of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from enum import StrEnum
from functools import lru_cache

from domain.calendars.lunar import FIRST_YEAR, LAST_YEAR, LunarMonth, find_month
from domain.errors import InvalidError

EARLIEST_YEAR = 1500
"""No customer's company is older."""

_PLAIN = re.compile(r"(lunar:)?(\d{4}|-)-(\d{2})(L?)-(\d{2})", re.ASCII)
_A_LEAP_YEAR = 2000


class ShortMonth(StrEnum):
    """What stands in for the last day of a month that ends a day early this year."""

    LAST_DAY = "last_day"
    """The last day there is: 12-29 for 12-30, 28 February for the 29th."""
    NEXT_DAY = "next_day"
    """The day after it: the first of the next month."""


class LeapMonth(StrEnum):
    """When a birthday in a leap month (闰月) is kept, in a year that has this leap month.

    In all other years it is the month without leap.
    """

    NORMAL = "normal"
    LEAP = "leap"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthdayRules:
    """Which day is kept in a year that does not have the very day."""

    lunar_thirtieth: ShortMonth = ShortMonth.LAST_DAY
    leap_month: LeapMonth = LeapMonth.NORMAL
    leap_day: ShortMonth = ShortMonth.LAST_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyDay:
    """A day that returns every year: a birthday, or the day a company was founded.

    `year`, when it is known, is the one it returned from, counted in the day's own calendar;
    `is_leap` marks a lunar leap month. InvalidError for a day that never was.

    Written as `1990-05-01`, `--05-01` without a year, and `lunar:1990-05L-01`, where L marks a leap
    month, after RFC 6350 and RFC 7529.
    """

    month: int
    day: int
    year: int | None = None
    is_lunar: bool = False
    is_leap: bool = False

    def __post_init__(self) -> None:
        if self.is_lunar:
            self._require_lunar_day()
        else:
            self._require_solar_day()

    def __str__(self) -> str:
        calendar, leap = "lunar:" * self.is_lunar, "L" * self.is_leap
        year = "-" if self.year is None else f"{self.year:04}"
        return f"{calendar}{year}-{self.month:02}{leap}-{self.day:02}"

    @classmethod
    def from_plain(cls, text: str) -> YearlyDay:
        """Return the day that `str` has written as `text`; InvalidError when it is none."""
        found = _PLAIN.fullmatch(text)
        if not found:
            raise InvalidError(field="day", problem="not-a-yearly-day", value=text)
        calendar, year, month, leap, day = found.groups()
        return cls(
            year=None if year == "-" else int(year),
            month=int(month),
            day=int(day),
            is_lunar=bool(calendar),
            is_leap=bool(leap),
        )

    def _require_solar_day(self) -> None:
        if self.is_leap:
            raise InvalidError(field="day", problem="no-such-day", value=str(self))
        if self.year is not None and not EARLIEST_YEAR <= self.year <= LAST_YEAR:
            raise InvalidError(field="day", problem="out-of-range")
        try:
            date(self.year or _A_LEAP_YEAR, self.month, self.day)
        except ValueError as error:
            raise InvalidError(field="day", problem="no-such-day", value=str(self)) from error

    def _require_lunar_day(self) -> None:
        if self.year is None:
            longest = _longest_ever(self.month, is_leap=self.is_leap)
        elif FIRST_YEAR <= self.year <= LAST_YEAR:
            month = find_month(self.year, self.month, is_leap=self.is_leap)
            longest = month.length if month else 0
        else:
            raise InvalidError(field="day", problem="out-of-range")
        if not 1 <= self.day <= longest:
            raise InvalidError(field="day", problem="no-such-day", value=str(self))


@dataclass(frozen=True, slots=True)
class Anniversary:
    """One return of a day: `on` a day of the common calendar, in a `year` of its own calendar.

    A common year may hold two returns of a lunar day, or none; each lunar year has its own.
    """

    on: date
    year: int
    is_leap: bool = False

    @property
    def occasion(self) -> str:
        """What tells this return from all others of the day: the year, `2025L` in a leap month."""
        return f"{self.year}{'L' * self.is_leap}"


def next_anniversary(day: YearlyDay, after: date, rules: BirthdayRules) -> Anniversary | None:
    """Return when `day` comes next, later than `after`; the year it counts from is no return yet.

    None when that is after 2100 in the lunar calendar.
    """
    return next((found for found in _anniversaries(day, after, rules) if found.on > after), None)


def anniversaries_between(
    day: YearlyDay, first: date, last: date, rules: BirthdayRules
) -> list[Anniversary]:
    """Return every time that `day` comes from `first` to `last`, both included."""
    found: list[Anniversary] = []
    after = first - timedelta(days=1)
    while (following := next_anniversary(day, after, rules)) and following.on <= last:
        found.append(following)
        after = following.on
    return found


def _anniversaries(day: YearlyDay, around: date, rules: BirthdayRules) -> Iterator[Anniversary]:
    """Yield returns in their order: from before `around` to at least one after it."""
    # A lunar year begins up to seven weeks into the common year of the same number.
    first = max(around.year - 1, (day.year or 0) + 1)
    for year in range(first, max(first, around.year + 1) + 1):
        if day.is_lunar:
            yield from _lunar(day.month, day.day, year, is_leap=day.is_leap, rules=rules)
        elif year <= MAXYEAR:
            yield _solar(day.month, day.day, year, rules)


# There are some thousand different days of a year: for a million customers these are look-ups.


@lru_cache(maxsize=10_000)
def _solar(month: int, day: int, year: int, rules: BirthdayRules) -> Anniversary:
    try:
        return Anniversary(date(year, month, day), year)
    except ValueError:
        is_last = rules.leap_day is ShortMonth.LAST_DAY
        return Anniversary(date(year, 2, 28) if is_last else date(year, 3, 1), year)


@lru_cache(maxsize=10_000)
def _lunar(
    month: int, day: int, year: int, *, is_leap: bool, rules: BirthdayRules
) -> tuple[Anniversary, ...]:
    """Return the returns in one lunar year: one, or two, or none outside the table."""
    is_last = rules.lunar_thirtieth is ShortMonth.LAST_DAY
    return tuple(
        Anniversary(
            kept.first + timedelta(days=(min(day, kept.length) if is_last else day) - 1),
            year,
            kept.is_leap,
        )
        for kept in _kept_months(month, year, is_leap=is_leap, rule=rules.leap_month)
    )


def _kept_months(month: int, year: int, *, is_leap: bool, rule: LeapMonth) -> list[LunarMonth]:
    """Return the months of a lunar year in which a day of `month` is kept."""
    normal = find_month(year, month)
    leap = find_month(year, month, is_leap=True) if is_leap else None
    kept = [normal]
    if leap is not None and rule is not LeapMonth.NORMAL:
        kept = [leap] if rule is LeapMonth.LEAP else [normal, leap]
    return [each for each in kept if each is not None]


@lru_cache(maxsize=32)
def _longest_ever(month: int, *, is_leap: bool) -> int:
    """Return the days of the longest lunar month of that name in the table, 0 if there is none."""
    months = (find_month(year, month, is_leap=is_leap) for year in range(FIRST_YEAR, LAST_YEAR + 1))
    return max((found.length for found in months if found), default=0)

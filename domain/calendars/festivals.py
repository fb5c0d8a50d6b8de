"""Festivals (节日): of the common calendar, of the lunar one, and the two solar terms people keep.

The days of the solar terms stand in a table, made from `borax` like the lunar calendar; a test
compares every year with two programs that calculate them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from enum import StrEnum
from functools import lru_cache, partial

from domain.calendars.lunar import (
    FIRST_YEAR,
    LAST_YEAR,
    LunarDay,
    lunar_day,
    lunar_months,
    solar_day,
)
from domain.errors import InvalidError

# In each year from 1901 on: the day of April, and the day of December less twenty.
_QINGMING = (
    "56655665566555655565556555655565556555655565555555"
    "55555555555555555555555554555455545554555455545554"
    "55545554455445544554455445544554455445544454445444"
    "54445444544454445444544444444444444444444444444445"
)
_WINTER_SOLSTICE = (
    "23322332233223322232223222322232223222322232223222"
    "32222222222222222222222222222222222221222122212221"
    "22212221222122212221122112211221122112211221122112"
    "21122111211121112111211121112111211121111111111112"
)
_FIRST_TERM = 1901


class YearKind(StrEnum):
    """Whose years a festival is counted in; Laba may come twice in one common year, or not at all.

    Laba and New Year's Eve end a lunar year, so they lie in the common year after it.
    """

    SOLAR = "solar"
    LUNAR = "lunar"


@dataclass(frozen=True, slots=True)
class Festival:
    """A day that returns every year; `key` names it for ever.

    A solemn one is for the dead: nobody is wished a happy one.
    """

    key: str
    zh: str
    en: str
    counted_in: YearKind
    reckon: Callable[[int], date]
    is_solemn: bool = False


def festivals_on(day: date) -> tuple[Festival, ...]:
    """Return the festivals that fall on `day`; only those of the common calendar after 2100."""
    return _festivals_in(day.year).get(day, ())


def day_of(festival: Festival, year: int) -> date:
    """Return the day of `festival` in `year`, counted as `festival.counted_in` says.

    InvalidError when the tables do not reach there: before 1901 or after 2100.
    """
    return festival.reckon(year)


def year_of(festival: Festival, day: date) -> int:
    """Return the year whose `festival` is celebrated on `day`: one greeting for each (R73)."""
    return lunar_day(day).year if festival.counted_in is YearKind.LUNAR else day.year


def next_day_of(festival: Festival, after: date) -> date | None:
    """Return the first day of `festival` later than `after`, None when that is after 2100."""
    return next((day for day in _days_around(festival, after.year) if day > after), None)


def _solar(month: int, day: int, year: int) -> date:
    return date(year, month, day)


def _lunar(month: int, day: int, year: int) -> date:
    return solar_day(LunarDay(year, month, is_leap=False, day=day))


def _eve(year: int) -> date:
    """Return the last day of a lunar year: 12-30, or 12-29 where the month is a short one."""
    months = lunar_months(year)
    if not months:
        raise InvalidError(field="year", problem="out-of-range")
    return _lunar(12, months[-1].length, year)


def _term(month: int, days: str, first_day: int, year: int) -> date:
    if not 0 <= year - _FIRST_TERM < len(days):
        raise InvalidError(field="year", problem="out-of-range")
    return date(year, month, first_day + int(days[year - _FIRST_TERM]))


def _of_the_sun(key: str, zh: str, en: str, month: int, day: int) -> Festival:
    return Festival(key, zh, en, YearKind.SOLAR, partial(_solar, month, day))


def _of_the_moon(
    key: str, zh: str, en: str, month: int, day: int, *, is_solemn: bool = False
) -> Festival:
    return Festival(key, zh, en, YearKind.LUNAR, partial(_lunar, month, day), is_solemn)


_ALL = (
    _of_the_sun("new_year", "元旦", "New Year's Day", 1, 1),
    _of_the_sun("womens_day", "妇女节", "Women's Day", 3, 8),
    _of_the_sun("labour_day", "劳动节", "Labour Day", 5, 1),
    _of_the_sun("childrens_day", "儿童节", "Children's Day", 6, 1),
    _of_the_sun("teachers_day", "教师节", "Teachers' Day", 9, 10),
    _of_the_sun("national_day", "国庆节", "National Day", 10, 1),
    _of_the_sun("christmas", "圣诞节", "Christmas", 12, 25),
    _of_the_moon("spring_festival", "春节", "Spring Festival", 1, 1),
    _of_the_moon("lantern_festival", "元宵节", "Lantern Festival", 1, 15),
    _of_the_moon("dragon_boat", "端午节", "Dragon Boat Festival", 5, 5),
    _of_the_moon("qixi", "七夕节", "Qixi Festival", 7, 7),
    _of_the_moon("ghost_festival", "中元节", "Ghost Festival", 7, 15, is_solemn=True),
    _of_the_moon("mid_autumn", "中秋节", "Mid-Autumn Festival", 8, 15),
    _of_the_moon("double_ninth", "重阳节", "Double Ninth Festival", 9, 9),
    _of_the_moon("laba", "腊八节", "Laba Festival", 12, 8),
    Festival("new_years_eve", "除夕", "Chinese New Year's Eve", YearKind.LUNAR, _eve),
    Festival(
        "qingming", "清明节", "Qingming (Tomb-Sweeping Day)",
        YearKind.SOLAR, partial(_term, 4, _QINGMING, 0), is_solemn=True,
    ),
    Festival(
        "winter_solstice", "冬至", "Winter Solstice",
        YearKind.SOLAR, partial(_term, 12, _WINTER_SOLSTICE, 20),
    ),
)  # fmt: skip

FESTIVALS: dict[str, Festival] = {festival.key: festival for festival in _ALL}
"""Every festival by its key."""


@lru_cache(maxsize=LAST_YEAR - FIRST_YEAR)
def _festivals_in(year: int) -> dict[date, tuple[Festival, ...]]:
    """Return the festivals that fall in a year of the common calendar, by day."""
    found: dict[date, tuple[Festival, ...]] = {}
    for festival in _ALL:
        for day in _days_around(festival, year):
            if day.year == year:
                found[day] = (*found.get(day, ()), festival)
    return found


def _days_around(festival: Festival, year: int) -> Iterator[date]:
    """Yield the days of a festival in the years around one, as far as the tables reach."""
    for counted in range(max(year - 1, MINYEAR), min(year + 1, MAXYEAR) + 1):
        with suppress(InvalidError):
            yield festival.reckon(counted)

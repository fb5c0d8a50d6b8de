"""Compares the lunar calendar, day by day, with three programs that others wrote."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from borax.calendars.lunardate import LunarDate
from lunar_python import LunarYear

from domain.calendars.lunar import (
    FIRST_YEAR,
    LAST_YEAR,
    LunarDay,
    find_month,
    leap_month,
    lunar_day,
    lunar_months,
    solar_day,
)
from domain.errors import InvalidError

DISPUTED = {
    date(2057, 9, 28): (2057, 8),
    date(2089, 9, 4): (2089, 7),
    date(2097, 8, 7): (2097, 6),
}
"""New moons at midnight, and the month whose thirtieth the day is here."""


def every_day() -> Iterator[date]:
    first, last = date(1901, 1, 1), date(2100, 12, 31)
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def by_borax(day: date) -> LunarDay:
    theirs = LunarDate.from_solar(day)
    return LunarDay(theirs.year, theirs.month, bool(theirs.leap), theirs.day)


def by_sxtwl(day: date) -> LunarDay:
    # Its wheels are for Linux on x86-64 only; elsewhere the other two have to do.
    sxtwl = pytest.importorskip("sxtwl")
    theirs = sxtwl.fromSolar(day.year, day.month, day.day)
    return LunarDay(
        theirs.getLunarYear(), theirs.getLunarMonth(), theirs.isLunarLeap(), theirs.getLunarDay()
    )


@cache
def months_of_lunar_python() -> dict[date, Any]:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    months = [month for year in years for month in LunarYear.fromYear(year).getMonths()]
    # Each year lists the end of the one before and the beginning of the one after it as well.
    return {_gregorian(month.getFirstJulianDay()): month for month in months}


@cache
def firsts_of_lunar_python() -> list[date]:
    return sorted(months_of_lunar_python())


def by_lunar_python(day: date) -> LunarDay:
    first = firsts_of_lunar_python()[bisect_right(firsts_of_lunar_python(), day) - 1]
    month = months_of_lunar_python()[first]
    number = month.getMonth()
    return LunarDay(month.getYear(), abs(number), number < 0, (day - first).days + 1)


def _gregorian(julian_day: float) -> date:
    return date.fromordinal(int(julian_day - 1_721_424.5))


def days_that_differ(theirs: Callable[[date], LunarDay]) -> list[date]:
    return [day for day in every_day() if lunar_day(day) != theirs(day)]


def test_every_day_of_two_centuries_is_that_of_the_observatory() -> None:
    assert days_that_differ(by_borax) == []


@pytest.mark.parametrize(
    ("theirs", "disputed"),
    [
        pytest.param(by_sxtwl, [*DISPUTED], id="sxtwl"),
        pytest.param(by_lunar_python, [*DISPUTED][1:], id="lunar-python"),
    ],
)
def test_calculated_calendars_differ_only_where_a_new_moon_falls_at_midnight(
    theirs: Callable[[date], LunarDay], disputed: list[date]
) -> None:
    months = [day + timedelta(days=number) for day in disputed for number in range(30)]

    assert days_that_differ(theirs) == months


@pytest.mark.parametrize(("day", "month"), DISPUTED.items())
def test_a_disputed_day_still_belongs_to_the_month_before(
    day: date, month: tuple[int, int]
) -> None:
    assert lunar_day(day) == LunarDay(*month, is_leap=False, day=30)
    assert lunar_day(day + timedelta(days=1)).day == 1


def test_there_and_back_is_the_same_day() -> None:
    assert [day for day in every_day() if solar_day(lunar_day(day)) != day] == []


@pytest.mark.parametrize(
    ("lunar", "day"),
    [
        pytest.param((2024, 1, False, 1), date(2024, 2, 10), id="spring festival"),
        pytest.param((2025, 6, True, 1), date(2025, 7, 25), id="leap sixth month"),
        pytest.param((2033, 11, True, 1), date(2033, 12, 22), id="the leap month of 2033"),
        pytest.param((1978, 8, False, 15), date(1978, 9, 17), id="mid-autumn of 1978"),
        pytest.param((1900, 1, False, 1), date(1900, 1, 31), id="the first day there is"),
        pytest.param((2100, 12, False, 29), date(2101, 1, 28), id="the last one"),
    ],
)
def test_known_days_have_their_dates(lunar: tuple[int, int, bool, int], day: date) -> None:
    assert solar_day(LunarDay(*lunar)) == day
    assert lunar_day(day) == LunarDay(*lunar)


def test_days_compare_in_the_order_they_come() -> None:
    days = [lunar_day(date(2025, 6, 1) + timedelta(days=number)) for number in range(120)]

    assert days == sorted(days)
    assert {(day.month, day.is_leap) for day in days} > {(6, False), (6, True), (7, False)}


@pytest.mark.parametrize(
    "lunar",
    [
        pytest.param((2024, 6, True, 1), id="no leap month that year"),
        pytest.param((2025, 12, False, 30), id="no thirtieth in a short month"),
        pytest.param((2025, 1, False, 31), id="no month has 31 days"),
        pytest.param((2025, 1, False, 0), id="no day zero"),
        pytest.param((2025, 13, False, 1), id="no thirteenth month"),
        pytest.param((1899, 1, False, 1), id="before the table"),
        pytest.param((2101, 1, False, 1), id="after the table"),
    ],
)
def test_a_lunar_day_that_never_was_is_refused(lunar: tuple[int, int, bool, int]) -> None:
    with pytest.raises(InvalidError, match="no-such-day"):
        solar_day(LunarDay(*lunar))


@pytest.mark.parametrize("day", [date(1900, 1, 30), date(2101, 1, 29)])
def test_a_day_outside_the_table_is_refused(day: date) -> None:
    with pytest.raises(InvalidError, match="no-such-day"):
        lunar_day(day)


def test_months_are_told_with_their_lengths() -> None:
    lengths = [month.length for month in lunar_months(2025)]

    assert lengths == [30, 29, 30, 29, 29, 30, 29, 30, 29, 30, 30, 30, 29]
    assert (leap_month(2025), leap_month(2024)) == (6, None)
    assert find_month(2024, 6, is_leap=True) is None
    assert lunar_months(2101) == ()

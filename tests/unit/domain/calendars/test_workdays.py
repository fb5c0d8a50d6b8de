from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from domain.calendars.business_time import WorkCalendar
from domain.calendars.workdays import chinese_holidays


def test_every_day_from_2015_to_2026_is_judged_as_by_an_independent_source() -> None:
    closed, opened, provisional_years = chinese_holidays(range(2015, 2027))
    calendar = WorkCalendar(closed=closed, open=opened, provisional_years=provisional_years)
    first, last = date(2015, 1, 1), date(2026, 12, 31)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]

    disputed = [day for day in days if calendar.is_workday(day) != chinese_calendar.is_workday(day)]

    assert disputed == []
    assert not provisional_years


@pytest.mark.parametrize("year", range(2015, 2027))
def test_one_year_alone_gives_the_same_days_as_among_its_neighbours(year: int) -> None:
    alone = chinese_holidays([year])
    together = chinese_holidays(range(2015, 2027))

    assert alone.closed == {day for day in together.closed if day.year == year}
    assert alone.open == {day for day in together.open if day.year == year}


def test_a_december_day_moved_by_the_notice_of_the_next_year_is_known() -> None:
    holidays = chinese_holidays([2018])

    assert date(2018, 12, 29) in holidays.open
    assert date(2018, 12, 31) in holidays.closed


def test_a_year_without_a_notice_is_provisional_and_knows_only_the_festivals() -> None:
    holidays = chinese_holidays([2026, 2099])

    assert holidays.provisional_years == {2099}
    assert date(2099, 10, 1) in holidays.closed
    assert not [day for day in holidays.open if day.year == 2099]


def test_no_day_is_both_off_and_worked() -> None:
    closed, opened, _ = chinese_holidays(range(2001, 2030))

    assert not closed & opened

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars.birthdays import (
    Anniversary,
    BirthdayRules,
    LeapMonth,
    ShortMonth,
    YearlyDay,
    anniversaries_between,
    next_anniversary,
)
from domain.calendars.lunar import lunar_day
from domain.errors import InvalidError

DEFAULTS = BirthdayRules()
NEXT_DAY = BirthdayRules(lunar_thirtieth=ShortMonth.NEXT_DAY, leap_day=ShortMonth.NEXT_DAY)
LEAP = BirthdayRules(leap_month=LeapMonth.LEAP)
BOTH = BirthdayRules(leap_month=LeapMonth.BOTH)


def days_in(year: int, text: str, rules: BirthdayRules = DEFAULTS) -> list[str]:
    """Return on which days of a common year the day `text` returns, with the occasions."""
    found = anniversaries_between(
        YearlyDay.from_plain(text), date(year, 1, 1), date(year, 12, 31), rules
    )
    return [f"{each.on:%m-%d} {each.occasion}" for each in found]


@pytest.mark.parametrize(
    ("text", "year", "rules", "days"),
    [
        pytest.param("--05-01", 2026, DEFAULTS, ["05-01 2026"], id="common day"),
        pytest.param("--02-29", 2028, DEFAULTS, ["02-29 2028"], id="leap day"),
        pytest.param("--02-29", 2026, DEFAULTS, ["02-28 2026"], id="no leap day"),
        pytest.param("--02-29", 2026, NEXT_DAY, ["03-01 2026"], id="no leap day, next day"),
        pytest.param("lunar:--08-15", 2026, DEFAULTS, ["09-25 2026"], id="lunar day"),
        pytest.param("lunar:--12-30", 2024, DEFAULTS, ["02-09 2023"], id="a thirtieth there is"),
        pytest.param("lunar:--12-30", 2026, DEFAULTS, ["02-16 2025"], id="no thirtieth"),
        pytest.param("lunar:--12-30", 2026, NEXT_DAY, ["02-17 2025"], id="no thirtieth, next day"),
        pytest.param("lunar:--06L-01", 2026, DEFAULTS, ["07-14 2026"], id="no leap month"),
        pytest.param("lunar:--06L-01", 2026, LEAP, ["07-14 2026"], id="no leap month, leap rule"),
        pytest.param("lunar:--06L-01", 2026, BOTH, ["07-14 2026"], id="no leap month, both"),
        pytest.param("lunar:--06L-01", 2025, DEFAULTS, ["06-25 2025"], id="leap month, normal"),
        pytest.param("lunar:--06L-01", 2025, LEAP, ["07-25 2025L"], id="leap month, leap"),
        pytest.param(
            "lunar:--06L-01", 2025, BOTH, ["06-25 2025", "07-25 2025L"], id="leap month, both"
        ),
        pytest.param("lunar:--06-01", 2025, BOTH, ["06-25 2025"], id="born in the normal month"),
        # 2033 has a leap eleventh month, the only one in two centuries.
        pytest.param("lunar:--11L-01", 2033, LEAP, ["12-22 2033L"], id="leap eleventh"),
        # The leap sixth month of 2025 has 29 days.
        pytest.param("lunar:--06L-30", 2025, LEAP, ["08-22 2025L"], id="short leap month"),
    ],
)
def test_a_day_returns_as_the_rules_say(
    text: str, year: int, rules: BirthdayRules, days: list[str]
) -> None:
    assert days_in(year, text, rules) == days


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2021, ["01-12 2020"]),
        (2022, ["01-01 2021", "12-22 2022"]),
        (2023, []),
        (2024, ["01-10 2023", "12-29 2024"]),
    ],
)
def test_a_common_year_may_hold_a_lunar_day_twice_or_not_at_all(year: int, days: list[str]) -> None:
    """Each return has an occasion of its own, so nobody is greeted twice or left out."""
    assert days_in(year, "lunar:--11-29") == days


def test_whoever_was_born_is_first_greeted_a_year_later() -> None:
    born = YearlyDay.from_plain("1990-05-01")

    assert next_anniversary(born, date(1980, 1, 1), DEFAULTS) == Anniversary(date(1991, 5, 1), 1991)
    assert next_anniversary(born, date(2026, 4, 30), DEFAULTS) == Anniversary(
        date(2026, 5, 1), 2026
    )
    assert next_anniversary(born, date(2026, 5, 1), DEFAULTS) == Anniversary(date(2027, 5, 1), 2027)


def test_where_the_tables_end_only_the_common_calendar_goes_on() -> None:
    assert (
        next_anniversary(YearlyDay.from_plain("lunar:--01-01"), date(2100, 2, 9), DEFAULTS) is None
    )
    assert next_anniversary(YearlyDay.from_plain("--01-01"), date(2150, 1, 1), DEFAULTS) is not None
    assert next_anniversary(YearlyDay.from_plain("--01-01"), date(9999, 1, 1), DEFAULTS) is None


@pytest.mark.parametrize(
    "text",
    ["", "1990-5-1", "1990-05-01 ", "lunar:1990-05l-01", "05-01", "1990-05L-01", "lunar:--13-01"],
)
def test_only_the_plain_form_of_a_day_there_is_can_be_stored(text: str) -> None:
    with pytest.raises(InvalidError):
        YearlyDay.from_plain(text)


DAYS = st.dates(date(1901, 1, 1), date(2099, 12, 31))
RULES = st.builds(
    BirthdayRules,
    lunar_thirtieth=st.sampled_from(ShortMonth),
    leap_month=st.sampled_from(LeapMonth),
    leap_day=st.sampled_from(ShortMonth),
)


@st.composite
def birthdays(draw: st.DrawFn) -> YearlyDay:
    born = draw(DAYS)
    if draw(st.booleans()):
        return YearlyDay(year=None, month=born.month, day=born.day)
    lunar = lunar_day(born)
    return YearlyDay(month=lunar.month, day=lunar.day, is_lunar=True, is_leap=lunar.is_leap)


@given(birthdays(), DAYS, RULES)
def test_the_next_return_is_the_first_of_all_that_come(
    day: YearlyDay, after: date, rules: BirthdayRules
) -> None:
    following = next_anniversary(day, after, rules)
    assert following is not None
    end = after + timedelta(days=800)
    coming = anniversaries_between(day, after + timedelta(days=1), end, rules)

    assert coming[0] == following
    assert after < following.on <= after + timedelta(days=385)
    assert [each.on for each in coming] == sorted({each.on for each in coming})
    assert len({each.occasion for each in coming}) == len(coming)


@given(birthdays(), DAYS, RULES)
def test_no_day_of_the_same_name_is_passed_over(
    day: YearlyDay, after: date, rules: BirthdayRules
) -> None:
    following = next_anniversary(day, after, rules)
    assert following is not None
    passed = (after + timedelta(days=n) for n in range(1, (following.on - after).days))

    assert day.is_leap or [each for each in passed if is_called(each, day)] == []


def is_called(on: date, day: YearlyDay) -> bool:
    """Tell whether a day of the common calendar is this day of the year, in its own calendar."""
    if not day.is_lunar:
        return (on.month, on.day) == (day.month, day.day)
    lunar = lunar_day(on)
    return (lunar.month, lunar.day, lunar.is_leap) == (day.month, day.day, False)


@given(birthdays(), DAYS)
def test_everybody_is_greeted_once_in_each_year_of_his_calendar(
    day: YearlyDay, start: date
) -> None:
    """Unless the company wants both months of a leap year greeted."""
    coming = anniversaries_between(day, start, start + timedelta(days=365 * 20), DEFAULTS)
    years = [each.year for each in coming]

    assert years == list(range(years[0], years[0] + len(years)))


@given(DAYS)
def test_a_lunar_birthday_returns_on_days_of_its_own_name(born: date) -> None:
    lunar = lunar_day(born)
    day = YearlyDay(month=lunar.month, day=lunar.day, is_lunar=True, is_leap=lunar.is_leap)
    following = next_anniversary(day, date(2026, 1, 1), DEFAULTS)
    assert following is not None
    kept = lunar_day(following.on)

    assert (kept.month, kept.year, kept.is_leap) == (lunar.month, following.year, False)
    assert kept.day in {lunar.day, 29}

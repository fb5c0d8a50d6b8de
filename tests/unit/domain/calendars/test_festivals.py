from __future__ import annotations

from datetime import date, timedelta

import pytest
from borax.calendars.lunardate import TermUtils
from lunar_python import Lunar

from domain.calendars.festivals import FESTIVALS, day_of, festivals_on, next_day_of, year_of
from domain.calendars.lunar import lunar_day
from domain.errors import InvalidError

TERMS = [("qingming", 6, "清明"), ("winter_solstice", 23, "DONG_ZHI")]


def keys_on(day: date) -> list[str]:
    return [festival.key for festival in festivals_on(day)]


@pytest.mark.parametrize(("key", "number", "name"), TERMS)
def test_a_solar_term_is_on_the_same_day_in_two_other_sources(
    key: str, number: int, name: str
) -> None:
    ours = [day_of(FESTIVALS[key], year) for year in range(1901, 2101)]
    from_a_table = [TermUtils.nth_term_day(year, number) for year in range(1901, 2101)]
    terms = [Lunar.fromYmd(year, 6, 1).getJieQiTable()[name] for year in range(1901, 2101)]
    calculated = [date(term.getYear(), term.getMonth(), term.getDay()) for term in terms]

    assert ours == from_a_table
    assert ours == calculated


@pytest.mark.parametrize(("key", "index"), [("qingming", 7), ("winter_solstice", 0)])
def test_a_solar_term_is_on_the_same_day_in_a_third_source(key: str, index: int) -> None:
    sxtwl = pytest.importorskip("sxtwl")
    for year in range(1901, 2101):
        day = day_of(FESTIVALS[key], year)
        theirs = sxtwl.fromSolar(day.year, day.month, day.day)

        assert theirs.hasJieQi(), day
        assert theirs.getJieQi() == index, day


@pytest.mark.parametrize(
    ("key", "year", "day"),
    [
        ("new_year", 2026, date(2026, 1, 1)),
        ("national_day", 2026, date(2026, 10, 1)),
        ("spring_festival", 2026, date(2026, 2, 17)),
        ("lantern_festival", 2026, date(2026, 3, 3)),
        ("dragon_boat", 2025, date(2025, 5, 31)),
        ("qixi", 2025, date(2025, 8, 29)),
        ("mid_autumn", 2025, date(2025, 10, 6)),
        ("double_ninth", 2025, date(2025, 10, 29)),
        ("laba", 2025, date(2026, 1, 26)),
        ("qingming", 2026, date(2026, 4, 5)),
        ("winter_solstice", 2025, date(2025, 12, 21)),
    ],
)
def test_a_festival_falls_on_its_day(key: str, year: int, day: date) -> None:
    assert day_of(FESTIVALS[key], year) == day
    assert key in keys_on(day)
    assert year_of(FESTIVALS[key], day) == year


@pytest.mark.parametrize("year", range(1900, 2100))
def test_new_years_eve_is_the_day_before_the_spring_festival(year: int) -> None:
    """Also where the twelfth month has no thirtieth, as from 2024 to 2028."""
    eve = day_of(FESTIVALS["new_years_eve"], year)

    assert eve + timedelta(days=1) == day_of(FESTIVALS["spring_festival"], year + 1)
    assert year_of(FESTIVALS["new_years_eve"], eve) == year
    assert "new_years_eve" in keys_on(eve)


def test_laba_twice_in_one_common_year_is_that_of_two_lunar_years() -> None:
    laba = FESTIVALS["laba"]
    days = [day_of(laba, year) for year in (2021, 2022, 2023)]

    assert days == [date(2022, 1, 10), date(2022, 12, 30), date(2024, 1, 18)]
    assert [year_of(laba, day) for day in days] == [2021, 2022, 2023]
    assert [next_day_of(laba, day) for day in days[:2]] == days[1:]


def test_a_festival_in_a_month_that_comes_twice_is_kept_once() -> None:
    """The sixth lunar month of 2025 came twice, the second time as the leap month."""
    found = [
        day
        for number in range(365)
        if "dragon_boat" in keys_on(day := date(2020, 1, 1) + timedelta(days=number))
    ]

    assert found == [date(2020, 6, 25)]
    assert lunar_day(date(2020, 6, 25)).is_leap is False


def test_two_festivals_may_fall_on_one_day() -> None:
    assert keys_on(date(2020, 10, 1)) == ["national_day", "mid_autumn"]
    assert keys_on(date(2026, 3, 4)) == []


def test_festivals_for_the_dead_are_marked() -> None:
    assert {f.key for f in FESTIVALS.values() if f.is_solemn} == {"qingming", "ghost_festival"}


def test_every_festival_has_a_name_in_both_languages() -> None:
    assert [f.key for f in FESTIVALS.values() if not (f.zh and f.en)] == []


@pytest.mark.parametrize("key", ["spring_festival", "new_years_eve", "qingming"])
def test_beyond_the_tables_a_festival_is_refused_and_not_guessed(key: str) -> None:
    for year in (1899, 2101):
        with pytest.raises(InvalidError):
            day_of(FESTIVALS[key], year)
    assert next_day_of(FESTIVALS[key], date(2101, 6, 1)) is None


def test_beyond_the_tables_the_common_calendar_still_has_its_festivals() -> None:
    assert keys_on(date(2150, 10, 1)) == ["national_day"]
    assert keys_on(date(1, 1, 1)) == ["new_year"]

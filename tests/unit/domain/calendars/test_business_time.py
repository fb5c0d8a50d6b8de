from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from domain.calendars.business_time import BusinessHours, NoWorkingTimeError, WorkCalendar
from domain.calendars.workdays import chinese_holidays
from domain.errors import InvalidError

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY = frozenset(range(1, 8))
HOUR = 3600


@pytest.fixture(scope="module")
def chinese() -> WorkCalendar:
    closed, opened, provisional = chinese_holidays(range(2024, 2027))
    return WorkCalendar(closed=closed, open=opened, provisional_years=provisional)


def at(*wall: int, zone: ZoneInfo = SHANGHAI) -> datetime:
    year, month, day, hour, minute = (*wall, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param((2025, 9, 30, 17), 4, (2025, 10, 9, 12), id="over the National Day week"),
        pytest.param((2025, 10, 10, 17, 30), 2, (2025, 10, 11, 10, 30), id="into a make-up day"),
        pytest.param((2026, 2, 14, 17), 2, (2026, 2, 24, 10), id="over the Spring Festival"),
        pytest.param((2025, 3, 3, 11), 2, (2025, 3, 3, 14), id="over lunch"),
        pytest.param((2025, 3, 3, 10), 2, (2025, 3, 3, 12), id="until lunch, not until after it"),
        pytest.param((2025, 3, 3, 12, 30), 1, (2025, 3, 3, 14), id="from lunch"),
        pytest.param((2025, 3, 3, 3), 1, (2025, 3, 3, 10), id="before opening"),
        pytest.param((2025, 3, 7, 18), 1, (2025, 3, 10, 10), id="from closing time on Friday"),
        pytest.param((2025, 3, 3, 9), 80, (2025, 3, 14, 18), id="eighty hours are two weeks"),
        pytest.param((2024, 2, 28, 17, 30), 1, (2024, 2, 29, 9, 30), id="into a leap day"),
        pytest.param((2023, 2, 28, 17, 30), 1, (2023, 3, 1, 9, 30), id="no leap day"),
        pytest.param((2024, 12, 31, 17), 1, (2024, 12, 31, 18), id="until the year's last moment"),
        pytest.param((2024, 12, 31, 17, 30), 1, (2025, 1, 2, 9, 30), id="over New Year"),
    ],
)
def test_working_hours_end_when_people_would_have_worked_them(
    chinese: WorkCalendar, start: tuple[int, ...], hours: int, end: tuple[int, ...]
) -> None:
    deadline = chinese.add(at(*start), hours * HOUR)

    assert deadline == at(*end)
    assert deadline.tzinfo is UTC
    assert chinese.between(at(*start), deadline) == hours * HOUR


def test_time_between_counts_only_work_and_has_a_sign(chinese: WorkCalendar) -> None:
    friday, monday = at(2025, 3, 7, 17), at(2025, 3, 10, 10)

    assert chinese.between(friday, monday) == 2 * HOUR
    assert chinese.between(monday, friday) == -2 * HOUR
    assert chinese.between(at(2025, 3, 8), at(2025, 3, 9)) == 0


def test_no_working_time_at_all_ends_at_once_even_at_night(chinese: WorkCalendar) -> None:
    assert chinese.add(at(2025, 3, 8, 3), 0) == at(2025, 3, 8, 3)


def test_fractions_of_a_second_survive_a_round_trip(chinese: WorkCalendar) -> None:
    start = at(2025, 3, 3, 9) + timedelta(microseconds=123_457)
    deadline = chinese.add(start, 100_000.000_001)

    assert chinese.between(start, deadline) == 100_000.000_001


def test_an_instant_in_another_zone_means_the_same_moment(chinese: WorkCalendar) -> None:
    start = datetime(2025, 3, 3, 9, tzinfo=timezone(timedelta(hours=8)))

    assert chinese.add(start.astimezone(UTC), HOUR) == chinese.add(start, HOUR)


def test_a_make_up_saturday_is_a_workday_and_a_holiday_thursday_is_not(
    chinese: WorkCalendar,
) -> None:
    assert chinese.is_workday(date(2026, 2, 14))
    assert not chinese.is_workday(date(2026, 2, 19))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 9, 30), date(2025, 9, 30)),
        (date(2025, 10, 1), date(2025, 10, 9)),
        (date(2025, 10, 11), date(2025, 10, 11)),
        (date(2025, 10, 12), date(2025, 10, 13)),
    ],
)
def test_the_next_workday_is_the_day_itself_if_it_is_worked(
    chinese: WorkCalendar, day: date, expected: date
) -> None:
    assert chinese.next_workday(day) == expected


def test_days_of_a_year_not_announced_yet_are_known_to_be_estimates() -> None:
    calendar = WorkCalendar(provisional_years=frozenset({2027}))

    assert calendar.is_provisional(date(2027, 2, 6))
    assert not calendar.is_provisional(date(2026, 2, 6))


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param((2026, 3, 29), 5, id="the spring change takes an hour"),
        pytest.param((2026, 10, 25), 7, id="the autumn change gives one"),
        pytest.param((2026, 6, 1), 6, id="any other night"),
    ],
)
def test_a_night_shift_in_berlin_lasts_as_long_as_people_sit_there(
    day: tuple[int, int, int], hours: int
) -> None:
    night = BusinessHours(zone="Europe/Berlin", spans=(("00:00", "06:00"),), weekdays=EVERY_DAY)
    calendar = WorkCalendar(hours=night)
    midnight, noon = at(*day, 0, zone=BERLIN), at(*day, 12, zone=BERLIN)

    assert calendar.between(midnight, noon) == hours * HOUR
    assert calendar.add(midnight, hours * HOUR) == at(*day, 6, zone=BERLIN)


def test_a_whole_day_that_a_country_skipped_holds_no_work() -> None:
    hours = BusinessHours(zone="Pacific/Apia", weekdays=EVERY_DAY)
    calendar = WorkCalendar(hours=hours)
    samoa = ZoneInfo("Pacific/Apia")
    closing, opening = at(2011, 12, 29, 18, zone=samoa), at(2011, 12, 31, 9, zone=samoa)

    assert calendar.between(closing, opening) == 0
    assert calendar.add(closing, HOUR) == opening + timedelta(hours=1)


def test_a_span_may_end_at_midnight() -> None:
    late = BusinessHours(spans=(("22:00", "24:00"),), weekdays=EVERY_DAY)

    assert WorkCalendar(hours=late).add(at(2025, 3, 3, 23), HOUR) == at(2025, 3, 4)


def test_deadlines_reach_over_decades_but_not_for_ever(chinese: WorkCalendar) -> None:
    assert chinese.add(at(2025, 1, 1), 49 * 2080 * HOUR) > at(2073, 1, 1)
    with pytest.raises(NoWorkingTimeError, match="no-working-time"):
        chinese.add(at(2025, 1, 1), 60 * 2088 * HOUR)
    with pytest.raises(NoWorkingTimeError):
        chinese.between(at(1960, 1, 1), at(2025, 1, 1))


def test_a_calendar_without_working_days_says_so_instead_of_searching_for_ever() -> None:
    never = WorkCalendar(hours=BusinessHours(weekdays=frozenset()))

    with pytest.raises(NoWorkingTimeError):
        never.next_workday(date(2025, 1, 1))
    with pytest.raises(NoWorkingTimeError):
        never.next_workday(date(9999, 12, 31))
    with pytest.raises(NoWorkingTimeError):
        never.add(at(9990, 1, 1), HOUR)


def test_work_cannot_be_taken_back_and_a_naive_time_is_no_instant(chinese: WorkCalendar) -> None:
    with pytest.raises(ValueError, match="runs forward"):
        chinese.add(at(2025, 1, 1), -1)
    with pytest.raises(ValueError, match="no time zone"):
        chinese.add(datetime(2025, 1, 1), 1)  # noqa: DTZ001  # what is refused
    with pytest.raises(ValueError, match="no time zone"):
        chinese.between(datetime(2025, 1, 1), datetime(2025, 1, 2))  # noqa: DTZ001  # the same


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Asia", "", "../../etc/passwd"])
def test_a_zone_nobody_lives_in_is_refused(zone: str) -> None:
    with pytest.raises(InvalidError, match="unknown-zone"):
        BusinessHours(zone=zone)


@pytest.mark.parametrize(
    "spans",
    [
        pytest.param((), id="none"),
        pytest.param((("9:00", "12:00"),), id="one digit"),
        pytest.param((("09:00", "24:01"),), id="after midnight"),
        pytest.param((("22:00", "06:00"),), id="across midnight"),
        pytest.param((("09:00", "09:00"),), id="empty"),
        pytest.param((("13:00", "18:00"), ("09:00", "12:00")), id="afternoon first"),
        pytest.param((("09:00", "13:00"), ("12:00", "18:00")), id="overlapping"),
    ],
)
def test_hours_nobody_can_work_are_refused(spans: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(InvalidError) as refused:
        BusinessHours(spans=spans)

    assert refused.value.fields["field"] == "hours"


def test_a_week_has_seven_days() -> None:
    with pytest.raises(InvalidError, match="weekdays"):
        BusinessHours(weekdays=frozenset({0, 1}))


def test_a_day_cannot_be_both_off_and_worked() -> None:
    day = frozenset({date(2026, 10, 10)})

    with pytest.raises(InvalidError, match="2026-10-10"):
        WorkCalendar(closed=day, open=day)

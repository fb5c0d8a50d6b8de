"""Compares the calendar's arithmetic with somebody who looks at the clock every minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.business_time import BusinessHours, WorkCalendar
from tests.support.clock_changes import CLOCK_CHANGES

MINUTE = timedelta(minutes=1)

# Looking at the clock takes as long as the machine is busy.
unhurried = settings(deadline=None, max_examples=120)


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    marks = sorted(draw(st.sets(st.integers(0, 24 * 60), min_size=2, max_size=6)))
    texts = [f"{mark // 60:02}:{mark % 60:02}" for mark in marks[: len(marks) // 2 * 2]]
    return tuple(zip(texts[::2], texts[1::2], strict=True))


@st.composite
def situations(draw: st.DrawFn) -> tuple[WorkCalendar, datetime]:
    zone, around = draw(st.sampled_from(CLOCK_CHANGES))
    nearby = st.integers(-2, 4).map(lambda days: around.date() + timedelta(days=days))
    closed = draw(st.frozensets(nearby, max_size=2))
    calendar = WorkCalendar(
        hours=BusinessHours(
            zone=zone,
            spans=draw(spans()),
            weekdays=draw(st.frozensets(st.integers(1, 7), min_size=5)),
        ),
        closed=closed,
        open=draw(st.frozensets(nearby, max_size=2)) - closed,
    )
    return calendar, around + draw(st.integers(0, 48 * 60)) * MINUTE


def watched_minutes(calendar: WorkCalendar, start: datetime) -> Iterator[tuple[datetime, bool]]:
    """Gives each minute from `start` on, and whether it is worked.

    Work begins when the clock first shows the beginning or later, and stops when it first shows
    the end or later: a clock put back does not open the office again.
    """
    zone = ZoneInfo(calendar.hours.zone)
    latest: dict[date, int] = {}
    minute = start - timedelta(days=2)
    while True:
        wall = minute.astimezone(zone)
        seen = max(latest.get(wall.date(), 0), wall.hour * 60 + wall.minute)
        latest[wall.date()] = seen
        if minute >= start:
            in_hours = any(begin <= seen < end for begin, end in calendar.hours.minutes())
            yield minute, in_hours and calendar.is_workday(wall.date())
        minute += MINUTE


@unhurried
@given(situations(), st.integers(1, 1500))
def test_a_deadline_is_where_the_minutes_worked_run_out(
    situation: tuple[WorkCalendar, datetime], minutes: int
) -> None:
    calendar, start = situation
    left = minutes
    for minute, worked in watched_minutes(calendar, start):
        left -= worked
        if left == 0:
            assert calendar.add(start, minutes * 60) == minute + MINUTE
            return
        if minute - start > timedelta(days=4):
            assert calendar.add(start, minutes * 60) > minute
            return


@unhurried
@given(situations(), st.integers(0, 4 * 24 * 60))
def test_time_between_is_the_number_of_minutes_worked(
    situation: tuple[WorkCalendar, datetime], minutes: int
) -> None:
    calendar, start = situation
    end = start + minutes * MINUTE
    worked_minutes = 0
    for minute, worked in watched_minutes(calendar, start):
        if minute >= end:
            break
        worked_minutes += worked

    assert calendar.between(start, end) == worked_minutes * 60


@unhurried
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(0, 3 * 10**13).map(lambda microseconds: microseconds / 1_000_000),
    st.integers(0, 3 * 10**13).map(lambda microseconds: microseconds / 1_000_000),
)
def test_adding_twice_is_adding_the_sum_and_can_be_measured_again(
    start: datetime, first: float, second: float
) -> None:
    calendar = WorkCalendar()
    halfway = calendar.add(start, first)
    deadline = calendar.add(halfway, second)

    assert abs(deadline - calendar.add(start, first + second)) <= timedelta(microseconds=1)
    assert calendar.between(start, halfway) == first
    assert calendar.between(halfway, deadline) == second

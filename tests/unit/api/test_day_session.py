from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from api.day_session import pace, streak
from domain.calendars.business_time import WorkCalendar
from projections.workload.queries import Stretch

NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (2, 3, 4))
FRIDAY, SATURDAY = date(2026, 2, 27), date(2026, 2, 28)


def over(contacts: int, minutes: int) -> Stretch:
    return Stretch(contacts, NINE, NINE + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("stretch", "per_hour"),
    [(None, None), (over(1, 0), None), (over(12, 9), None), (over(2, 60), 1), (over(29, 120), 14)],
)
def test_the_pace_is_told_over_a_time_that_says_something(
    stretch: Stretch | None, per_hour: int | None
) -> None:
    assert pace(stretch) == per_hour


@pytest.mark.parametrize(
    ("days", "today", "count"),
    [
        ([], TUESDAY, 0),
        ([TUESDAY], TUESDAY, 1),
        ([MONDAY], TUESDAY, 1),  # today is not over
        ([MONDAY], WEDNESDAY, 0),
        ([TUESDAY, MONDAY, FRIDAY], TUESDAY, 3),  # the weekend ends nothing
        ([MONDAY, SATURDAY, FRIDAY], MONDAY, 2),  # nor is it a working day when somebody calls
        ([FRIDAY], SATURDAY, 1),
    ],
)
def test_working_days_in_a_row_are_those_with_a_contact(
    days: list[date], today: date, count: int
) -> None:
    assert streak(days, today, WorkCalendar()) == count


def test_a_holiday_ends_nothing_and_a_make_up_saturday_counts() -> None:
    calendar = WorkCalendar(closed=frozenset({MONDAY}), open=frozenset({SATURDAY}))

    assert streak([TUESDAY, SATURDAY, FRIDAY], TUESDAY, calendar) == 3
    assert streak([TUESDAY, FRIDAY], TUESDAY, calendar) == 1

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.wall_time import LocalTime, first_instant, zone_named
from domain.errors import InvalidError
from tests.support.clock_changes import CLOCK_CHANGES

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        pytest.param((2026, 3, 29, 1, 59), (2026, 3, 29, 0, 59), id="before the spring change"),
        pytest.param((2026, 3, 29, 2, 0), (2026, 3, 29, 1, 0), id="first skipped minute"),
        pytest.param((2026, 3, 29, 2, 30), (2026, 3, 29, 1, 0), id="skipped"),
        pytest.param((2026, 3, 29, 3, 0), (2026, 3, 29, 1, 0), id="after the spring change"),
        pytest.param((2026, 10, 25, 2, 30), (2026, 10, 25, 0, 30), id="first of the two"),
        pytest.param((2026, 10, 25, 3, 0), (2026, 10, 25, 2, 0), id="after the autumn change"),
    ],
)
def test_a_wall_time_means_the_first_instant_that_clocks_show_it_or_later(
    wall: tuple[int, int, int, int, int], utc: tuple[int, int, int, int, int]
) -> None:
    assert first_instant(datetime(*wall), BERLIN) == datetime(*utc, tzinfo=UTC)  # noqa: DTZ001


@st.composite
def walls(draw: st.DrawFn) -> tuple[datetime, str]:
    zone, around = draw(st.sampled_from(CLOCK_CHANGES))
    shown = around.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0)
    return shown + draw(st.integers(-60, 60 * 60)) * MINUTE, zone


@settings(deadline=None, max_examples=200)
@given(walls())
def test_it_is_the_first_minute_at_which_somebody_watching_the_clock_sees_it_or_later(
    situation: tuple[datetime, str],
) -> None:
    wall, zone = situation
    minute = wall.replace(tzinfo=UTC) - timedelta(hours=38)
    while minute.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < wall:
        minute += MINUTE

    assert first_instant(wall, ZoneInfo(zone)) == minute


@given(walls())
def test_a_later_wall_time_never_comes_earlier(situation: tuple[datetime, str]) -> None:
    wall, zone = situation

    assert first_instant(wall, ZoneInfo(zone)) <= first_instant(wall + MINUTE, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("on", "zone", "utc"),
    [
        (date(2026, 2, 17), "Asia/Shanghai", datetime(2026, 2, 17, 1, tzinfo=UTC)),
        (date(2026, 2, 17), "Pacific/Kiritimati", datetime(2026, 2, 16, 19, tzinfo=UTC)),
        (date(2026, 2, 17), "Pacific/Honolulu", datetime(2026, 2, 17, 19, tzinfo=UTC)),
        (date(2026, 3, 28), "Europe/Berlin", datetime(2026, 3, 28, 8, tzinfo=UTC)),
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 29, 7, tzinfo=UTC)),
        (date(2011, 12, 30), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_nine_in_the_morning_is_another_instant_in_each_zone(
    on: date, zone: str, utc: datetime
) -> None:
    moment = LocalTime(on, time(9), zone)

    assert moment.instant == utc
    assert moment.instant.tzinfo is UTC
    assert (moment.at, moment.zone) == (time(9), zone)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Asia", "", "../../etc/passwd", "\0"])
def test_a_place_without_clocks_is_refused(zone: str) -> None:
    with pytest.raises(InvalidError, match="unknown-zone"):
        LocalTime(date(2026, 1, 1), time(9), zone)
    with pytest.raises(InvalidError, match="unknown-zone"):
        zone_named(zone)

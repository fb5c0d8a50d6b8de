from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.care import Company
from workers.clock import ClocksDifferError, DatabaseClock, machine_time
from workers.uptime import ClockWentBackError, Uptime
from workers.worklist import prepare


def test_the_database_tells_the_time_and_it_goes_on_between_two_questions(
    company: Company,
) -> None:
    seconds = iter([0.0, 0.25, 0.5, 2.0, 2.0, 2.0])
    clock = DatabaseClock(company.database, monotonic=lambda: next(seconds))
    first, second = clock.now(), clock.now()

    assert abs(first - machine_time()) < timedelta(seconds=2)
    assert second > first


@pytest.mark.parametrize("seconds", [61, -61])
def test_clocks_that_are_a_minute_apart_are_not_believed(company: Company, seconds: int) -> None:
    off = timedelta(seconds=seconds)
    clock = DatabaseClock(company.database, machine=lambda: machine_time() + off)

    with pytest.raises(ClocksDifferError, match="seconds apart"):
        clock.now()


def test_clocks_that_are_seconds_apart_are_noted_once(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    off = timedelta(seconds=10)
    seconds = iter(range(0, 100, 2))
    clock = DatabaseClock(
        company.database, machine=lambda: machine_time() + off, monotonic=lambda: next(seconds)
    )
    for _ in range(3):
        clock.now()

    assert [record.message for record in caplog.records] == ["clocks-differ"]


def test_while_the_time_has_gone_back_nothing_ticks(company: Company) -> None:
    prepare(company.database)
    uptime = Uptime(company.database)
    uptime.note(company.now)

    uptime.note(company.now - timedelta(seconds=1))
    with pytest.raises(ClockWentBackError):
        uptime.note(company.now - timedelta(seconds=3))

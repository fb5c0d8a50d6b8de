"""Counters by the hour, in PostgreSQL, whoever counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.hourly_limits import HourlyLimits, seconds_to_the_next_hour, subscriber
from domain.eventstore.database import Database
from tests.support.http import Front

NOON = datetime(2026, 11, 28, 12, 10, tzinfo=UTC)


def counters(front: Front) -> HourlyLimits:
    return HourlyLimits(front.company.database, bytes(32))


def test_so_many_come_in_within_the_hour_whichever_process_counts(front: Front) -> None:
    one, other = counters(front), counters(front)
    counted = [each.is_exceeded("form", 3, NOON) for each in (one, other, one, other)]

    assert counted == [False, False, False, True]
    assert one.is_exceeded("another", 3, NOON) is False
    assert one.is_exceeded("form", 3, NOON + timedelta(minutes=50)) is False


def test_what_is_past_is_forgotten_and_no_address_is_kept(front: Front) -> None:
    limits, database = counters(front), front.company.database
    limits.is_exceeded("address/192.0.2.1", 5, NOON)
    limits.is_exceeded("address/192.0.2.1", 5, NOON + timedelta(hours=4))
    rows = kept(database)

    assert len(rows) == 1
    assert b"192.0.2" not in bytes(rows[0][0])


def kept(database: Database) -> list[tuple[object, ...]]:
    with database.connection() as connection:
        return connection.execute("SELECT key, hour FROM counters.hourly").fetchall()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        (None, "nobody"),
        ("unix:", "nobody"),
    ],
)
def test_who_has_an_address_has_its_neighbours_too(address: str | None, expected: str) -> None:
    assert subscriber(address) == expected


def test_the_counters_begin_anew_with_the_hour() -> None:
    assert seconds_to_the_next_hour(NOON) == 3000

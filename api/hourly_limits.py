"""How often strangers may write: counters in PostgreSQL, by the hour.

They are in the database and not in the queue's server, which must not be needed for a message to
be taken in and whose counters anybody could lose. An address is counted under a keyed hash.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import IPv6Address, ip_address, ip_network

from psycopg.sql import SQL

from domain.eventstore.database import Database

KEPT = timedelta(hours=2)
IPV6_PREFIX = 64
"""What one subscriber has; he may take any address of it."""

_SETUP_LOCK = 0x6B657A63  # "kezc"

# Lost by a crash of the server, after which everybody may begin anew.
_SETUP = """
    CREATE SCHEMA IF NOT EXISTS counters;
    CREATE UNLOGGED TABLE IF NOT EXISTS counters.hourly (
        key bytea NOT NULL,
        hour timestamptz NOT NULL,
        count integer NOT NULL,
        PRIMARY KEY (key, hour)
    );
    CREATE INDEX IF NOT EXISTS hourly_hour ON counters.hourly (hour);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """How many messages are taken in within an hour: from one address, and by one form."""

    per_address: int = 10
    per_form: int = 500


class HourlyLimits:
    """Counts what came within the hour; safe to share between threads and processes."""

    def __init__(self, database: Database, deployment_secret: bytes) -> None:
        """Count in `database`, which nothing is asked of before the first use."""
        self._given = database
        self._secret = hmac.digest(deployment_secret, b"kezhi-hourly", "sha256")

    def is_exceeded(self, key: str, most: int, now: datetime) -> bool:
        """Count one more under `key`; tell whether that is more than `most` in this hour."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        ((count,),) = self._database.fetch(
            SQL(
                "INSERT INTO counters.hourly AS c (key, hour, count) VALUES (%(key)s, %(hour)s, 1)"
                " ON CONFLICT (key, hour) DO UPDATE SET count = c.count + 1 RETURNING count"
            ).format(),
            {"hour": hour, "key": self._blind(key)},
        )
        if count == 1:
            self._forget(now - KEPT)
        return bool(count > most)

    @cached_property
    def _database(self) -> Database:
        self._given.set_up(_SETUP, _SETUP_LOCK)
        return self._given

    def _forget(self, before: datetime) -> None:
        with self._database.connection() as connection:
            connection.execute("DELETE FROM counters.hourly WHERE hour < %s", (before,))

    def _blind(self, key: str) -> bytes:
        return hmac.digest(self._secret, key.encode(), "sha256")[:16]


def subscriber(address: str | None) -> str:
    """Return what stands for whoever has the `address` of a request."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "nobody"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def seconds_to_the_next_hour(now: datetime) -> int:
    """Return after how many seconds the counters begin anew."""
    return 3600 - now.minute * 60 - now.second

"""When there was a ticker and when there was none (停机时段)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.eventstore.database import Database

GAP = timedelta(seconds=60)
"""Without a tick for longer than this we were down."""

STEP = timedelta(seconds=2)
"""A clock that goes back by less than this was set right, not turned back."""


class ClockWentBackError(Exception):
    """The database shows an earlier time than at the last tick; wait until it has caught up."""


@dataclass(frozen=True, slots=True)
class Downtime:
    """A stretch of time without a ticker."""

    since: datetime
    until: datetime


class Uptime:
    """Keeps one row per stretch of time without a gap; any number of tickers share them."""

    def __init__(self, database: Database) -> None:
        """Keep the rows in `work.tick` of `database`."""
        self._database = database

    def note(self, now: datetime) -> Downtime | None:
        """Record that there is a ticker; return the gap that has just ended, if there was one.

        Raises ClockWentBackError.
        """
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT since, until FROM work.tick ORDER BY since DESC LIMIT 1 FOR UPDATE"
            ).fetchone()
            if row is not None and now < row[1] - STEP:
                msg = f"the database shows {now}, after {row[1]} at the last tick"
                raise ClockWentBackError(msg)
            if row is not None and now - row[1] <= GAP:
                connection.execute(
                    "UPDATE work.tick SET until = greatest(until, %s) WHERE since = %s",
                    (now, row[0]),
                )
                return None
            connection.execute(
                "INSERT INTO work.tick (since, until) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (now, now),
            )
        return Downtime(row[1], now) if row is not None else None

    def grace_after(self, moment: datetime, now: datetime) -> datetime | None:
        """Return when the grace ends that lasts beyond `moment`, None when there is none.

        After an outage the grace is as long as the outage was. One that goes on `now`, because
        nobody ticks yet, counts up to now.
        """
        with self._database.connection() as connection:
            row = connection.execute(
                "SELECT max(later + (later - earlier)) FROM ("
                " SELECT until, coalesce(lead(since) OVER (ORDER BY since), %(now)s)"
                " FROM work.tick) AS gap (earlier, later)"
                " WHERE later - earlier > %(gap)s",
                {"now": now, "gap": GAP},
            ).fetchone()
        ends: datetime | None = row[0] if row is not None else None
        return ends if ends is not None and ends > moment else None

    def downtimes(self, since: datetime) -> list[Downtime]:
        """Return the gaps that ended after `since`, the oldest first."""
        with self._database.connection() as connection:
            rows = connection.execute(
                "SELECT earlier, later FROM (SELECT lag(until) OVER (ORDER BY since), since"
                " FROM work.tick) AS pair (earlier, later)"
                " WHERE earlier IS NOT NULL AND later > %s ORDER BY later",
                (since,),
            ).fetchall()
        return [Downtime(*row) for row in rows]

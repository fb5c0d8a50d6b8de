"""How the background work is doing (运行状况): figures for whoever watches over it (D7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import redis
from psycopg.sql import SQL, Identifier, Literal

from domain.eventstore.database import Database
from projections.obligations.queries import ObligationQueries, Overdue
from projections.outbox.queries import OutboxQueries
from workers import worklist
from workers.actors import queue_name
from workers.broker import QUEUE_AWAY, a_client
from workers.decisions.deciding import CAMPAIGN, DECIDE, GREET
from workers.decisions.kinds import CAMPAIGNS, GREETINGS, KINDS
from workers.deliveries import Delivering
from workers.settings import QueueSettings

TIMEOUT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueVitals:
    """Hints in one queue: not fetched yet, and fetched but not done."""

    waiting: int
    fetched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """The figures of one moment.

    `open` and `overdue` count obligations by kind, `messages` those of the last 30 days by state,
    `quarantined` what was set aside by job. `queues` is None while the queue is away.
    """

    open: Mapping[str, int]
    overdue: list[Overdue]
    messages: Mapping[str, int]
    quarantined: Mapping[str, int]
    ticked_at: datetime | None
    queues: Mapping[str, QueueVitals] | None

    def oldest_overdue_seconds(self, now: datetime) -> float:
        """Return by how much the oldest undecided obligation is late; 0 when none is."""
        return max(((now - each.oldest_due_at).total_seconds() for each in self.overdue), default=0)


class VitalsReader:
    """Reads the figures; safe to share between threads."""

    def __init__(self, database: Database, queue: QueueSettings) -> None:
        """Read from `database` and `queue`, which must not be the embedded one's empty address."""
        self._database = database
        self._namespace = queue.namespace
        self._client: redis.Redis = a_client(queue.url, timeout=TIMEOUT)
        self._obligations = ObligationQueries(database)
        self._outbox = OutboxQueries(database)
        worklist.prepare(database)

    def read(self, now: datetime) -> Vitals:
        """Return the figures as of `now`; OperationalError when the database is away."""
        return Vitals(
            open=self._obligations.open_counts(),
            overdue=self._obligations.overdue(now),
            messages=self._outbox.counts(),
            quarantined=self._quarantined(),
            ticked_at=self._ticked_at(),
            queues=self._queues(),
        )

    def close(self) -> None:
        """Close the connection to the queue."""
        self._client.close()

    def _quarantined(self) -> dict[str, int]:
        counts = [
            SQL("SELECT {job}, count(*) FROM work.{claims} WHERE again_at = 'infinity'").format(
                job=Literal(job), claims=Identifier(claims)
            )
            for job, claims in worklist.CLAIMS.items()
        ]
        query = SQL(" UNION ALL ").join(counts)
        return {row[0]: row[1] for row in self._database.fetch(query, ())}

    def _ticked_at(self) -> datetime | None:
        query = SQL("SELECT max(until) FROM work.tick").format()
        at: datetime | None = self._database.fetch(query, ())[0][0]
        return at

    def _queues(self) -> dict[str, QueueVitals] | None:
        names = {
            *(queue_name(DECIDE, kind.lane) for kind in KINDS.values()),
            *(queue_name(GREET, kind.lane) for kind in GREETINGS.values()),
            *(queue_name(CAMPAIGN, kind.lane) for kind in CAMPAIGNS.values()),
            *(queue_name(Delivering.name, lane) for lane in Delivering.lanes.values()),
        }
        try:
            return {name: self._queue(name) for name in sorted(names)}
        except QUEUE_AWAY:
            return None

    def _queue(self, name: str) -> QueueVitals:
        key = f"{self._namespace}:{name}"
        waiting, known = self._client.llen(key), self._client.hlen(f"{key}.msgs")
        return QueueVitals(waiting=waiting, fetched=max(known - waiting, 0))

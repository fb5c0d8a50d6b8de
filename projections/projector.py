"""The projector: follows the event log and keeps all read models up to date (D6)."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from threading import Event
from typing import Any

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from projections import positions
from projections.applying import Applier, Batch
from projections.positions import PositionMovedError
from projections.read_model import ReadModel
from projections.rebuild import rebuild

logger = logging.getLogger(__name__)

BATCH = 500
POLL_SECONDS = 1.0
LEADER_LOCK = 0x6B657A70  # "kezp"
STANDBY_SECONDS = 0.5


class Projector:
    """Feeds the live read models; one leads, any number stand by.

    The leader holds an advisory lock on a connection of its own, which PostgreSQL lets go when the
    process dies, so a standby takes over by itself. It sleeps on NOTIFY, with a poll as a net.
    """

    def __init__(
        self, log: EventLog, database: Database, read_models: Sequence[type[ReadModel]]
    ) -> None:
        """Follow `log` and feed `read_models`, whose tables are in `database`."""
        self._log = log
        self._database = database
        self._kinds = {kind.name: kind for kind in read_models}
        self._models: Mapping[str, ReadModel] = {n: kind() for n, kind in self._kinds.items()}
        self._applier = Applier(database, self._models)

    def run(self, stop: Event) -> None:
        """Lead, or stand by until the leader is gone, until `stop` is set."""
        positions.prepare(self._database)
        while not stop.is_set():
            try:
                self._lead_when_possible(stop)
            except (psycopg.OperationalError, OperationalError) as error:
                logger.warning("database-away", extra={"error": str(error)})
                stop.wait(STANDBY_SECONDS)

    def catch_up(self) -> int:
        """Bring all read models to the head of the log; return the position reached."""
        positions.prepare(self._database)
        self._build_missing()
        while self.step():
            pass
        return min(self._standing().values(), default=0)

    def step(self) -> int:
        """Apply the next batch to every read model that is behind; return how many events."""
        standing = self._standing()
        start = min(standing.values(), default=0)
        notifications = self._log.recorder.select_notifications(
            start, BATCH, inclusive_of_start=False
        )
        if not notifications:
            return 0
        batch = Batch(notifications, self._log.mapper)
        behind = {name: at for name, at in standing.items() if at < batch.last}
        try:
            self._applier.apply(batch, behind)
        except PositionMovedError:
            logger.info("positions-moved")
        return len(notifications)

    def _lead_when_possible(self, stop: Event) -> None:
        with psycopg.connect(self._database.address, autocommit=True) as connection:
            connection.execute("SET application_name = 'kezhi-projector'")
            while not stop.is_set() and not _try_lock(connection):
                stop.wait(STANDBY_SECONDS)
            if stop.is_set():
                return
            logger.info("leading")
            channel = f"{self._log.recorder.schema}.event"
            connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
            self._build_missing()
            while not stop.is_set():
                started = time.monotonic()
                while self.step() and not stop.is_set():
                    pass
                # One NOTIFY or the poll: events that came while we worked are already waiting.
                timeout = max(0.0, POLL_SECONDS - (time.monotonic() - started))
                for _ in connection.notifies(timeout=timeout, stop_after=1):
                    pass

    def _standing(self) -> dict[str, int]:
        with self._database.connection() as connection:
            self._applier.load_parked(connection)
            live = positions.standings(connection)
        return {
            name: live[name].position
            for name, model in self._models.items()
            if name in live and live[name].version == model.version
        }

    def _build_missing(self) -> None:
        """Build the read models that are not live at the version of this code."""
        with self._database.connection() as connection:
            live = positions.standings(connection)
        missing = [
            kind
            for name, kind in self._kinds.items()
            if name not in live or live[name].version != kind.version
        ]
        if missing:
            rebuild(self._log, self._database, missing)


def _try_lock(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LEADER_LOCK,)).fetchone()
    return row is not None and bool(row[0])

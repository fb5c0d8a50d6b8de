"""The projector: follows the event log and keeps all read models up to date (D6)."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from threading import Event, Thread
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from domain.eventstore.database import AWAY, Database
from domain.eventstore.event_log import EventLog
from projections import positions
from projections.applying import Applier, Batch, UnfitTablesError
from projections.positions import PositionMovedError
from projections.read_model import ReadModel
from projections.rebuild import build_missing

logger = logging.getLogger(__name__)

BATCH = 500
POLL_SECONDS = 1.0
LONGEST_REST = 0.1
"""Seconds that events are let gather at most before the next batch."""

MANY = 20
"""Events in a batch that come of background work; people wait for what they save one by one."""

LEADER_LOCK = 0x6B657A70  # "kezp"
STANDBY_SECONDS = 0.5
RETRY_SECONDS = 5.0
STOP_SECONDS = 5.0


class _StoppedError(Exception):
    """The projector is to end while it builds."""


class Projector:
    """Feeds the live read models; one leads, any number stand by.

    The leader holds an advisory lock on a connection of its own, which PostgreSQL lets go when the
    process dies, so a standby takes over by itself. It sleeps on NOTIFY, with a poll as a net.
    What is not live at the version of this code is built beside it, leader or not; the live
    tables of another version are left to the process that knows them.
    """

    def __init__(
        self, log: EventLog, database: Database, read_models: Sequence[type[ReadModel]]
    ) -> None:
        """Follow `log` and feed `read_models`, whose tables are in `database`."""
        self._log = log
        self._database = database
        self._kinds = tuple(read_models)
        self._models: Mapping[str, ReadModel] = {kind.name: kind() for kind in read_models}
        self._applier = Applier(database, self._models)
        self._unfit: set[str] = set()

    def run(self, stop: Event) -> None:
        """Lead, or stand by until the leader is gone, until `stop` is set."""
        builder = Thread(target=self._build, args=(stop,), name="builder", daemon=True)
        builder.start()
        while not stop.is_set():
            try:
                self._lead_when_possible(stop)
            except AWAY as error:
                logger.warning("database-away", extra={"error": str(error)})
                stop.wait(STANDBY_SECONDS)
        # It ends after the batch at hand; an index it is at is made anew another time.
        builder.join(timeout=STOP_SECONDS)

    def catch_up(self) -> int:
        """Bring all read models to the head of the log; return the position reached."""
        build_missing(self._log, self._database, self._kinds)
        while self.step():
            pass
        return min(self._standing().values(), default=0)

    def step(self) -> int:
        """Apply the next batch to every read model that is behind; return how many events."""
        standing = self._standing()
        if not standing:
            return 0
        notifications = self._log.recorder.select_notifications(
            min(standing.values()), BATCH, inclusive_of_start=False
        )
        if not notifications:
            return 0
        batch = Batch(notifications, self._log.mapper, opened=self._applier.opened)
        behind = {name: at for name, at in standing.items() if at < batch.last}
        try:
            self._applier.apply(batch, behind)
        except PositionMovedError:
            logger.info("positions-moved")
        except UnfitTablesError as error:
            self._unfit.update(error.args)
        return len(notifications)

    def _lead_when_possible(self, stop: Event) -> None:
        positions.prepare(self._database)
        with psycopg.connect(self._database.address, autocommit=True) as connection:
            connection.execute("SET application_name = 'kezhi-projector'")
            while not _try_lock(connection):
                if stop.wait(STANDBY_SECONDS):
                    return
            logger.info("leading")
            channel = f"{self._log.recorder.schema}.event"
            connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
            while not stop.is_set():
                started = time.monotonic()
                while (applied := self.step()) == BATCH and not stop.is_set():
                    pass
                # Much of what a batch costs, it costs for one event as well. Where many come
                # without a pause, as long a rest as it took makes few large ones of many small.
                if applied >= MANY:
                    stop.wait(min(time.monotonic() - started, LONGEST_REST))
                # Events that came meanwhile have woken us already.
                left = POLL_SECONDS - (time.monotonic() - started)
                for _ in connection.notifies(timeout=max(0.0, left), stop_after=1):
                    pass
                for _ in connection.notifies(timeout=0):
                    pass
                self._unfit.clear()

    def _standing(self) -> dict[str, int]:
        """Return where the live read models stand that this code knows how to feed."""
        with self._database.connection() as connection:
            live = positions.standings(connection)
        return {
            name: live[name].position
            for name, model in self._models.items()
            if name in live and live[name].version == model.version and name not in self._unfit
        }

    def _build(self, stop: Event) -> None:
        """Build what is missing, however often it takes."""

        def progress(_position: int, _head: int) -> None:
            if stop.is_set():
                raise _StoppedError

        while not stop.is_set():
            try:
                build_missing(self._log, self._database, self._kinds, progress)
            except _StoppedError:
                return
            except AWAY as error:
                logger.warning("database-away", extra={"error": str(error)})
                stop.wait(STANDBY_SECONDS)
            except Exception:
                logger.exception("building-failed")
                stop.wait(RETRY_SECONDS)
            else:
                return


def _try_lock(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LEADER_LOCK,)).fetchone()
    return row is not None and bool(row[0])

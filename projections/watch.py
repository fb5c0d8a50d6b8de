"""Waits until the read models have reached a position, so that a writer reads what he wrote."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from threading import Condition, Event, Thread

import psycopg
from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Database
from projections import positions
from projections.read_model import ReadModel

FALLBACK_SECONDS = 0.05
"""How often a waiter looks for himself, in case a notification was lost."""

RECONNECT_SECONDS = 1.0


class PositionWatch:
    """Where the live read models stand, pushed by PostgreSQL; one thread per process.

    Safe to share between threads; the first wait starts the thread, so build it after a fork.
    A read model that is not live at the version of this code is not waited for: it is being built.
    """

    def __init__(self, database: Database, read_models: Sequence[type[ReadModel]]) -> None:
        """Watch `read_models` in `database`; nothing is read yet."""
        self._database = database
        self._versions = {kind.name: kind.version for kind in read_models}
        self._standing: dict[str, int] = {}
        self._changed = Condition()
        self._waiting = 0
        self._stop = Event()
        self._thread: Thread | None = None

    def wait_for(
        self, position: int, timeout: float = 0.5, names: Collection[str] | None = None
    ) -> bool:
        """Return True once the read models `names` (all by default) contain `position`.

        Return False after `timeout` seconds, or at once when the database is away: what was
        written is safe all the same, only reading it may take a moment.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            if self._has_reached(position, names):
                return True
            self._listen()
            self._waiting += 1
        try:
            while self._look():
                with self._changed:
                    left = deadline - time.monotonic()
                    if self._changed.wait_for(
                        lambda: self._has_reached(position, names), min(left, FALLBACK_SECONDS)
                    ):
                        return True
                if left <= FALLBACK_SECONDS:
                    return False
            return False
        finally:
            with self._changed:
                self._waiting -= 1

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            with suppress(psycopg.Error), self._database.connection() as connection:
                connection.execute("SELECT pg_notify(%s, '')", (positions.CHANNEL,))
            self._thread.join(timeout=2 * RECONNECT_SECONDS)

    def _has_reached(self, position: int, names: Collection[str] | None) -> bool:
        wanted = self._standing if names is None else names
        return bool(self._standing) and all(
            self._standing[name] >= position for name in wanted if name in self._standing
        )

    def _look(self) -> bool:
        """Read where the read models stand; False when the database is away."""
        try:
            with self._database.connection() as connection:
                live = positions.standings(connection)
        except psycopg.Error:
            return False
        with self._changed:
            self._standing = {
                name: live[name].position
                for name, version in self._versions.items()
                if name in live and live[name].version == version
            }
            self._changed.notify_all()
        return True

    def _listen(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="position-watch", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except psycopg.Error:
                self._stop.wait(RECONNECT_SECONDS)

    def _follow(self) -> None:
        with psycopg.connect(self._database.address, autocommit=True) as connection:
            connection.execute("SET application_name = 'kezhi-watch'")
            connection.execute(SQL("LISTEN {}").format(Identifier(positions.CHANNEL)))
            while not self._stop.is_set():
                for _ in connection.notifies(stop_after=1):
                    pass
                # Many notifications at once mean one look.
                for _ in connection.notifies(timeout=0):
                    pass
                if self._waiting:
                    self._look()

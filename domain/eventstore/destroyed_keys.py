"""Notices that somebody's key was destroyed, so that what is remembered of him goes too (D12)."""

from __future__ import annotations

import time
from threading import Lock

from psycopg.sql import Identifier

from domain.eventstore.database import Database
from domain.eventstore.statement import Statement

LOOK_SECONDS = 1.0
"""How often at most a process asks the key table."""


class DestroyedKeys:
    """Watches the key table in `schema` of `database`; safe to share between threads."""

    def __init__(self, database: Database, schema: str) -> None:
        """Watch from the first question on; nothing is read yet."""
        self._database = database
        self._count = Statement.of(
            "SELECT count(*) FROM {schema}.subject_key WHERE erased_at IS NOT NULL",
            schema=Identifier(schema),
        )
        self._lock = Lock()
        self._next_look = 0.0
        self._last = 0

    def are_new(self) -> bool:
        """Tell whether a key was destroyed since the last look, by whichever process."""
        now = time.monotonic()
        # Nobody waits for whoever is looking: the table may be locked, or the server away.
        if now < self._next_look or not self._lock.acquire(blocking=False):
            return False
        try:
            self._next_look = now + LOOK_SECONDS
            ((count,),) = self._database.fetch(self._count, ())
            before, self._last = self._last, int(count)
            return before != self._last
        finally:
            self._lock.release()

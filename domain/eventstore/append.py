"""Writes a batch of appends in one round trip, and finds out what a cut connection has done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent
from psycopg.errors import UniqueViolation
from psycopg.sql import SQL, Identifier
from psycopg.types.numeric import Int8

from domain.eventstore.database import Database
from domain.eventstore.keys import WrappedKey

ATTEMPTS = 3
"""How often a lost connection is tried again before the caller hears of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an idempotency key (or the key of an imported row) has led to.

    `fingerprint` is a digest of the request, so that the same key with another request is seen.
    `position` is 0 until the events are stored. `expires_at` None means it is kept for ever.
    """

    principal: str
    key: str
    fingerprint: bytes
    subject_id: UUID
    version: int
    position: int = 0
    expires_at: datetime | None = None


class MarkExistsError(IntegrityError):
    """The idempotency key is already there: the command was carried out before."""


@dataclass(frozen=True, slots=True)
class Append:
    """Events that are stored together or not at all, with the keys and marks that go with them."""

    events: Sequence[StoredEvent]
    keys: Sequence[WrappedKey] = ()
    marks: Sequence[Mark] = ()


@dataclass(slots=True)
class _Columns:
    """The arguments of `append_events`: one array per column."""

    arrays: tuple[list[Any], ...] = field(default_factory=lambda: tuple([] for _ in range(14)))

    def add(self, append: Append, offset: int) -> None:
        """Add the rows of `append`, whose first event gets position head + `offset` + 1."""
        ids, versions, topics, states = self.arrays[:4]
        for event in append.events:
            ids.append(event.originator_id)
            versions.append(Int8(event.originator_version))
            topics.append(event.topic)
            states.append(event.state)
        last = offset + len(append.events)
        rows: list[tuple[Any, ...]] = [
            (m.principal, m.key, m.fingerprint, m.subject_id, Int8(m.version), Int8(last),
             m.expires_at)
            for m in append.marks
        ]  # fmt: skip
        for key in append.keys:
            for column, value in zip(self.arrays[4:7], key, strict=True):
                column.append(value)
        for row in rows:
            for column, value in zip(self.arrays[7:], row, strict=True):
                column.append(value)


class Appender:
    """Calls the SQL function `append_events` of one schema."""

    def __init__(self, database: Database, schema: str) -> None:
        """Write into the event log in `schema` of `database`."""
        self._database = database
        self._call = SQL(
            "SELECT {}.append_events("
            "%b::uuid[], %b::bigint[], %b::text[], %b::bytea[],"
            "%b::uuid[], %b::integer[], %b::bytea[],"
            "%b::text[], %b::text[], %b::bytea[], %b::uuid[], %b::bigint[], %b::bigint[],"
            "%b::timestamptz[])"
        ).format(Identifier(schema))
        self._find = SQL(
            "SELECT topic, state, position FROM {}.event"
            " WHERE originator_id = %s AND originator_version = %s"
        ).format(Identifier(schema))

    def append(self, appends: Sequence[Append]) -> list[list[int]]:
        """Store all `appends` in one transaction; return the positions of each one's events.

        After a normal return everything is on disk. Raises IntegrityError (or MarkExistsError)
        when a version or a mark is taken, and then nothing is stored; OperationalError when the
        server stays away, and then the outcome is unknown to us until the caller asks again.
        """
        columns = _Columns()
        offset = 0
        for append in appends:
            columns.add(append, offset)
            offset += len(append.events)
        first = next(event for append in appends for event in append.events)
        head = self._with_lost_answers_found(lambda: self._execute(columns), first)
        positions = []
        for append in appends:
            positions.append(list(range(head + 1, head + 1 + len(append.events))))
            head += len(append.events)
        return positions

    def _execute(self, columns: _Columns) -> int:
        with self._database.connection() as connection:
            row = connection.execute(self._call, columns.arrays, prepare=True).fetchone()
        assert row is not None  # noqa: S101 - a function call always returns a row
        return int(row[0])

    def _with_lost_answers_found(self, write: Callable[[], int], first: StoredEvent) -> int:
        """Run `write`, again after a cut connection; see a conflict with ourselves as success.

        A connection may be cut after COMMIT and before its answer. The second try then meets the
        events of the first. They are known to be ours because the stored bytes are equal: every
        state is sealed with fresh randomness and signed, so nobody else can have written them.
        """
        lost = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return write()
            except UniqueViolation as error:
                head = self._head_before(first) if lost else None
                if head is not None:
                    return head
                if error.diag.constraint_name == "idempotency_pkey":
                    raise MarkExistsError(str(error)) from error
                raise IntegrityError(str(error)) from error
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                lost = True
                if attempt == ATTEMPTS:
                    raise OperationalError(str(error)) from error
                self._database.discard_broken_connections()
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _head_before(self, first: StoredEvent) -> int | None:
        """Return the position before `first` if exactly this event is stored, else None."""
        with self._database.connection() as connection:
            key = (first.originator_id, first.originator_version)
            row = connection.execute(self._find, key).fetchone()
        if row is None or (row[0], row[1]) != (first.topic, first.state):
            return None
        return int(row[2]) - 1

"""Writes a batch of appends in one round trip, and finds out what a cut connection has done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.sql import Identifier

from domain.eventstore.binary_arrays import (
    BinaryArray,
    bigints,
    byteas,
    instants,
    integers,
    texts,
    uuids,
)
from domain.eventstore.database import Connection, Database
from domain.eventstore.keys import WrappedKey
from domain.eventstore.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an idempotency key (or the key of an imported row) has led to.

    `fingerprint` is a digest of the request, so that the same key with another request is seen.
    `position` is 0 until the events are stored. `expires_at` None means it is kept for ever.
    `last_event` counts the events of its append up to the one it stands for, None for all of them.
    """

    principal: str
    key: str
    fingerprint: bytes
    subject_id: UUID
    version: int
    position: int = 0
    expires_at: datetime | None = None
    last_event: int | None = None


class MarkExistsError(IntegrityError):
    """The idempotency key is already there: the command was carried out before."""


@dataclass(frozen=True, slots=True)
class Append:
    """Events that are stored together or not at all, with the keys and marks that go with them."""

    events: Sequence[StoredEvent]
    keys: Sequence[WrappedKey] = ()
    marks: Sequence[Mark] = ()


class Appender:
    """Calls the SQL function `append_events` of one schema."""

    def __init__(self, database: Database, schema: str) -> None:
        """Write into the event log in `schema` of `database`."""
        self._database = database
        self._call = Statement.of(
            "SELECT {schema}.append_events("
            "%b::uuid[], %b::bigint[], %b::text[], %b::bytea[],"
            "%b::uuid[], %b::integer[], %b::bytea[],"
            "%b::text[], %b::text[], %b::bytea[], %b::uuid[], %b::bigint[], %b::bigint[],"
            "%b::timestamptz[])",
            schema=Identifier(schema),
        )
        self._find = Statement.of(
            "SELECT topic, state, position FROM {schema}.event"
            " WHERE originator_id = %s AND originator_version = %s",
            schema=Identifier(schema),
        )

    def append(self, appends: Sequence[Append]) -> list[list[int]]:
        """Store all `appends` in one transaction; return the positions of each one's events.

        After a normal return everything is on disk. Raises IntegrityError (or MarkExistsError)
        when a version or a mark is taken, or the event before one is not stored, and then nothing
        is; OperationalError when the server stays away, and then the outcome is unknown to us until
        the caller asks again.
        """
        arrays = _arrays(appends)
        first = next(event for append in appends for event in append.events)
        head = self._database.persist(
            lambda connection, tries: self._write(connection, arrays, first if tries else None)
        )
        positions = []
        for append in appends:
            positions.append(list(range(head + 1, head + 1 + len(append.events))))
            head += len(append.events)
        return positions

    def _write(
        self, connection: Connection, arrays: list[BinaryArray], sent: StoredEvent | None
    ) -> int:
        """Return the position before the first event.

        `sent` is the first event if it may have been stored by an attempt whose answer was lost:
        a conflict is then a success if it is one with ourselves.
        """
        try:
            row = connection.execute(self._call, arrays, prepare=True).fetchone()
        except UniqueViolation as error:
            head = self._head_before(connection, sent) if sent is not None else None
            if head is not None:
                return head
            # Only the constraint is named: the details of the error quote what was stored.
            taken = error.diag.constraint_name or ""
            if taken == "idempotency_pkey":
                raise MarkExistsError(taken) from error
            raise IntegrityError(taken) from error
        except ForeignKeyViolation as error:
            raise IntegrityError(error.diag.constraint_name or "") from error
        assert row is not None  # noqa: S101 - a function call always returns a row
        return int(row[0])

    def _head_before(self, connection: Connection, sent: StoredEvent) -> int | None:
        """Return the position before `sent` if exactly this event is stored, else None.

        Equal bytes are ours: every state holds a random number, so nobody else writes the same.
        """
        key = (sent.originator_id, sent.originator_version)
        row = connection.execute(self._find, key).fetchone()
        if row is None or (row[0], row[1]) != (sent.topic, sent.state):
            return None
        return int(row[2]) - 1


def _arrays(appends: Sequence[Append]) -> list[BinaryArray]:
    """Return the arguments of `append_events`: one array per column."""
    events: list[Any] = []
    keys: list[Any] = []
    marks: list[Any] = []
    for append in appends:
        start = len(events)
        events += [(e.originator_id, e.originator_version, e.topic, e.state) for e in append.events]
        keys += append.keys
        # A mark tells the position of the last event it stands for, counted from the head.
        marks += [
            (
                *(m.principal, m.key, m.fingerprint, m.subject_id, m.version),
                len(events) if m.last_event is None else start + m.last_event,
                m.expires_at,
            )
            for m in append.marks
        ]
    return [
        *_columns(events, uuids, bigints, texts, byteas),
        *_columns(keys, uuids, integers, byteas),
        *_columns(marks, texts, texts, byteas, uuids, bigints, bigints, instants),
    ]


def _columns(
    rows: Sequence[tuple[Any, ...]], *kinds: Callable[[Iterable[Any]], BinaryArray]
) -> list[BinaryArray]:
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * len(kinds)
    return [kind(column) for kind, column in zip(kinds, columns, strict=True)]

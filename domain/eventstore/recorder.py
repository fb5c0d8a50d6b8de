"""The library's recorder interface on our own append function and our own reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    StoredEvent,
    Subscription,
)
from psycopg.sql import SQL, Identifier

from domain.eventstore.append import Append, Appender, Mark
from domain.eventstore.binary_arrays import texts, uuids
from domain.eventstore.combining import Combiner
from domain.eventstore.database import Database
from domain.eventstore.keys import WrappedKey
from domain.eventstore.statement import Statement

MARKS_AT_ONCE = 10_000


class CareRecorder(ApplicationRecorder):
    """Records and reads the event log of one schema of a PostgreSQL database.

    Reads that meet a cut connection are tried again at once on a fresh one.
    """

    def __init__(self, database: Database, schema: str) -> None:
        """Use the event log in `schema` of `database`."""
        self.database = database
        self.schema = schema
        self._combiner = Combiner(Appender(database, schema).append)
        self._statements: dict[tuple[str, ...], Statement] = {}

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        keys: Sequence[WrappedKey] = (),
        marks: Sequence[Mark] = (),
        **_: Any,
    ) -> Sequence[int] | None:
        """Store events, new data keys and marks atomically; return the events' positions.

        Raises IntegrityError when a version is taken, MarkExistsError when a mark is, and
        OperationalError when the server cannot be reached.
        """
        if not stored_events:
            return None
        return self._combiner.submit(Append(stored_events, keys, marks))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events of one stream, by version."""
        query = self._sql(
            "SELECT originator_id, originator_version, topic, state FROM {schema}.event"
            " WHERE originator_id = %(id)s AND originator_version > %(gt)s"
            " AND originator_version <= %(lte)s"
            " ORDER BY originator_version {order} LIMIT %(limit)s",
            order="DESC" if desc else "ASC",
        )
        bounds = {
            "id": originator_id,
            "gt": -1 if gt is None else gt,
            "lte": 2**62 if lte is None else lte,
            "limit": limit,
        }
        return [StoredEvent(*row) for row in self.database.fetch(query, bounds)]

    def select_streams(self, originator_ids: Iterable[UUID]) -> dict[UUID, list[StoredEvent]]:
        """Return the events of many streams in one query; absent streams are left out."""
        query = self._sql(
            "SELECT originator_id, originator_version, topic, state FROM {schema}.event"
            " WHERE originator_id = ANY(%(ids)s) ORDER BY originator_id, originator_version"
        )
        streams: dict[UUID, list[StoredEvent]] = {}
        for row in self.database.fetch(query, {"ids": uuids(originator_ids)}):
            streams.setdefault(row[0], []).append(StoredEvent(*row))
        return streams

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
        without: Sequence[str] = (),
    ) -> Sequence[Notification]:
        """Return events in log order, from position `start` to `stop`, at most `limit`.

        Only those of `topics` if there are any, none of the topics `without`.
        """
        query = self._sql(
            "SELECT originator_id, originator_version, topic, state, position"
            " FROM {schema}.event WHERE position >= %(start)s AND position <= %(stop)s"
            " {only} {but} ORDER BY position LIMIT %(limit)s",
            only="AND topic = ANY(%(topics)s)" if topics else "",
            but="AND topic <> ALL(%(without)s)" if without else "",
        )
        first = 0 if start is None else start if inclusive_of_start else start + 1
        last = 2**62 if stop is None else stop
        bounds = {
            "start": first,
            "stop": last,
            "topics": list(topics),
            "without": list(without),
            "limit": limit,
        }
        return [Notification(*row) for row in self.database.fetch(query, bounds)]

    def select_positions(self, positions: Sequence[int]) -> Sequence[Notification]:
        """Return the events at `positions`, in log order."""
        query = self._sql(
            "SELECT originator_id, originator_version, topic, state, position"
            " FROM {schema}.event WHERE position = ANY(%(positions)s::bigint[]) ORDER BY position"
        )
        rows = self.database.fetch(query, {"positions": list(positions)})
        return [Notification(*row) for row in rows]

    def select_stream(self, originator_id: UUID, start: int, stop: int) -> Sequence[Notification]:
        """Return the events of one stream from position `start` to `stop`, in log order."""
        query = self._sql(
            "SELECT originator_id, originator_version, topic, state, position"
            " FROM {schema}.event WHERE originator_id = %(id)s"
            " AND position BETWEEN %(start)s AND %(stop)s ORDER BY position"
        )
        bounds = {"id": originator_id, "start": start, "stop": stop}
        return [Notification(*row) for row in self.database.fetch(query, bounds)]

    def max_notification_id(self) -> int | None:
        """Return the position of the newest event, None in an empty log."""
        rows = self.database.fetch(self._sql("SELECT max(position) FROM {schema}.event"), {})
        return None if rows[0][0] is None else int(rows[0][0])

    def find_marks(self, principal: str, keys: Sequence[str]) -> dict[str, Mark]:
        """Return what those of `keys` that `principal` has used before led to."""
        columns = ("principal", "key", "fingerprint", "subject_id", "version", "position")
        query = self._sql(
            "SELECT principal, key, fingerprint, subject_id, version, position, expires_at"
            " FROM {schema}.idempotency WHERE principal = %(principal)s AND key = ANY(%(keys)s)"
        )
        rows = self.database.fetch(query, {"principal": principal, "keys": texts(keys)})
        marks = (Mark(**dict(zip((*columns, "expires_at"), row, strict=True))) for row in rows)
        return {mark.key: mark for mark in marks}

    def delete_expired_marks(self) -> int:
        """Delete marks past their time; return how many."""
        # In steps, so that none lasts longer than a statement may.
        query = self._sql(
            "WITH deleted AS (DELETE FROM {schema}.idempotency WHERE ctid = ANY(ARRAY("
            "SELECT ctid FROM {schema}.idempotency WHERE expires_at < now() LIMIT %(step)s"
            ")) RETURNING 1) SELECT count(*) FROM deleted"
        )
        total = 0
        while deleted := self.database.fetch(query, {"step": MARKS_AT_ONCE})[0][0]:
            total += int(deleted)
        return total

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Not offered: whoever follows the log reads it in batches, as the projector does."""
        raise NotImplementedError(f"use select_notifications (asked for {gt=}, {topics=})")

    def _sql(self, text: LiteralString, **parts: LiteralString) -> Statement:
        """Return the statement `text` with `{schema}` and its other parts filled in."""
        key = (text, *parts.values())
        statement = self._statements.get(key)
        if statement is None:
            filled = {name: SQL(part) for name, part in parts.items()}
            statement = Statement.of(text, schema=Identifier(self.schema), **filled)
            self._statements[key] = statement
        return statement

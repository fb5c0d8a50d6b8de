"""The backlog (待办): what is to be decided and to be sent, for whoever looks after it (D7).

Joins what the read models owe with the claims on it, so that an operator sees what is planned,
late, failed, unknown or set aside, and why.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier

from domain.eventstore.database import Database
from workers import trials, uploads, worklist

After = tuple[datetime, UUID] | None
"""Moment and key of the last row seen, None at the beginning."""


class ObligationState(StrEnum):
    """How an obligation stands: still ahead, past its moment, or set aside for a person."""

    PLANNED = "planned"
    LATE = "late"
    QUARANTINED = "quarantined"


class MessageState(StrEnum):
    """How a message stands: still to be sent, set aside for a person, or how it ended."""

    OPEN = "open"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedRow:
    """Something to be decided; `attempts` were begun, the last one ended with `last_error`.

    An `import` or a `trial` that was set aside is no decision: its subject is itself, `rep_id` is
    whoever waits for it, `due_at` when he asked.
    """

    key: UUID
    kind: str
    subject_id: UUID
    customer_id: UUID | None
    rep_id: UUID | None
    due_at: datetime
    state: ObligationState
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """A message of the last 30 days; `due_at` is when it was decided on.

    `next_attempt_at` is set while it waits for another attempt; `reason` says why it was not sent,
    or may not have been.
    """

    key: UUID
    kind: str
    channel: str
    recipient_id: UUID
    customer_id: UUID | None
    due_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    state: MessageState
    attempts: int
    last_error: str
    reason: str
    next_attempt_at: datetime | None


_OBLIGATIONS: dict[ObligationState, LiteralString] = {
    ObligationState.PLANNED: "o.due_at > %(now)s",
    ObligationState.LATE: "o.due_at <= %(now)s AND o.state IS DISTINCT FROM 'quarantined'",
    ObligationState.QUARANTINED: "o.state = 'quarantined'",
}
_MESSAGES: dict[MessageState, LiteralString] = {
    MessageState.OPEN: "o.state = 'open' AND c.state IS DISTINCT FROM 'quarantined'",
    MessageState.QUARANTINED: "o.state = 'open' AND c.state = 'quarantined'",
    MessageState.FAILED: "o.state = 'failed'",
    MessageState.UNKNOWN: "o.state = 'unknown'",
    MessageState.SKIPPED: "o.state = 'skipped'",
    MessageState.SENT: "o.state = 'sent'",
}


class Backlog:
    """Reads what is owed and in what state; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        """Read from `database`, which nothing is asked of before the first use."""
        self._given = database

    def obligations(
        self, state: ObligationState, now: datetime, *, after: After = None, limit: int = 50
    ) -> list[OwedRow]:
        """Return what is to be decided and stands so at `now`, the earliest due first.

        Among what was set aside are imports and trials, too.
        """
        query = SQL(
            "SELECT o.key, o.kind, o.subject_id, o.customer_id, o.rep_id, o.due_at,"
            " coalesce(o.attempts, 0), coalesce(o.last_error, '')"
            " FROM (SELECT o.key, o.kind, o.subject_id, o.customer_id, o.rep_id, o.due_at,"
            " c.state, c.attempts, c.last_error FROM obligations.obligation o"
            " LEFT JOIN work.claim c USING (key) UNION ALL"
            " SELECT o.key, o.kind, o.subject_id, o.customer_id, o.rep_id, o.due_at,"
            " c.state, c.attempts, c.last_error FROM occasions.obligation o"
            " LEFT JOIN work.greeting c USING (key) UNION ALL"
            " SELECT o.key, o.kind, o.subject_id, o.customer_id, o.rep_id, o.due_at,"
            " c.state, c.attempts, c.last_error FROM campaigns.obligation o"
            " LEFT JOIN work.campaign c USING (key) UNION ALL"
            " SELECT u.key, 'import', u.key, NULL, u.rep_id, u.due_at, c.state, c.attempts,"
            " c.last_error FROM work.upload u JOIN work.import c USING (key, due_at)"
            " WHERE c.state = 'quarantined' UNION ALL"
            " SELECT t.key, 'trial', t.key, NULL, t.rep_id, t.due_at, c.state, c.attempts,"
            " c.last_error FROM work.trial t JOIN work.try c USING (key, due_at)"
            " WHERE c.state = 'quarantined') AS o"
            " WHERE {condition} AND (%(at)s::timestamptz IS NULL OR (o.due_at, o.key) >"
            " (%(at)s::timestamptz, %(key)s::uuid)) ORDER BY o.due_at, o.key LIMIT %(limit)s"
        ).format(condition=SQL(_OBLIGATIONS[state]))
        names = ("key", "kind", "subject_id", "customer_id", "rep_id", "due_at", "attempts",
                 "last_error")  # fmt: skip
        rows = self._rows(query, now, after, limit)
        return [OwedRow(state=state, **dict(zip(names, row, strict=True))) for row in rows]

    def messages(
        self, state: MessageState, now: datetime, *, after: After = None, limit: int = 50
    ) -> list[SentRow]:
        """Return the messages that stand so, the newest first."""
        query = SQL(
            "SELECT o.key, o.kind, o.channel, o.recipient_id, o.customer_id, o.due_at,"
            " o.expires_at, o.ended_at, coalesce(c.attempts, 0), coalesce(c.last_error, ''),"
            " coalesce(o.reason, ''),"
            " CASE WHEN o.state = 'open' AND c.state = 'waiting' THEN c.until END"
            " FROM outbox.message o LEFT JOIN work.delivery c USING (key)"
            " WHERE {condition} AND (%(at)s::timestamptz IS NULL OR (o.due_at, o.key) <"
            " (%(at)s::timestamptz, %(key)s::uuid))"
            " ORDER BY o.due_at DESC, o.key DESC LIMIT %(limit)s"
        ).format(condition=SQL(_MESSAGES[state]))
        names = ("key", "kind", "channel", "recipient_id", "customer_id", "due_at", "expires_at",
                 "ended_at", "attempts", "last_error", "reason", "next_attempt_at")  # fmt: skip
        rows = self._rows(query, now, after, limit)
        return [SentRow(state=state, **dict(zip(names, row, strict=True))) for row in rows]

    def release(self, keys: Collection[UUID], now: datetime) -> list[UUID]:
        """Let what was set aside be tried again; return the keys that were, of whatever kind."""
        released: list[UUID] = []
        for claims in worklist.CLAIMS.values():
            query = SQL(
                "UPDATE work.{claims} SET state = 'waiting', until = %(now)s, crashes = 0"
                " WHERE key = ANY(%(keys)s) AND state = 'quarantined' RETURNING key"
            ).format(claims=Identifier(claims))
            arguments = {"keys": list(keys), "now": now}
            released += [row[0] for row in self._database.fetch(query, arguments)]
        return released

    def drop(self, keys: Collection[UUID], now: datetime) -> list[UUID]:
        """Give up imports and trials that were set aside; return the keys that were.

        What an import has stored stays. Nothing else is dropped: decisions and messages are owed.
        """
        return [
            *uploads.drop_set_aside(self._database, keys, now),
            *trials.drop_set_aside(self._database, keys),
        ]

    @cached_property
    def _database(self) -> Database:
        worklist.prepare(self._given)
        return self._given

    def _rows(
        self, query: Composed, now: datetime, after: After, limit: int
    ) -> list[tuple[Any, ...]]:
        at, key = after or (None, None)
        return self._database.fetch(query, {"now": now, "at": at, "key": key, "limit": limit})

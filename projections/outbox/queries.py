"""Asks what is to be sent, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.channel import Channel
from domain.eventstore.database import Database
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message that is still to be sent.

    `is_superseded` tells that a later message says more about the same to the same recipient.
    """

    key: UUID
    kind: str
    intent_id: UUID
    intent_version: int
    channel: Channel
    recipient_id: UUID
    customer_id: UUID | None
    subject_id: UUID | None
    due_at: datetime
    expires_at: datetime | None
    facts: dict[str, Any]
    is_superseded: bool

    @property
    def is_to_customer(self) -> bool:
        """Whether it goes to the customer himself."""
        return self.recipient_id == self.customer_id


class OutboxQueries(Queries):
    """Reads the outbox."""

    def __init__(self, database: Database, schema: str = "outbox") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        # Of several rungs that a complaint climbed at once, one message with the highest goes out.
        self._load = self._sql(
            "SELECT key, kind, intent_id, intent_version, channel, recipient_id, customer_id,"
            " subject_id, due_at, expires_at, facts, kind = 'escalation' AND EXISTS ("
            "  SELECT 1 FROM {schema}.message l WHERE l.subject_id = m.subject_id"
            "  AND l.kind = m.kind AND l.recipient_id = m.recipient_id AND l.channel = m.channel"
            "  AND l.intent_version > m.intent_version)"
            " FROM {schema}.message m WHERE key = ANY(%(keys)s) AND state = 'open'"
            " ORDER BY priority, due_at, key"
        )
        # A message that ended in doubt may well have arrived.
        self._sent = self._sql(
            "SELECT count(*) FROM {schema}.message WHERE recipient_id = %(recipient_id)s"
            " AND kind = ANY(%(kinds)s) AND state IN ('sent', 'unknown') AND ended_at >= %(since)s"
        )
        self._failing = self._sql(
            "SELECT min(due_at) FROM {schema}.message"
            " WHERE recipient_id = %(recipient_id)s AND channel = %(channel)s"
            " AND (state IN ('failed', 'unknown') OR key = %(key)s) AND due_at > greatest("
            "  %(since)s::timestamptz, (SELECT max(ended_at) FROM {schema}.message"
            "  WHERE recipient_id = %(recipient_id)s AND channel = %(channel)s"
            "  AND state = 'sent'))"
        )
        # The one with the smallest key goes first; what was refused leaves the way to the next.
        self._also_told = self._sql(
            "SELECT recipient_id FROM {schema}.message WHERE subject_id = %(subject_id)s"
            " AND intent_id = %(intent_id)s AND intent_version = %(intent_version)s"
            " AND channel = %(channel)s AND key < %(key)s AND state IN ('open', 'sent', 'unknown')"
        )
        self._states = self._sql("SELECT state, count(*) FROM {schema}.message GROUP BY state")

    def load(self, keys: Collection[UUID]) -> list[MessageRow]:
        """Return those of `keys` that have not ended yet."""
        messages = []
        for row in self._rows(self._load, keys=list(keys)):
            values = list(row)
            values[4] = Channel(row[4])
            messages.append(MessageRow(*values))
        return messages

    def count_sent(self, message: MessageRow, kinds: Collection[str], since: datetime) -> int:
        """Return how many messages of `kinds` the recipient of one got since then.

        What ended within the last moments may not be among them.
        """
        rows = self._rows(
            self._sent, recipient_id=message.recipient_id, kinds=list(kinds), since=since
        )
        return int(rows[0][0])

    def failing_since(self, message: MessageRow, since: datetime) -> datetime | None:
        """Return when the first message was due that did not get through, up to this one.

        On its channel to its recipient, since `since` and since anything got through; None when
        something did after this one was due.
        """
        rows = self._rows(
            self._failing,
            recipient_id=message.recipient_id,
            channel=message.channel.value,
            key=message.key,
            since=since,
        )
        found: datetime | None = rows[0][0]
        return found

    def told_before(self, message: MessageRow) -> list[UUID]:
        """Return who else is told the same through the same channel, before this recipient."""
        if message.subject_id is None:
            return []
        rows = self._rows(
            self._also_told,
            subject_id=message.subject_id,
            intent_id=message.intent_id,
            intent_version=message.intent_version,
            channel=message.channel.value,
            key=message.key,
        )
        return [recipient_id for (recipient_id,) in rows]

    def counts(self) -> dict[str, int]:
        """Return how many messages there are in each state, those of the last 30 days."""
        return {row[0]: row[1] for row in self._rows(self._states)}

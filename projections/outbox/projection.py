"""Keeps the outbox: one row per message, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.channel import CHOSEN, Channel
from domain.delivery import Delivery
from domain.eventstore.database import Connection
from domain.intake_item import IntakeItem
from domain.representative import Representative
from projections.intents import INTENTS, Intent
from projections.outbox.messages import messages
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

KEPT = timedelta(days=30)
"""How long a message stays here after its end; the event of its end stays for ever."""

COLUMNS = {
    "key": "uuid",
    "kind": "text",
    "intent_id": "uuid",
    "intent_version": "bigint",
    "channel": "text",
    "recipient_id": "uuid",
    "customer_id": "uuid",
    "subject_id": "uuid",
    "due_at": "timestamptz",
    "expires_at": "timestamptz",
    "priority": "smallint",
    "facts": "jsonb",
    "state": "text",
    "ended_at": "timestamptz",
    "reason": "text",
}
_REACH = {
    "rep_id": "uuid",
    "has_email": "boolean",
    "wants_email": "boolean",
    **{channel.value: "boolean" for channel in CHOSEN},
}


_HOW = tuple(name for name in _REACH if name != "rep_id")


class OutboxProjection(ReadModel):
    """One row per message: `open`, then `sent`, `failed`, `unknown` or `skipped`.

    `due_at` is when it was decided that it be told, or from when it may be; `reason`
    says why it was not sent. The table `reach`
    tells who takes what: a column named like a channel, whether an address was chosen for it.
    """

    name = "outbox"
    version = 9
    events = (*INTENTS, Representative.Event, Delivery.Event, IntakeItem.Assigned)
    personal = frozenset({"email", "addresses", "webhook_url"})
    tables = """
        CREATE TABLE {schema}.message (
            key uuid PRIMARY KEY,
            kind text NOT NULL,
            intent_id uuid NOT NULL,
            intent_version bigint NOT NULL,
            channel text NOT NULL,
            recipient_id uuid NOT NULL,
            customer_id uuid,
            subject_id uuid,
            due_at timestamptz NOT NULL,
            expires_at timestamptz,
            priority smallint NOT NULL,
            facts jsonb NOT NULL,
            state text NOT NULL,
            ended_at timestamptz,
            reason text
        );
        CREATE INDEX message_ended ON {schema}.message (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX message_intake ON {schema}.message (intent_id) WHERE kind = 'intake';
        CREATE TABLE {schema}.reach (
            rep_id uuid PRIMARY KEY,
            has_email boolean NOT NULL,
            wants_email boolean NOT NULL,
            webhook boolean NOT NULL,
            sms boolean NOT NULL,
            wecom boolean NOT NULL,
            wecom_bot boolean NOT NULL,
            dingtalk_bot boolean NOT NULL,
            feishu_bot boolean NOT NULL
        )
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS message_order ON {schema}.message (kind, due_at, key)
            WHERE state = 'open';
        CREATE INDEX IF NOT EXISTS message_trouble ON {schema}.message (due_at, key)
            WHERE state IN ('failed', 'unknown');
        CREATE INDEX IF NOT EXISTS message_recipient ON {schema}.message (recipient_id);
        CREATE INDEX IF NOT EXISTS message_subject ON {schema}.message (subject_id)
            WHERE subject_id IS NOT NULL;
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._messages = Table(self.schema, "message", key=("key",), columns=COLUMNS)
        self._reach = Table(self.schema, "reach", key=("rep_id",), columns=_REACH)
        self._copy = SQL(
            "INSERT INTO {message} SELECT %s, kind, intent_id, intent_version, channel,"
            " recipient_id, customer_id, subject_id, %s, NULL, priority, facts, 'open', NULL, NULL"
            " FROM {message} WHERE key = %s ON CONFLICT DO NOTHING"
        ).format(message=Identifier(self.schema, "message"))

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch: who takes what, what is to be told, what was told."""
        rows, reach = Rows(self._messages), _ReachBook(self._reach)
        intents = {n: INTENTS[type(e)](e) for n, e in batch if type(e) in INTENTS}
        intents = {n: intent for n, intent in intents.items() if intent.channels}
        reach.load(connection, self.schema, intents.values())
        latest: datetime | None = None
        for position, event in batch:
            # Who gives a channel up is told of it through the others.
            if isinstance(event, Representative.Event):
                reach.note(event)
            if position in intents:
                for key, row in messages(event, intents[position], reach.takes):
                    rows.insert(key, **row)
            if isinstance(event, Delivery.Ended):
                why = getattr(event, "reason", None)
                ended = {"state": event.END.value, "ended_at": event.timestamp, "reason": why}
                rows.update(event.originator_id, **ended)
                latest = event.timestamp
            elif isinstance(event, Delivery.Settled):
                rows.update(event.originator_id, state=event.end)
            elif isinstance(event, Delivery.Resent):
                rows = self._send_again(connection, rows, event)
            elif isinstance(event, IntakeItem.Assigned):
                rows = self._make_his(connection, rows, event)
        reach.write(connection)
        rows.write(connection)
        if latest is not None:
            self._forget(connection, latest - KEPT)

    def _send_again(self, connection: Connection, rows: Rows, event: Any) -> Rows:
        """Put a message there once more, as a new one that is due now and does not expire."""
        rows.write(connection)
        connection.execute(self._copy, (event.key, event.timestamp, event.originator_id))
        return Rows(self._messages)

    def _make_his(self, connection: Connection, rows: Rows, event: Any) -> Rows:
        """Have the message about a stranger belong to the customer he was, and go with him."""
        rows.write(connection)
        connection.execute(
            SQL(
                "UPDATE {}.message SET customer_id = %s WHERE kind = 'intake' AND intent_id = %s"
            ).format(Identifier(self.schema)),
            (event.customer_id, event.originator_id),
        )
        return Rows(self._messages)

    def _forget(self, connection: Connection, before: datetime) -> None:
        """Delete what ended long ago; the log's own time decides, so a rebuild does the same."""
        connection.execute(
            SQL("DELETE FROM {}.message WHERE ended_at < %s").format(Identifier(self.schema)),
            (before,),
            prepare=True,
        )


class _ReachBook:
    """How those can be reached whom the batch is about; one query, and only if there are any."""

    def __init__(self, table: Table) -> None:
        self._rows = Rows(table)
        self._known: dict[UUID, dict[str, bool]] = {}

    def load(self, connection: Connection, schema: str, intents: Iterable[Intent]) -> None:
        """Read how the recipients could be reached before the batch."""
        wanted = {rep_id for intent in intents for rep_id in intent.to_ids}
        if wanted:
            query = SQL("SELECT rep_id, {} FROM {}.reach WHERE rep_id = ANY(%s)").format(
                SQL(", ").join(map(Identifier, _HOW)), Identifier(schema)
            )
            rows = connection.execute(query, (list(wanted),), prepare=True)
            for rep_id, *values in rows:
                self._known[rep_id] = dict(zip(_HOW, values, strict=True))

    def note(self, event: Any) -> None:
        """Take over what the event says about how its representative can be reached."""
        rep_id = event.originator_id
        if isinstance(event, Representative.Joined):
            values = dict.fromkeys(_HOW, False) | {
                "has_email": bool(event.email),
                "wants_email": True,
            }
            self._rows.insert(rep_id, **values)
            self._known[rep_id] = values
        elif isinstance(event, Representative.NotificationsChosen):
            chosen = {channel.value: channel in event.reached_at for channel in CHOSEN}
            self._change(rep_id, wants_email=event.wants_email, **chosen)
        elif isinstance(event, Representative.ChannelDisabled):
            self._change(rep_id, **{event.channel: False})
        elif isinstance(event, Representative.Left):
            self._change(rep_id, wants_email=False, **{c.value: False for c in CHOSEN})

    def takes(self, rep_id: UUID, channel: Channel) -> bool:
        """Tell whether messages go to somebody through `channel`."""
        reach = self._known.get(rep_id)
        if reach is None:
            return False
        if channel is Channel.EMAIL:
            return reach["has_email"] and reach["wants_email"]
        return reach[channel]

    def write(self, connection: Connection) -> None:
        """Write what was noted."""
        self._rows.write(connection)

    def _change(self, rep_id: UUID, **values: bool) -> None:
        self._rows.update(rep_id, **values)
        if rep_id in self._known:
            self._known[rep_id] |= values

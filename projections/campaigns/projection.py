"""Keeps campaigns and activities: one row each, and one per customer whom they concern."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier

from domain.activity import Activity
from domain.campaign import Campaign, CampaignState
from domain.campaign_message import CampaignMessage
from domain.customer import Customer
from domain.delivery import Delivery
from domain.eventstore.database import Connection
from projections import whose
from projections.campaigns.changes import Change
from projections.owed import OWED
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

CAMPAIGN = {
    "campaign_id": "uuid",
    "version": "bigint",
    "title": "text",
    "author": "text",
    "state": "text",
    "starts_on": "date",
    "ends_on": "date",
    "activity_id": "uuid",
    "audience_count": "integer",
    "planned_at": "timestamptz",
    "approved_at": "timestamptz",
    "approved_by": "text",
}
MESSAGE = {
    "key": "uuid",
    "campaign_id": "uuid",
    "customer_id": "uuid",
    "named_position": "bigint",
    "state": "text",
    "reason": "text",
    "delivery_id": "uuid",
    "ended_at": "timestamptz",
    "ended_position": "bigint",
    "answer": "text",
    "note": "text",
}
ACTIVITY = {
    "activity_id": "uuid",
    "version": "bigint",
    "title": "text",
    "kind": "text",
    "starts_at": "timestamptz",
    "place": "text",
    "capacity": "integer",
    "is_cancelled": "boolean",
}
GUEST = {
    "key": "uuid",
    "activity_id": "uuid",
    "customer_id": "uuid",
    "named_position": "bigint",
    "campaign_id": "uuid",
    "state": "text",
    "answer": "text",
}
_STATES: dict[type[Any], CampaignState] = {
    Campaign.Paused: CampaignState.PAUSED,
    Campaign.Resumed: CampaignState.APPROVED,
    Campaign.Cancelled: CampaignState.CANCELLED,
}
_AT_ONCE = 10_000


class CampaignsProjection(ReadModel):
    """What was planned, for whom, and how it stands with each of them.

    A message is `owed`, `issued`, and ends `sent`, `failed`, `unknown` or `skipped`. The table
    `obligation` has the shape of the one in `obligations`; what a paused campaign owes is never
    due. `purchase` holds what customers bought after somebody turned to them. `erased` holds ids of
    whoever was erased, as text: the search after an erasure takes each uuid for a row about him.
    """

    name = "campaigns"
    version = 5
    events = (
        Campaign.Event,
        CampaignMessage.Event,
        Activity.Event,
        Delivery.Ended,
        Delivery.Settled,
        Customer.PurchaseRecorded,
        *whose.EVENTS,
    )
    personal = frozenset({"card", "after", "note"})
    tables = (
        """
        CREATE TABLE {schema}.campaign (
            campaign_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            title text NOT NULL,
            author text NOT NULL,
            state text NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            activity_id uuid,
            audience_count integer NOT NULL,
            planned_at timestamptz NOT NULL,
            approved_at timestamptz,
            approved_by text NOT NULL
        );
        CREATE TABLE {schema}.message (
            key uuid PRIMARY KEY,
            campaign_id uuid NOT NULL,
            customer_id uuid NOT NULL,
            named_position bigint NOT NULL,
            state text NOT NULL,
            reason text NOT NULL,
            delivery_id uuid,
            ended_at timestamptz,
            ended_position bigint,
            answer text NOT NULL,
            note text NOT NULL
        ) WITH (fillfactor = 70);
        CREATE INDEX message_customer ON {schema}.message (customer_id);
        CREATE TABLE {schema}.activity (
            activity_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            title text NOT NULL,
            kind text NOT NULL,
            starts_at timestamptz NOT NULL,
            place text NOT NULL,
            capacity integer NOT NULL,
            is_cancelled boolean NOT NULL
        );
        CREATE TABLE {schema}.guest (
            key uuid PRIMARY KEY,
            activity_id uuid NOT NULL,
            customer_id uuid NOT NULL,
            named_position bigint NOT NULL,
            campaign_id uuid,
            state text NOT NULL,
            answer text NOT NULL
        ) WITH (fillfactor = 70);
        CREATE INDEX guest_customer ON {schema}.guest (customer_id);
        CREATE TABLE {schema}.purchase (
            position bigint PRIMARY KEY,
            customer_id uuid NOT NULL,
            purchased_on date NOT NULL
        );
        CREATE TABLE {schema}.obligation (
            key uuid PRIMARY KEY,
            kind text NOT NULL,
            subject_id uuid NOT NULL,
            customer_id uuid NOT NULL,
            rep_id uuid,
            day date,
            due_at timestamptz,
            expires_at timestamptz,
            priority smallint NOT NULL,
            payload jsonb NOT NULL
        );
        CREATE INDEX obligation_subject ON {schema}.obligation (subject_id);
        CREATE TABLE {schema}.erased (id text PRIMARY KEY);
        """
        + whose.TABLE
    )
    indexes = """
        CREATE INDEX IF NOT EXISTS campaign_planned
            ON {schema}.campaign (planned_at, campaign_id);
        CREATE INDEX IF NOT EXISTS message_campaign ON {schema}.message (campaign_id, customer_id);
        CREATE INDEX IF NOT EXISTS message_delivery ON {schema}.message (delivery_id)
            WHERE delivery_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS activity_starts ON {schema}.activity (starts_at, activity_id);
        CREATE INDEX IF NOT EXISTS guest_activity ON {schema}.guest (activity_id, customer_id);
        CREATE INDEX IF NOT EXISTS purchase_customer ON {schema}.purchase (customer_id, position);
        CREATE INDEX IF NOT EXISTS obligation_order
            ON {schema}.obligation (kind, due_at, key);
        CREATE INDEX IF NOT EXISTS obligation_due ON {schema}.obligation (due_at, key);
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._campaigns = self._table("campaign", CAMPAIGN)
        self._messages = self._table("message", MESSAGE)
        self._activities = self._table("activity", ACTIVITY)
        self._guests = self._table("guest", GUEST)
        self._customers = self._table("customer", whose.COLUMNS)
        self._owed = self._table("obligation", OWED)
        # Whom nobody had turned to when he bought, he did not buy for that reason.
        self._buy = self._sql(
            "INSERT INTO {schema}.purchase SELECT p.* FROM"
            " unnest(%b::bigint[], %b::uuid[], %b::date[]) AS p (position, customer_id, on_day)"
            " WHERE EXISTS (SELECT FROM {schema}.message m"
            "  WHERE m.customer_id = p.customer_id AND m.named_position < p.position)"
            " OR EXISTS (SELECT FROM {schema}.guest g"
            "  WHERE g.customer_id = p.customer_id AND g.named_position < p.position)"
        )
        self._move = self._sql("UPDATE {schema}.obligation SET due_at = %b WHERE subject_id = %b")
        self._erase = self._sql(
            "INSERT INTO {schema}.erased SELECT unnest(%s::uuid[])::text ON CONFLICT DO NOTHING"
        )
        # Whoever was erased before he was named stands on no list (D12). Whoever is not known may
        # only have to wait until his stream is released.
        self._leave_out = [
            SQL(
                "DELETE FROM {} t USING {} e WHERE t.key = ANY(%b) AND e.id = t.customer_id::text"
            ).format(Identifier(self.schema, table), Identifier(self.schema, "erased"))
            for table in ("message", "obligation", "guest")
        ]
        self._settle = self._sql("UPDATE {schema}.message SET state = %s WHERE delivery_id = %s")

    def forget(self, connection: Connection, customer_ids: Sequence[UUID]) -> None:
        """Delete every row about them, and know them when they are named after all."""
        super().forget(connection, customer_ids)
        connection.execute(self._erase, (list(customer_ids),))

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per campaign, activity, message, guest and customer."""
        change = self._fresh()
        for position, event in batch:
            if isinstance(event, Customer.PurchaseRecorded):
                change.bought.append((position, event.originator_id, event.purchased_on))
            elif isinstance(event, Customer.Event):
                whose.fold(event, change.customers)
            elif type(event) in _STATES or isinstance(event, Delivery.Settled):
                self._write(connection, change)
                change = self._fresh()
                self._change_many(connection, event)
            else:
                change.fold(position, event)
            if len(change.owed) >= _AT_ONCE:
                self._write(connection, change)
                change = self._fresh()
        self._write(connection, change)

    def _change_many(self, connection: Connection, event: Any) -> None:
        """Change how a campaign stands and all that it owes, or a message by its delivery."""
        if isinstance(event, Delivery.Settled):
            connection.execute(self._settle, (event.end, event.originator_id), prepare=True)
            return
        campaign_id, state = event.originator_id, _STATES[type(event)]
        self._campaigns.update(
            connection,
            {campaign_id: {"state": state.value, "version": event.originator_version}},
        )
        due_at: datetime | None = getattr(event, "due_at", event.timestamp)
        if state is CampaignState.PAUSED:
            due_at = None
        connection.execute(self._move, (due_at, campaign_id), prepare=True)

    def _write(self, connection: Connection, change: Change) -> None:
        for rows in (change.campaigns, change.messages, change.activities, change.guests):
            rows.write(connection)
        change.customers.write(connection)
        self._owed.insert(connection, change.owed)
        self._owed.delete(connection, change.decided)
        if change.named:
            for statement in self._leave_out:
                connection.execute(statement, (change.named,), prepare=True)
        if change.bought:
            columns = [list(column) for column in zip(*change.bought, strict=True)]
            connection.execute(self._buy, columns, prepare=True)

    def _fresh(self) -> Change:
        return Change(
            Rows(self._campaigns),
            Rows(self._messages),
            Rows(self._activities),
            Rows(self._guests),
            Rows(self._customers),
        )

    def _table(self, name: str, columns: dict[str, str]) -> Table:
        return Table(self.schema, name, key=(next(iter(columns)),), columns=columns)

    def _sql(self, text: LiteralString) -> Composed:
        return SQL(text).format(schema=Identifier(self.schema))

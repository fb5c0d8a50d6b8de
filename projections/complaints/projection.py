"""Keeps the complaints: one row each, with deadlines, rungs ahead and the customer's owners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.complaint import Complaint
from domain.complaint_events import Climb
from domain.customer import Customer
from domain.eventstore.database import Connection
from domain.priority import Clock
from projections.ownership import OWNERS
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

DEADLINE_PERCENT = 100
"""The rung at which the whole of a clock's time is gone."""

_COMPLAINT = {
    "complaint_id": "uuid",
    "version": "bigint",
    "customer_id": "uuid",
    "owner_id": "uuid",
    "handler_id": "uuid",
    "channel": "text",
    "priority": "text",
    "severity": "text",
    "pressure": "text",
    "level": "integer",
    "round": "integer",
    "acknowledge_due_at": "timestamptz",
    "resolve_due_at": "timestamptz",
    "filed_at": "timestamptz",
    "acknowledged_at": "timestamptz",
    "paused_at": "timestamptz",
    "investigated_at": "timestamptz",
    "resolved_at": "timestamptz",
    "reported_at": "timestamptz",
    "closed_at": "timestamptz",
    "satisfaction": "integer",
    "summary": "text",
    "details": "text",
    "cause": "text",
    "solution": "text",
    "answer": "text",
    "comment": "text",
}
_OWNER = {"customer_id": "uuid", "owner_id": "uuid", "second_owner_id": "uuid"}
_TURN = {"complaint_id": "uuid", "version": "bigint", "at": "timestamptz", "turn": "text"}
_RUNG = {"key": "uuid", "complaint_id": "uuid", "at": "timestamptz"}


class ComplaintsProjection(ReadModel):
    """One row per complaint; stage and next deadline are derived by the table itself.

    `turn` keeps when each was filed, closed and opened again, as often as that happens. `owner`
    remembers whose each customer is, so that a complaint is visible to the same people.
    """

    name = "complaints"
    version = 2
    events = (Complaint.Event, Customer.Created, *OWNERS)
    personal = frozenset({"summary", "details", "cause", "solution", "answer", "comment"})
    tables = """
        CREATE TABLE {schema}.complaint (
            complaint_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            customer_id uuid NOT NULL,
            owner_id uuid,
            second_owner_id uuid,
            handler_id uuid,
            channel text NOT NULL,
            priority text NOT NULL,
            severity text,
            pressure text,
            level integer NOT NULL,
            round integer NOT NULL,
            acknowledge_due_at timestamptz,
            resolve_due_at timestamptz,
            filed_at timestamptz NOT NULL,
            acknowledged_at timestamptz,
            paused_at timestamptz,
            investigated_at timestamptz,
            resolved_at timestamptz,
            reported_at timestamptz,
            closed_at timestamptz,
            satisfaction integer,
            summary text NOT NULL,
            details text NOT NULL,
            cause text NOT NULL,
            solution text NOT NULL,
            answer text NOT NULL,
            comment text NOT NULL,
            -- The same questions in the same order as `Complaint.stage`.
            stage text NOT NULL GENERATED ALWAYS AS (CASE
                WHEN closed_at IS NOT NULL THEN 'closed'
                WHEN reported_at IS NOT NULL THEN 'reported'
                WHEN resolved_at IS NOT NULL THEN 'resolved'
                WHEN investigated_at IS NOT NULL THEN 'investigated'
                WHEN acknowledged_at IS NOT NULL THEN 'acknowledged'
                WHEN handler_id IS NOT NULL THEN 'assigned'
                WHEN severity IS NOT NULL THEN 'triaged'
                ELSE 'filed' END) STORED,
            -- A clock that has stopped has no deadline; one that stands still only a missed one.
            next_due_at timestamptz NOT NULL GENERATED ALWAYS AS (least(
                CASE WHEN acknowledged_at IS NULL THEN acknowledge_due_at END,
                CASE WHEN resolved_at IS NULL AND (paused_at IS NULL OR resolve_due_at < paused_at)
                    THEN resolve_due_at END,
                'infinity')) STORED
        ) WITH (fillfactor = 85);
        CREATE TABLE {schema}.rung (
            key uuid PRIMARY KEY,
            complaint_id uuid NOT NULL,
            at timestamptz NOT NULL
        );
        CREATE INDEX rung_complaint ON {schema}.rung (complaint_id, at);
        CREATE TABLE {schema}.turn (
            complaint_id uuid NOT NULL,
            version bigint NOT NULL,
            at timestamptz NOT NULL,
            turn text NOT NULL,
            PRIMARY KEY (complaint_id, version)
        );
        CREATE TABLE {schema}.owner (
            customer_id uuid PRIMARY KEY,
            owner_id uuid,
            second_owner_id uuid
        ) WITH (fillfactor = 85)
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS complaint_customer ON {schema}.complaint (customer_id);
        CREATE INDEX IF NOT EXISTS complaint_due
            ON {schema}.complaint (next_due_at, complaint_id);
        CREATE INDEX IF NOT EXISTS complaint_filed
            ON {schema}.complaint (filed_at, complaint_id);
        CREATE INDEX IF NOT EXISTS turn_at ON {schema}.turn (at);
        CREATE INDEX IF NOT EXISTS complaint_owner ON {schema}.complaint (owner_id, next_due_at);
        CREATE INDEX IF NOT EXISTS complaint_second_owner
            ON {schema}.complaint (second_owner_id, next_due_at)
            WHERE second_owner_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS complaint_handler
            ON {schema}.complaint (handler_id, next_due_at);
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._complaints = Table(
            self.schema,
            "complaint",
            key=("complaint_id",),
            columns=_COMPLAINT,
            greatest=("level",),
        )
        self._owners = Table(self.schema, "owner", key=("customer_id",), columns=_OWNER)
        self._rungs = Table(self.schema, "rung", key=("key",), columns=_RUNG)
        self._turns = Table(self.schema, "turn", key=("complaint_id", "version"), columns=_TURN)
        self._rungs_of = Table(self.schema, "rung", key=("complaint_id",), columns=_RUNG)
        self._take_owners = SQL(
            "UPDATE {schema}.complaint AS c"
            " SET owner_id = o.owner_id, second_owner_id = o.second_owner_id"
            " FROM {schema}.owner o WHERE c.customer_id = o.customer_id"
            " AND c.customer_id = ANY(%b::uuid[])"
        ).format(schema=Identifier(self.schema))

    def forget(self, connection: Connection, customer_ids: Sequence[UUID]) -> None:
        """Delete what hangs under their complaints too."""
        for table in ("rung", "turn"):
            connection.execute(
                SQL(
                    "DELETE FROM {table} AS t USING {schema}.complaint AS c"
                    " WHERE c.complaint_id = t.complaint_id AND c.customer_id = ANY(%s)"
                ).format(table=Identifier(self.schema, table), schema=Identifier(self.schema)),
                (list(customer_ids),),
            )
        super().forget(connection, customer_ids)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per complaint, and per customer whose owners it changes."""
        complaints, owners = Rows(self._complaints), Rows(self._owners)
        rungs, customers, turns = _Rungs(), set(), []
        for _, event in batch:
            if isinstance(event, Complaint.Event):
                self._fold(event, complaints, rungs)
                if type(event) in TURNS:
                    turns.append(_turned(event))
                if isinstance(event, Complaint.Filed):
                    customers.add(event.customer_id)
            elif isinstance(event, Customer.Created):
                owners.insert(
                    event.originator_id,
                    owner_id=event.owner_id,
                    second_owner_id=event.second_owner_id,
                )
            elif type(event) in OWNERS:
                owners.update(event.originator_id, **OWNERS[type(event)](event))
                customers.add(event.originator_id)
        complaints.write(connection)
        owners.write(connection)
        self._turns.insert(connection, turns)
        self._rungs_of.delete(connection, list(rungs.ahead))
        self._rungs.delete(connection, rungs.climbed)
        self._rungs.insert(connection, rungs.rows())
        if customers:
            connection.execute(self._take_owners, (list(customers),), prepare=True)

    @staticmethod
    def _fold(event: Any, complaints: Rows, rungs: _Rungs) -> None:
        complaint_id, values = event.originator_id, _VALUES[type(event)](event)
        values["version"] = event.originator_version
        if hasattr(event, "climbs"):
            values |= _deadlines(event.climbs)
            rungs.replace(complaint_id, event.climbs)
        if isinstance(event, Complaint.Filed):
            complaints.insert(complaint_id, **values)
        else:
            complaints.update(complaint_id, **values)
        if isinstance(event, (Complaint.Escalated, Complaint.EscalationStranded)):
            rungs.climb(complaint_id, event.key)


class _Rungs:
    """What a batch makes of the rungs: complaints with new ones, and rungs that were climbed."""

    def __init__(self) -> None:
        self.ahead: dict[UUID, dict[UUID, datetime]] = {}
        self.climbed: list[UUID] = []

    def replace(self, complaint_id: UUID, climbs: Iterable[Climb]) -> None:
        self.ahead[complaint_id] = {climb.key: climb.at for climb in climbs}

    def climb(self, complaint_id: UUID, key: UUID) -> None:
        self.ahead.get(complaint_id, {}).pop(key, None)
        self.climbed.append(key)

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"key": key, "complaint_id": complaint_id, "at": at}
            for complaint_id, rungs in self.ahead.items()
            for key, at in rungs.items()
        ]


def _deadlines(climbs: Iterable[Climb]) -> dict[str, Any]:
    """Return the deadlines still ahead; one that was missed and told stays as it is."""
    return {
        "acknowledge_due_at" if climb.clock is Clock.ACKNOWLEDGE else "resolve_due_at": climb.at
        for climb in climbs
        if climb.percent == DEADLINE_PERCENT
    }


TURNS: dict[type[Any], str] = {
    Complaint.Filed: "filed",
    Complaint.Closed: "closed",
    Complaint.Reopened: "reopened",
}
"""What opens a complaint and what ends it."""


def _turned(event: Any) -> dict[str, Any]:
    return {
        "complaint_id": event.originator_id,
        "version": event.originator_version,
        "at": event.timestamp,
        "turn": TURNS[type(event)],
    }


def _filed(event: Any) -> dict[str, Any]:
    return {
        "customer_id": event.customer_id,
        "owner_id": event.owner_id,
        "channel": event.channel,
        "priority": event.priority,
        "level": 0,
        "round": 1,
        "filed_at": event.timestamp,
        "summary": event.summary,
        "details": event.details,
        **_BLANK,
    }


_BLANK = {"cause": "", "solution": "", "answer": "", "comment": ""}

_VALUES: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    Complaint.Filed: _filed,
    Complaint.Triaged: lambda event: {
        "severity": event.severity,
        "pressure": event.pressure,
        "priority": event.priority,
    },
    Complaint.Assigned: lambda event: {"handler_id": event.to_handler_id},
    Complaint.Acknowledged: lambda event: {"acknowledged_at": event.timestamp},
    Complaint.Investigated: lambda event: {
        "investigated_at": event.timestamp,
        "cause": event.cause,
    },
    Complaint.Resolved: lambda event: {
        "resolved_at": event.timestamp,
        "solution": event.solution,
        "paused_at": None,
    },
    Complaint.OutcomeReported: lambda event: {
        "reported_at": event.timestamp,
        "answer": event.answer,
    },
    Complaint.Closed: lambda event: {
        "closed_at": event.timestamp,
        "satisfaction": event.satisfaction,
        "comment": event.comment,
    },
    # What the former round found stays in the history; the row is about the round that runs.
    Complaint.Reopened: lambda event: {
        "round": event.round,
        "paused_at": None,
        "investigated_at": None,
        "resolved_at": None,
        "reported_at": None,
        "closed_at": None,
        "satisfaction": None,
        **_BLANK,
    },
    Complaint.Paused: lambda event: {"paused_at": event.timestamp},
    Complaint.Resumed: lambda _: {"paused_at": None},
    Complaint.DeadlinesRecomputed: lambda _: {},
    Complaint.Escalated: lambda event: {"level": event.level},
    Complaint.EscalationStranded: lambda event: {"level": event.level},
}
"""What each event makes of the row, besides its version, deadlines and rungs."""

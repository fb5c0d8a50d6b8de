"""Keeps holds and erasures: one row per customer who is held, was held or was erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.customer import Customer
from domain.eventstore.database import Connection
from projections.read_model import ReadModel, Recorded
from projections.table import Table

COLUMNS = {
    "customer_id": "uuid",
    "held_at": "timestamptz",
    "erased_at": "timestamptz",
    "erased_by": "text",
    "ground": "text",
    "position": "bigint",
    "completed_at": "timestamptz",
}


class ErasuresProjection(ReadModel):
    """One row per customer; `held_at` is null when no hold is on him.

    `position` is that of the erasure, `completed_at` null as long as something is to be purged.
    """

    name = "erasures"
    version = 1
    events = (Customer.Held, Customer.HoldLifted, Customer.Erased, Customer.ErasureCompleted)
    forgets = False
    tables = """
        CREATE TABLE {schema}.person (
            customer_id uuid PRIMARY KEY,
            held_at timestamptz,
            erased_at timestamptz,
            erased_by text,
            ground text,
            position bigint,
            completed_at timestamptz
        );
        CREATE INDEX person_erased ON {schema}.person (position) WHERE position IS NOT NULL;
        CREATE INDEX person_held ON {schema}.person (held_at, customer_id)
            WHERE held_at IS NOT NULL
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._persons = Table(self.schema, "person", key=("customer_id",), columns=COLUMNS)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Note holds and erasures."""
        changes: dict[UUID, dict[str, Any]] = {}
        for position, event in batch:
            told = _told(position, event)
            if told is not None:
                changes.setdefault(event.originator_id, {}).update(told)
        blank = dict.fromkeys(COLUMNS)
        rows = [{**blank, "customer_id": customer_id} for customer_id in changes]
        self._persons.insert(connection, rows)
        self._persons.update(connection, changes)


def _told(position: int, event: Any) -> dict[str, Any] | None:
    match event:
        case Customer.Held():
            return {"held_at": event.timestamp}
        case Customer.HoldLifted():
            return {"held_at": None}
        case Customer.Erased():
            return {
                "erased_at": event.timestamp,
                "erased_by": event.actor,
                "ground": event.ground,
                "position": position,
            }
        case Customer.ErasureCompleted():
            return {"completed_at": event.timestamp}
    return None

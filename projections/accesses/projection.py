"""Keeps an index of recorded reads; the reasons stay in the log."""

from __future__ import annotations

from collections.abc import Sequence

from domain.access_record import AccessRecord
from domain.eventstore.database import Connection
from projections.read_model import ReadModel, Recorded
from projections.table import Table

COLUMNS = {
    "position": "bigint",
    "recorded_at": "timestamptz",
    "day": "date",
    "actor": "text",
    "customer_id": "uuid",
    "access": "text",
}


class AccessesProjection(ReadModel):
    """One row per recorded read, of those who were erased too; `day` is one of the company's."""

    name = "accesses"
    version = 1
    events = (AccessRecord.Recorded,)
    forgets = False
    tables = """
        CREATE TABLE {schema}.access (
            position bigint PRIMARY KEY,
            recorded_at timestamptz NOT NULL,
            day date NOT NULL,
            actor text NOT NULL,
            customer_id uuid NOT NULL,
            access text NOT NULL
        )
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS access_actor ON {schema}.access (actor, position);
        CREATE INDEX IF NOT EXISTS access_customer ON {schema}.access (customer_id, position);
        CREATE INDEX IF NOT EXISTS access_day ON {schema}.access (day, position);
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._accesses = Table(self.schema, "access", key=("position",), columns=COLUMNS)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Add a row for every read."""
        rows = [
            {
                "position": position,
                "recorded_at": event.timestamp,
                "day": event.day,
                "actor": event.actor,
                "customer_id": event.customer_id,
                "access": event.access,
            }
            for position, event in batch
        ]
        self._accesses.insert(connection, rows)

"""Keeps the greetings that were decided on: one row each, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.sql import SQL, Identifier

from domain.delivery import Delivery, End
from domain.eventstore.database import Connection
from domain.greeting import Greeting
from projections import whose
from projections.greetings.queries import GreetingState
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

_GREETING = {
    "key": "uuid",
    "customer_id": "uuid",
    "occasion": "text",
    "year": "text",
    "day": "date",
    "state": "text",
    "reason": "text",
    "channel": "text",
    "rep_id": "uuid",
    "decided_at": "timestamptz",
    "delivery_id": "uuid",
    "ended_at": "timestamptz",
}
_DECIDED: dict[type[Greeting.Decided], GreetingState] = {
    Greeting.Issued: GreetingState.ISSUED,
    Greeting.Skipped: GreetingState.SKIPPED,
    Greeting.Reserved: GreetingState.RESERVED,
}


class GreetingsProjection(ReadModel):
    """One row per greeting, as it was decided and then as its message ended.

    What somebody said of his decision is personal and stands in the history alone. `customer`
    remembers whose each customer is and what he is called.
    """

    name = "greetings"
    version = 1
    events = (Greeting.Decided, Delivery.Ended, Delivery.Settled, *whose.EVENTS)
    personal = frozenset({"card", "after"})
    tables = (
        """
        CREATE TABLE {schema}.greeting (
            key uuid PRIMARY KEY,
            customer_id uuid NOT NULL,
            occasion text NOT NULL,
            year text NOT NULL,
            day date NOT NULL,
            state text NOT NULL,
            reason text NOT NULL,
            channel text NOT NULL,
            rep_id uuid,
            decided_at timestamptz NOT NULL,
            delivery_id uuid,
            ended_at timestamptz
        ) WITH (fillfactor = 85);
        CREATE INDEX greeting_customer ON {schema}.greeting (customer_id);
    """
        + whose.TABLE
    )
    indexes = """
        CREATE INDEX IF NOT EXISTS greeting_day ON {schema}.greeting (day, key);
        CREATE INDEX IF NOT EXISTS greeting_delivery ON {schema}.greeting (delivery_id)
            WHERE delivery_id IS NOT NULL;
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._greetings = Table(self.schema, "greeting", key=("key",), columns=_GREETING)
        self._customers = Table(
            self.schema, "customer", key=("customer_id",), columns=whose.COLUMNS
        )
        self._settle = SQL("UPDATE {schema}.greeting SET state = %s WHERE delivery_id = %s").format(
            schema=Identifier(self.schema)
        )

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per greeting and per customer; what is settled is found by its message."""
        greetings, customers = Rows(self._greetings), Rows(self._customers)
        for _, event in batch:
            if isinstance(event, Delivery.Settled):
                if event.customer_id == event.recipient_id:
                    greetings.write(connection)
                    greetings = Rows(self._greetings)
                    settled = (event.end, event.originator_id)
                    connection.execute(self._settle, settled, prepare=True)
            elif isinstance(event, Greeting.Decided):
                _decide(event, greetings)
            elif isinstance(event, Delivery.Ended):
                _end(event, greetings)
            else:
                whose.fold(event, customers)
        greetings.write(connection)
        customers.write(connection)


def _decide(event: Any, greetings: Rows) -> None:
    greetings.insert(
        event.originator_id,
        customer_id=event.customer_id,
        occasion=event.occasion,
        year=event.year,
        day=event.on,
        state=_DECIDED[type(event)].value,
        reason=event.reason if isinstance(event, Greeting.Skipped) else "",
        channel=event.channel if isinstance(event, Greeting.Issued) else "",
        rep_id=event.rep_id if isinstance(event, Greeting.Reserved) else None,
        decided_at=event.timestamp,
        ended_at=None if isinstance(event, Greeting.Issued) else event.timestamp,
    )


def _end(event: Any, greetings: Rows) -> None:
    """Take the end of a message to a customer over; nothing changes when it was no greeting."""
    if event.customer_id == event.recipient_id:
        greetings.update(
            event.intent_id,
            state=event.END.value,
            reason=event.reason if event.END is End.SKIPPED else "",
            delivery_id=event.originator_id,
            ended_at=event.timestamp,
        )

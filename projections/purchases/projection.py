"""Keeps every line of trade history (R7)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.customer import Customer
from domain.eventstore.database import Connection
from projections.read_model import ReadModel, Recorded
from projections.table import Table

COLUMNS = {
    "position": "bigint",
    "customer_id": "uuid",
    "purchased_on": "date",
    "product": "text",
    "quantity": "numeric",
    "amount": "numeric",
    "currency": "text",
    "order_no": "text",
}


class PurchasesProjection(ReadModel):
    """One row per line, known by the position of its event."""

    name = "purchases"
    version = 1
    events = (Customer.PurchaseRecorded,)
    tables = """
        CREATE TABLE {schema}.purchase (
            position bigint PRIMARY KEY,
            customer_id uuid NOT NULL,
            purchased_on date NOT NULL,
            product text NOT NULL,
            quantity numeric NOT NULL,
            amount numeric NOT NULL,
            currency text NOT NULL,
            order_no text NOT NULL
        )
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS purchase_customer
            ON {schema}.purchase (customer_id, purchased_on, position)
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._purchases = Table(self.schema, "purchase", key=("position",), columns=COLUMNS)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Insert the lines of the batch."""
        lines = [
            {
                "position": position,
                "customer_id": event.originator_id,
                "purchased_on": event.purchased_on,
                "product": event.product,
                "quantity": event.quantity,
                "amount": event.amount,
                "currency": event.currency,
                "order_no": event.order_no,
            }
            for position, event in batch
        ]
        self._purchases.insert(connection, lines)

"""Asks what a customer has bought, line by line or summed up by currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from psycopg.sql import SQL

from domain.eventstore.database import Database
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """A line of trade history; `position` is that of its event."""

    position: int
    purchased_on: date
    product: str
    quantity: Decimal
    amount: Decimal
    currency: str
    order_no: str

    @property
    def sort_key(self) -> tuple[date, int]:
        """What the next page begins after."""
        return self.purchased_on, self.position


@dataclass(frozen=True, slots=True)
class PurchaseTotal:
    """What a customer has bought in one currency: lines, amount, first and last day."""

    currency: str
    count: int
    amount: Decimal
    first_on: date
    last_on: date


class PurchaseQueries(Queries):
    """Reads the purchases of a customer; whether he is visible is for the caller to see to."""

    def __init__(self, database: Database, schema: str = "purchases") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        page = (
            "SELECT position, purchased_on, product, quantity, amount, currency, order_no"
            " FROM {schema}.purchase WHERE customer_id = %(customer_id)s{after}"
            " ORDER BY purchased_on DESC, position DESC LIMIT %(limit)s"
        )
        beyond = " AND (purchased_on, position) < (%(day)s::date, %(position)s::bigint)"
        # The latest purchases first, backwards along the index of the customer's days.
        self._first = self._sql(page, after=SQL(""))
        self._next = self._sql(page, after=SQL(beyond))
        # Summed up from the lines: a customer has few enough.
        self._totals = self._sql(
            "SELECT currency, count(*), sum(amount), min(purchased_on), max(purchased_on)"
            " FROM {schema}.purchase WHERE customer_id = %(customer_id)s"
            " GROUP BY currency ORDER BY currency"
        )

    def page(
        self, customer_id: UUID, after: tuple[date, int] | None = None, limit: int = 50
    ) -> list[PurchaseRow]:
        """Return a customer's purchases, the latest first; `after` is the last one's sort key."""
        if after is None:
            rows = self._rows(self._first, customer_id=customer_id, limit=limit)
        else:
            day, position = after
            rows = self._rows(
                self._next, customer_id=customer_id, day=day, position=position, limit=limit
            )
        return [PurchaseRow(*row) for row in rows]

    def buyers(self, customer_ids: Sequence[UUID], product: str, since: date | None) -> list[UUID]:
        """Return those of the customers who bought a product, since a day if one is given."""
        query = self._sql(
            "SELECT DISTINCT customer_id FROM {schema}.purchase"
            " WHERE customer_id = ANY(%(ids)s) AND product = %(product)s"
            " AND (%(since)s::date IS NULL OR purchased_on >= %(since)s::date)"
            " ORDER BY customer_id"
        )
        rows = self._rows(query, ids=list(customer_ids), product=product, since=since)
        return [row[0] for row in rows]

    def totals(self, customer_id: UUID) -> list[PurchaseTotal]:
        """Return what a customer has bought in each currency; refunds count against it."""
        return [PurchaseTotal(*row) for row in self._rows(self._totals, customer_id=customer_id)]

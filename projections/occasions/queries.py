"""Asks who is to be greeted, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from psycopg.sql import SQL

from domain.access import Visibility
from domain.eventstore.database import Database
from projections.listing import visible
from projections.queries import Queries


@dataclass(frozen=True, slots=True, kw_only=True)
class OccasionRow:
    """A day on which a customer is to be greeted, or gets a gift or a visit.

    `kind` is greeting, gift or visit, `on` a calendar date where the customer lives.
    """

    key: UUID
    kind: str
    customer_id: UUID
    name: str
    company: str
    owner_id: UUID | None
    occasion: str
    year: str
    on: date
    due_at: datetime
    expires_at: datetime


_COLUMNS: LiteralString = (
    "SELECT o.key, o.kind, o.customer_id, p.name, p.company, p.owner_id, o.payload->>'occasion',"
    " o.payload->>'year', o.day, o.due_at, o.expires_at"
    " FROM {schema}.obligation o JOIN {schema}.person p USING (customer_id)"
)
_NAMES = tuple(OccasionRow.__dataclass_fields__)


class OccasionQueries(Queries):
    """Reads the occasions."""

    def __init__(self, database: Database, schema: str = "occasions") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)

    def page(
        self,
        visibility: Visibility,
        first: date,
        last: date,
        *,
        after: tuple[date, UUID] | None = None,
        limit: int = 50,
    ) -> list[OccasionRow]:
        """Return the occasions from `first` to `last` of customers in scope, the earliest first."""
        conditions, arguments = visible(visibility)
        query = self._sql(
            _COLUMNS + " WHERE o.day BETWEEN %(first)s AND %(last)s AND {seen}"
            " AND (%(day)s::date IS NULL OR (o.day, o.key) > (%(day)s::date, %(key)s::uuid))"
            " ORDER BY o.day, o.key LIMIT %(limit)s",
            seen=SQL(" AND ").join(conditions) if conditions else SQL("true"),
        )
        day, key = after or (None, None)
        rows = self._rows(query, first=first, last=last, day=day, key=key, limit=limit, **arguments)
        return [OccasionRow(**dict(zip(_NAMES, row, strict=True))) for row in rows]

    def get(self, key: UUID) -> OccasionRow | None:
        """Return a greeting that is still ahead, None when there is none under `key`."""
        query = self._sql(_COLUMNS + " WHERE o.key = %(key)s AND o.kind = 'greeting'")
        rows = self._rows(query, key=key)
        return OccasionRow(**dict(zip(_NAMES, rows[0], strict=True))) if rows else None

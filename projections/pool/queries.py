"""Asks whom anybody may claim, and how many customers somebody owns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL

from domain.access import EVERYTHING
from domain.eventstore.database import Database
from domain.grade import Grade
from projections.listing import Order, Page, code, select
from projections.queries import Queries


class PoolReason(StrEnum):
    """Why a customer is in the pool."""

    CONTACT = "contact"
    """Too long without a contact."""
    DEAL = "deal"
    """Too long without a deal."""
    MANAGER = "manager"
    """A manager put him there."""
    NEW = "new"
    """He was registered without an owner."""


ORDERS: Mapping[str, Order] = {
    "pooled_at": Order({"pooled_at": "{}::timestamptz"}),
    "grade": Order({"grade": "{}::text"}),
}
"""What the pool can be sorted by."""

SORT_KEYS: Mapping[str, Any] = {
    "pooled_at": tuple[datetime, UUID],
    "grade": tuple[Grade, UUID],
}
"""The type of the sort key in each of the orders."""

CARRIED: tuple[LiteralString, ...] = ("grade", "region_code", "industry_code", "former_owner_id")
"""What the indexes carry for filters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFilters:
    """Which customers of the pool are wanted; what is left out does not count."""

    grades: Collection[Grade] = ()
    region: str | None = None
    industry: str | None = None
    former_owner_id: UUID | None = None


NO_FILTERS = PoolFilters()

_CONDITIONS: Mapping[str, LiteralString] = {
    "grades": "grade = ANY(%(grades)s::text[])",
    "region": "region_code = %(region)s::bigint",
    "industry": "industry_code = %(industry)s::bigint",
    "former_owner_id": "former_owner_id = %(former_owner_id)s::uuid",
}


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A customer whom anybody may claim, as everybody sees him: masked (X19)."""

    customer_id: UUID
    name: str
    company: str
    phone: str
    grade: Grade
    region: str
    industry: str
    pooled_at: datetime
    reason: PoolReason
    former_owner_id: UUID | None
    last_contact_on: date | None

    def sort_key(self, sort: str) -> tuple[Any, UUID]:
        """Return what the next page in the order `sort` begins after."""
        return getattr(self, sort.removeprefix("-")), self.customer_id


_COLUMNS: tuple[LiteralString, ...] = tuple(PoolRow.__slots__)


class PoolQueries(Queries):
    """Reads the pool, which has no scope: all that it holds may be seen by everybody."""

    def __init__(self, database: Database, schema: str = "pool") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        self._table = self._sql("{schema}.customer")
        self._held = self._sql("SELECT customers FROM {schema}.held WHERE rep_id = %(rep_id)s")

    def page(
        self,
        filters: PoolFilters = NO_FILTERS,
        sort: str = "-pooled_at",
        after: tuple[Any, UUID] | None = None,
        limit: int = 50,
    ) -> list[PoolRow]:
        """Return who is in the pool in the order `sort`, one of ORDERS; with a `-`, backwards.

        `after` is the sort key of the last row seen.
        """
        wanted = {
            "grades": list(filters.grades) or None,
            "region": None if filters.region is None else code(filters.region),
            "industry": None if filters.industry is None else code(filters.industry),
            "former_owner_id": filters.former_owner_id,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        page = Page(
            visibility=EVERYTHING,
            layers=(),
            order=ORDERS[sort.removeprefix("-")],
            descending=sort.startswith("-"),
            conditions=[
                SQL("pooled_at IS NOT NULL"), *(SQL(_CONDITIONS[name]) for name in given)
            ],
            after=after,
            limit=limit,
        )  # fmt: skip
        query = select(_COLUMNS, self._table, page)
        rows = self._rows_planned_anew(query, **page.arguments, **given)
        return [_row(row) for row in rows]

    def held(self, rep_id: UUID) -> int:
        """Return how many customers a representative owns; being second owner does not count."""
        rows = self._rows(self._held, rep_id=rep_id)
        return int(rows[0][0]) if rows else 0


def _row(row: tuple[Any, ...]) -> PoolRow:
    values = list(row)
    for place, kind in _ENUMS:
        values[place] = kind(values[place])
    return PoolRow(*values)


_ENUMS = ((_COLUMNS.index("grade"), Grade), (_COLUMNS.index("reason"), PoolReason))

"""Asks for customers as the roster lists them: filtered, in any order, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL

from domain.access import Visibility
from domain.card import CardSource, Verification
from domain.contact import ContactMethod
from domain.eventstore.database import Database
from domain.grade import DealStage, Demand, Grade, GradeBasis, Importance
from domain.journal import DueRule
from projections.listing import Order, Page, find, select, visible
from projections.queries import Queries
from projections.roster.filters import (
    NO_FILTERS,
    RosterFilters,
    conditions_of,
    faceted,
    layers,
)

ORDERS: Mapping[str, Order] = {
    "name": Order({"name_order": "{}::text"}),
    "company": Order({"company_order": "{}::text"}),
    "grade": Order({"grade": "{}::text"}),
    "due_on": Order({"due_on": "{}::date"}),
    "last_contact_on": Order({"contact_order": "coalesce({}::date, '-infinity')"}),
    "registered_on": Order({"registered_on": "{}::date"}),
}
"""What the roster can be sorted by; names as they are read aloud, never contacted as long ago."""

SORT_KEYS: Mapping[str, Any] = {
    "name": tuple[str, UUID],
    "company": tuple[str, UUID],
    "grade": tuple[Grade, UUID],
    "due_on": tuple[date, UUID],
    "last_contact_on": tuple[date | None, UUID],
    "registered_on": tuple[date, UUID],
}
"""The type of the sort key in each of the orders."""

CARRIED = (
    "grade_code",
    "deal_stage_code",
    "importance_code",
    "demand_code",
    "source_code",
    "verification_code",
    "is_flagged",
    "due_on",
    "contact_order",
    "registered_on",
    "industry_code",
    "district_code",
    "region_code",
    "tag_codes",
)
"""What the indexes carry for filters; values of a fixed length first, which are found sooner."""

FEW = 2_000
"""So many customers are found and sorted sooner than a whole company is walked through."""

QUICKLY_WALKED = 4
"""How many sectors are walked through in no time even if nobody in them matches."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A customer as the roster lists him; `version` is the version of his stream.

    `name_order` and `company_order` are what the list is sorted by. `follow_up_level` is the rung
    his overdue follow-up has climbed to, 0 for none; whoever `is_flagged` is to be given to
    somebody else unless he is contacted.
    """

    customer_id: UUID
    version: int
    name: str
    name_order: str
    company: str
    company_order: str
    contact: str
    phones: list[str]
    email: str
    wechat: str
    address: str
    birthday: str
    company_day: str
    needs: str
    notes: str
    reference: str
    owner_id: UUID | None
    second_owner_id: UUID | None
    grade: Grade
    grade_basis: GradeBasis
    needs_estimate: bool
    deal_stage: DealStage
    importance: Importance
    demand: Demand | None
    needed_by: date | None
    expected_on: date | None
    industry: str
    level: str
    district: str
    region: str
    business_status: str
    ownership_kind: str
    outlet_kind: str
    size: str
    route: str
    route_position: int | None
    tags: list[str]
    source: CardSource
    verification: Verification
    registered_on: date
    last_contact_on: date | None
    last_method: ContactMethod | None
    due_on: date
    due_rule: DueRule
    follow_up_level: int
    is_flagged: bool

    def sort_key(self, sort: str) -> tuple[Any, UUID]:
        """Return what the next page in the order `sort` begins after."""
        name = sort.removeprefix("-")
        column = f"{name}_order" if name in {"name", "company"} else name
        return getattr(self, column), self.customer_id


_COLUMNS: tuple[LiteralString, ...] = tuple(RosterRow.__slots__)
_TYPES = (
    ("grade", Grade),
    ("grade_basis", GradeBasis),
    ("deal_stage", DealStage),
    ("importance", Importance),
    ("demand", Demand),
    ("source", CardSource),
    ("verification", Verification),
    ("last_method", ContactMethod),
    ("due_rule", DueRule),
)
_ENUMS = tuple((_COLUMNS.index(name), kind) for name, kind in _TYPES)


class RosterQueries(Queries):
    """Reads the customers that a principal may see."""

    def __init__(self, database: Database, schema: str = "roster") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        self._table = self._sql("{schema}.customer")

    def get(self, customer_id: UUID, visibility: Visibility) -> RosterRow | None:
        """Return a customer, None when he is absent or out of scope."""
        in_scope, arguments = visible(visibility)
        query = self._sql(
            "SELECT {columns} FROM {schema}.customer WHERE {conditions}",
            columns=SQL(", ").join(map(SQL, _COLUMNS)),
            conditions=SQL(" AND ").join([SQL("customer_id = %(customer_id)s"), *in_scope]),
        )
        rows = self._rows(query, customer_id=customer_id, **arguments)
        return _row(rows[0]) if rows else None

    def ids(self, visibility: Visibility, filters: RosterFilters, limit: int) -> list[UUID]:
        """Return whom the filters leave of the customers in scope, by id, no more than `limit`."""
        conditions, wanted = conditions_of(filters)
        in_scope, arguments = visible(visibility)
        owned = SQL("(%(owner_id)s::uuid IS NULL OR owner_id = %(owner_id)s::uuid)")
        arguments["owner_id"] = filters.owner_id
        query = self._sql(
            "SELECT customer_id FROM {schema}.customer WHERE {conditions}"
            " ORDER BY customer_id LIMIT %(limit)s",
            conditions=SQL(" AND ").join([owned, *conditions, *in_scope]),
        )
        rows = self._rows_planned_anew(query, limit=limit, **wanted, **arguments)
        return [row[0] for row in rows]

    def page(
        self,
        visibility: Visibility,
        filters: RosterFilters = NO_FILTERS,
        sort: str = "name",
        after: tuple[Any, UUID] | None = None,
        limit: int = 50,
    ) -> list[RosterRow]:
        """Return customers in the order `sort`, one of ORDERS; with a `-` before it, backwards.

        `after` is the sort key of the last row seen.
        """
        conditions, arguments = conditions_of(filters)
        page = Page(
            visibility=visibility,
            order=ORDERS[sort.removeprefix("-")],
            descending=sort.startswith("-"),
            owner_id=filters.owner_id,
            conditions=conditions,
            layers=layers(filters),
            after=after,
            limit=limit,
        )
        arguments |= page.arguments
        if self._are_few(page, arguments):
            by_facets, facets = faceted(filters)
            page = replace(page, conditions=[*conditions, *by_facets])
            query = find(_COLUMNS, self._table, page)
            arguments |= facets
        else:
            query = select(_COLUMNS, self._table, page)
        return [_row(row) for row in self._rows_planned_anew(query, **arguments)]

    def _are_few(self, page: Page, arguments: Mapping[str, Any]) -> bool:
        """Tell whether so few in the whole company match that they are better looked up."""
        if not page.conditions or len(page.sectors) <= QUICKLY_WALKED:
            return False
        query = SQL("SELECT FROM {} WHERE {}").format(
            self._table, SQL(" AND ").join(page.conditions)
        )
        return self._expected(query, **arguments) < FEW


def _row(row: tuple[Any, ...]) -> RosterRow:
    values = list(row)
    for place, kind in _ENUMS:
        values[place] = kind(values[place]) if values[place] else None
    return RosterRow(*values)

"""Asks for customers as the roster lists them: filtered, in any order, page by page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composable

from domain.access import Visibility
from domain.card import CardSource, Verification
from domain.contact import ContactMethod
from domain.eventstore.database import Database
from domain.grade import DealStage, Demand, Grade, GradeBasis, Importance
from domain.journal import DueRule
from projections.listing import Order, Page, code, select, visible
from projections.queries import Queries

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
    "grade",
    "deal_stage_code",
    "importance_code",
    "demand_code",
    "source_code",
    "verification_code",
    "industry_code",
    "district_code",
    "region_code",
    "tag_codes",
    "due_on",
    "contact_order",
    "registered_on",
    "is_flagged",
)
"""What the indexes carry for filters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFilters:
    """Which customers are wanted; what is left out does not count.

    Days before and after do not include the day itself. A customer who was never contacted counts
    as contacted before any day.
    """

    grades: Collection[Grade] = ()
    owner_id: UUID | None = None
    deal_stage: DealStage | None = None
    importance: Importance | None = None
    demand: Demand | None = None
    industry: str | None = None
    district: str | None = None
    region: str | None = None
    tag: str | None = None
    source: CardSource | None = None
    verification: Verification | None = None
    due_before: date | None = None
    due_after: date | None = None
    last_contact_before: date | None = None
    last_contact_after: date | None = None
    registered_before: date | None = None
    registered_after: date | None = None
    flagged: bool | None = None


NO_FILTERS = RosterFilters()

_CONDITIONS: Mapping[str, LiteralString] = {
    "grades": "grade = ANY(%(grades)s::text[])",
    "owner_id": "owner_id = %(owner_id)s::uuid",
    "deal_stage": 'deal_stage_code = left(%(deal_stage)s, 1)::"char"',
    "importance": 'importance_code = left(%(importance)s, 1)::"char"',
    "demand": 'demand_code = left(%(demand)s, 1)::"char"',
    "industry": "industry_code = %(industry)s::bigint",
    "district": "district_code = %(district)s::bigint",
    "region": "region_code = %(region)s::bigint",
    "tag": "tag_codes @> ARRAY[%(tag)s::bigint]",
    "source": 'source_code = left(%(source)s, 1)::"char"',
    "verification": 'verification_code = left(%(verification)s, 1)::"char"',
    "due_before": "due_on < %(due_before)s::date",
    "due_after": "due_on > %(due_after)s::date",
    "last_contact_before": "contact_order < %(last_contact_before)s::date",
    "last_contact_after": "contact_order > %(last_contact_after)s::date",
    "registered_before": "registered_on < %(registered_before)s::date",
    "registered_after": "registered_on > %(registered_after)s::date",
    "flagged": "is_flagged = %(flagged)s::boolean",
}


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
        conditions, arguments = _conditions(filters)
        page = Page(
            visibility=visibility,
            order=ORDERS[sort.removeprefix("-")],
            descending=sort.startswith("-"),
            conditions=conditions,
            after=after,
            limit=limit,
        )
        query = select(_COLUMNS, self._table, page)
        rows = self._rows_planned_anew(query, **page.arguments, **arguments)
        return [_row(row) for row in rows]


def _conditions(filters: RosterFilters) -> tuple[list[Composable], dict[str, Any]]:
    given = {name: getattr(filters, name) for name in _CONDITIONS}
    given["grades"] = list(filters.grades) or None
    for name in ("industry", "district", "region", "tag"):
        given[name] = None if given[name] is None else code(given[name])
    wanted = {name: value for name, value in given.items() if value is not None}
    return [SQL(_CONDITIONS[name]) for name in wanted], wanted


def _row(row: tuple[Any, ...]) -> RosterRow:
    values = list(row)
    for place, kind in _ENUMS:
        values[place] = kind(values[place]) if values[place] else None
    return RosterRow(*values)

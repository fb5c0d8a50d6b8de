"""Which customers of the roster are wanted, and how the database can tell them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composable

from domain.card import CardSource, Verification
from domain.grade import DealStage, Demand, Grade, Importance
from projections.listing import SECTORS, code


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
    "grades": 'grade_code = ANY(%(grades)s::"char"[])',
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

_AXES: Mapping[str, LiteralString] = {
    "grades": "grade",
    "deal_stage": "deal_stage",
    "importance": "importance",
    "demand": "demand",
    "source": "source",
    "verification": "verification",
}
"""The columns by the filters on them; the first letter tells the values apart."""

_TEXTS = ("industry", "district", "region", "tag")

FACETS: LiteralString = (
    "ARRAY["
    + ", ".join(f"{256 * number} + ascii({axis})" for number, axis in enumerate(_AXES.values(), 1))
    + ", industry_code, district_code, region_code] || tag_codes"
)
"""What the roster generates the facets of a customer from."""

_WORKED_ON = frozenset({Grade.A, Grade.B})

LAYER: LiteralString = f"{SECTORS} * (grade IN ('A', 'B') OR deal_stage = 'negotiating')::integer"
"""Who is worked on lies apart: few, asked for most, and at one end of most orders."""


def conditions_of(filters: RosterFilters) -> tuple[list[Composable], dict[str, Any]]:
    """Return the conditions on columns that the indexes carry, with their parameters."""
    given = {name: getattr(filters, name) for name in _CONDITIONS}
    given["grades"] = list(filters.grades) or None
    for name in _TEXTS:
        given[name] = None if given[name] is None else code(given[name])
    wanted = {name: value for name, value in given.items() if value is not None}
    return [SQL(_CONDITIONS[name]) for name in wanted], wanted


def layers(filters: RosterFilters) -> tuple[int, ...]:
    """Return the layers in which there are customers who match."""
    is_graded = bool(filters.grades) and _WORKED_ON.issuperset(filters.grades)
    return (1,) if is_graded or filters.deal_stage is DealStage.NEGOTIATING else (0, 1)


def faceted(filters: RosterFilters) -> tuple[list[Composable], dict[str, Any]]:
    """Return what the facets can tell of who matches, as conditions with their parameters."""
    texts = [getattr(filters, name) for name in _TEXTS]
    every = [code(text) for text in texts if text is not None]
    some: list[int] = []
    for number, name in enumerate(_AXES, 1):
        value = getattr(filters, name)
        if name == "grades":
            some = [256 * number + ord(grade[0]) for grade in value]
        elif value is not None:
            every.append(256 * number + ord(value[0]))
    conditions: list[Composable] = []
    if every:
        conditions.append(SQL("facets @> %(every_facet)s::bigint[]"))
    if some:
        conditions.append(SQL("facets && %(some_facets)s::bigint[]"))
    return conditions, {"every_facet": every, "some_facets": some}

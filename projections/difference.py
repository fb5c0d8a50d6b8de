"""What differs between two moments of a list (前后对比): who came, who went, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Database
from projections.complaints.projection import ComplaintsProjection
from projections.due_list.projection import DueListProjection
from projections.pool.projection import PoolProjection
from projections.queries import NIL
from projections.read_model import ReadModel
from projections.roster.projection import RosterProjection


class Difference(StrEnum):
    """How something on a list differs from before."""

    CAME = "came"
    WENT = "went"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """A value before and after."""

    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class DifferentRow:
    """Somebody or something on a list that differs, by id, with what changed field by field.

    Of whom came or went the fields are told that the list had or has.
    """

    id: UUID
    difference: Difference
    changes: dict[str, Change]


@dataclass(frozen=True, slots=True)
class ComparedList:
    """A list whose moments can be compared: its table and columns, and who of it is on the list.

    `on_it` is SQL over a row, which may name the day of the moment.
    """

    kind: type[ReadModel]
    table: LiteralString
    key: LiteralString
    columns: tuple[str, ...]
    on_it: LiteralString = "true"


@dataclass(frozen=True, slots=True)
class Side:
    """A list at one of two moments: the schema it is in, and the company's date then."""

    schema: str
    day: date


ALWAYS_DIFFERENT = frozenset({"version", "recorded_at"})
"""What tells nothing about a file that the other fields do not."""

_PERSON = ("name", "company")

LISTS: Mapping[str, ComparedList] = {
    "roster": ComparedList(
        RosterProjection, "customer", "customer_id",
        (
            *_PERSON, "contact", "phones", "email", "wechat", "address", "birthday", "company_day",
            "needs", "notes", "reference", "owner_id", "second_owner_id", "grade", "needs_estimate",
            "deal_stage", "importance", "demand", "needed_by", "expected_on", "industry", "level",
            "district", "region", "business_status", "ownership_kind", "outlet_kind", "size",
            "route", "route_position", "tags", "verification", "last_contact_on", "last_method",
            "due_on", "due_rule", "follow_up_level", "is_flagged",
        ),
    ),
    "due_list": ComparedList(
        DueListProjection, "item", "customer_id",
        (*_PERSON, "grade", "owner_id", "second_owner_id", "due_on", "due_rule", "follow_up_level",
         "is_flagged", "last_contact_on"),
        "{row}.due_on <= {day} AND {row}.owner_id IS NOT NULL",
    ),
    "pool": ComparedList(
        PoolProjection, "customer", "customer_id",
        (*_PERSON, "grade", "pooled_at", "reason", "former_owner_id"),
        "{row}.pooled_at IS NOT NULL",
    ),
    "complaints": ComparedList(
        ComplaintsProjection, "complaint", "complaint_id",
        ("customer_id", "handler_id", "priority", "severity", "pressure", "stage", "level", "round",
         "acknowledge_due_at", "resolve_due_at", "acknowledged_at", "resolved_at", "closed_at",
         "satisfaction", "summary"),
    ),
}  # fmt: skip
"""The lists that can be compared, by the name under which they are asked for."""


def differences(
    database: Database,
    compared: ComparedList,
    earlier: Side,
    later: Side,
    *,
    after: UUID | None = None,
    limit: int = 50,
) -> list[DifferentRow]:
    """Return what differs between two moments of a list, by id, the next ones `after` an id."""
    query = SQL(
        "SELECT {key}, {was_on}, {is_on},"
        " to_jsonb(before), to_jsonb(after)"
        " FROM {old} AS before FULL JOIN {new} AS after USING ({key})"
        " WHERE {key} > %(after)s AND ({was_on} OR {is_on})"
        " AND ({was_on} IS DISTINCT FROM {is_on}"
        " OR ({old_columns}) IS DISTINCT FROM ({new_columns}))"
        " ORDER BY {key} LIMIT %(limit)s"
    ).format(
        key=Identifier(compared.key),
        old=Identifier(earlier.schema, compared.table),
        new=Identifier(later.schema, compared.table),
        was_on=_on_it(compared, "before"),
        is_on=_on_it(compared, "after"),
        old_columns=_columns(compared, "before"),
        new_columns=_columns(compared, "after"),
    )
    days = {"day_before": earlier.day, "day_after": later.day}
    arguments = {"after": after or NIL, "limit": limit, **days}
    rows = database.fetch(query, arguments, prepare=False)
    return [_different(compared.columns, row) for row in rows]


def changes_between(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Sequence[str]
) -> dict[str, Change]:
    """Return which of the fields `names` differ, with both values."""
    return {
        name: Change(before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }


def _different(columns: Sequence[str], row: tuple[Any, ...]) -> DifferentRow:
    id_, was_on, is_on, before, after = row
    if was_on and is_on:
        return DifferentRow(id_, Difference.CHANGED, changes_between(before, after, columns))
    if is_on:
        return DifferentRow(id_, Difference.CAME, changes_between({}, after, columns))
    return DifferentRow(id_, Difference.WENT, changes_between(before, {}, columns))


def _on_it(compared: ComparedList, row: LiteralString) -> Any:
    condition = compared.on_it.replace("{row}", row).replace("{day}", f"%(day_{row})s::date")
    return SQL(f"({row}.{compared.key} IS NOT NULL AND {condition})")


def _columns(compared: ComparedList, row: str) -> Any:
    return SQL(", ").join(Identifier(row, column) for column in compared.columns)

"""Lists of customers that belong to somebody, in several orders, page by page, at any size.

A row belongs to its owner and to its second owner (R57). Every order has three indexes: of all
rows, by owner, and by second owner. A page is read by walking along one of them from where the
last page ended; of several representatives in scope the first rows of each are merged. What can be
filtered is carried at the end of each index, so that rows which do not match are passed over
without being fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, LiteralString

from psycopg.sql import SQL, Composable, Composed, Literal

from domain.access import Visibility

SHORT = 201
"""No page that is looked at has more rows, the one that tells of a next page included.

The planner takes a limit that it cannot read for a tenth of the table, thinks the plan it could
keep expensive and makes a new one for every page, which takes longer than reading the page. So the
statement of a short page says this number too.
"""


@dataclass(frozen=True, slots=True)
class Order:
    """One way to sort: columns that are never NULL, and the SQL of a value to compare each with.

    A value is written with `{}` in place of the parameter, such as `{}::date`. The customer's id
    comes last in every order and makes it complete.
    """

    columns: Mapping[LiteralString, LiteralString]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which page of a list is wanted.

    `conditions` are SQL over columns that the indexes carry. `after` is the sort key of the last
    row seen, its customer's id included, or None for the first page.
    """

    visibility: Visibility
    order: Order
    descending: bool = False
    conditions: Sequence[Composable] = ()
    after: tuple[Any, ...] | None = None
    limit: int = 50

    @property
    def is_short(self) -> bool:
        """Whether it has no more than SHORT rows; statements for short pages are others."""
        return self.limit <= SHORT

    @property
    def arguments(self) -> dict[str, Any]:
        """The parameters that `select` uses."""
        arguments: dict[str, Any] = {"limit": self.limit}
        if self.visibility.rep_ids is not None:
            arguments["rep_ids"] = list(self.visibility.rep_ids)
        for number, value in enumerate(self.after or ()):
            arguments[f"after_{number}"] = value
        return arguments


def select(columns: Iterable[LiteralString], table: Composable, page: Page) -> Composed:
    """Return the statement that reads `columns` of one page of `table`."""
    conditions = [*page.conditions, *_beyond(page)]
    parts = {
        "columns": SQL(", ").join([SQL("listed.") + SQL(name) for name in columns]),
        "keys": _listed((*page.order.columns, "customer_id")),
        "table": table,
        "order": _sorted(page),
        "page_order": _sorted(page, "page."),
        "most": Literal(SHORT) if page.is_short else SQL("ALL"),
    }
    if page.visibility.rep_ids is None:
        found = SQL("SELECT {keys} FROM {first} AS first").format(
            **parts, first=_first(parts, conditions)
        )
    else:
        found = SQL(
            "SELECT {keys} FROM unnest(%(rep_ids)s::uuid[]) AS viewer (id)"
            " CROSS JOIN LATERAL ({owned} UNION ALL {shared}) AS first"
        ).format(
            **parts,
            owned=_first(parts, [_OWNED, *conditions]),
            shared=_first(parts, [_SHARED, *conditions]),
        )
    # Who is on the page is found in the indexes alone; then his row is fetched.
    return SQL(
        "SELECT {columns} FROM ({found} ORDER BY {order} LIMIT %(limit)s) AS page"
        " JOIN {table} AS listed USING (customer_id) ORDER BY {page_order}"
    ).format(**parts, found=found)


_OWNED = SQL("owner_id = viewer.id")
# Who is second owner beside another owner in scope was found as that one's already.
_SHARED = SQL(
    "second_owner_id = viewer.id AND (owner_id IS NULL OR owner_id <> ALL(%(rep_ids)s::uuid[]))"
)


def visible(visibility: Visibility) -> tuple[list[Composable], dict[str, Any]]:
    """Return the conditions, with their parameters, under which a single row is visible."""
    if visibility.rep_ids is None:
        return [], {}
    condition = SQL("(owner_id = ANY(%(rep_ids)s) OR second_owner_id = ANY(%(rep_ids)s))")
    return [condition], {"rep_ids": list(visibility.rep_ids)}


def indexes(
    table: LiteralString,
    orders: Iterable[Order],
    carried: Sequence[str],
    *,
    only: LiteralString = "",
) -> LiteralString:
    """Return the SQL, with `{schema}`, that makes the indexes of `orders`; `carried` is filtered.

    With a condition `only`, the index of all rows holds none but those that meet it. Up to
    PostgreSQL 16 a filter by several values of a carried column is checked on the row.
    """
    statements: list[LiteralString] = []
    for order in orders:
        keys = [*order.columns, "customer_id"]
        columns = ", ".join([*keys, *(name for name in carried if name not in keys)])
        made = f"CREATE INDEX IF NOT EXISTS {table}_{next(iter(order.columns))}"
        shared = f"(second_owner_id, {columns}, owner_id) WHERE second_owner_id IS NOT NULL"
        statements += (
            f"{made} ON {{schema}}.{table} ({columns}){f' WHERE {only}' if only else ''}",
            f"{made}_owned ON {{schema}}.{table} (owner_id, {columns})",
            f"{made}_shared ON {{schema}}.{table} {shared}",
        )
    return ";\n".join(statements)


def code(text: str) -> int:
    """Return a text as a number that stands for it in an index; 64 bits tell all apart."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _beyond(page: Page) -> list[Composable]:
    """Return the condition that a row comes after the last one seen, if there was one."""
    if page.after is None:
        return []
    values = [
        SQL(value.replace("{}", f"%(after_{number})s"))
        for number, value in enumerate([*page.order.columns.values(), "{}::uuid"])
    ]
    return [
        SQL("({}, customer_id) {} ({})").format(
            _listed(page.order.columns),
            SQL("<" if page.descending else ">"),
            SQL(", ").join(values),
        )
    ]


def _sorted(page: Page, prefix: LiteralString = "") -> Composed:
    direction = SQL(" DESC" if page.descending else "")
    keys = [SQL(prefix + name) + direction for name in (*page.order.columns, "customer_id")]
    return SQL(", ").join(keys)


def _first(parts: Mapping[str, Composable], conditions: Sequence[Composable]) -> Composed:
    """Return the statement, in brackets, that reads the keys of the first rows under conditions."""
    return SQL(
        "(SELECT * FROM (SELECT {keys} FROM {table}{where} ORDER BY {order} LIMIT {most}) AS most"
        " LIMIT %(limit)s)"
    ).format(**parts, where=_where(conditions))


def _where(conditions: Sequence[Composable]) -> Composed:
    if not conditions:
        return Composed([])
    return SQL(" WHERE ") + SQL(" AND ").join(conditions)


def _listed(names: Iterable[LiteralString]) -> Composed:
    return SQL(", ").join(map(SQL, names))

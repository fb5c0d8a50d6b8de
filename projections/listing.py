"""Lists of customers that belong to somebody, in several orders, page by page, at any size.

A row belongs to its owner and to its second owner (R57). The owners are spread over sectors, and
every order has one index, in which each sector lies in that order; a smaller one holds what has a
second owner, for each of these. A page is read by walking along from where the last page ended, in
one sector for one owner, in all of them side by side for a whole company. What can be filtered is
carried at the end of each index, so that rows which do not match are passed over unfetched.

Where few rows of very many match, walking to them takes longer than finding them all by an index
of what is filtered; `find` does that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Literal, Placeholder

from domain.access import Visibility

SHORT = 201
"""No page that is looked at has more rows, the one that tells of a next page included.

The planner takes a limit that it cannot read for a tenth of the table, thinks the plan it could
keep expensive and makes a new one for every page, which takes longer than reading the page. So the
statement of a short page says this number too.
"""

OWNERS_SECTORS = 16
"""Few enough to be walked side by side, many enough to have few owners each."""

SECTORS = OWNERS_SECTORS + 1
"""The last one holds the pool: whoever has no owner."""

SECTOR: LiteralString = (
    f"coalesce(get_byte(uuid_send(owner_id), 15) & {OWNERS_SECTORS - 1}, {OWNERS_SECTORS})"
)
"""What a table generates its column `sector` from: the last bits of the owner's id.

A table may have the sectors several times over, in layers: it adds SECTORS for each one below.
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

    `owner_id` leaves out the customers of everybody else; whoever has no owner is in the pool,
    which is part of the whole company unless it is left out too. `conditions` are SQL over columns
    that the indexes carry, and allow for rows in `layers` only; a table without sectors, such as
    that of the pool, has none. `after` is the sort key of the last row seen, its customer's id
    included, or None for the first page.
    """

    visibility: Visibility
    order: Order
    descending: bool = False
    owner_id: UUID | None = None
    includes_pool: bool = True
    conditions: Sequence[Composable] = ()
    layers: Sequence[int] = (0,)
    after: tuple[Any, ...] | None = None
    limit: int = 50

    @property
    def is_short(self) -> bool:
        """Whether it has no more than SHORT rows; statements for short pages are others."""
        return self.limit <= SHORT

    @property
    def owners(self) -> frozenset[UUID] | None:
        """Whose customers are all wanted, None for everybody's."""
        in_scope = self.visibility.rep_ids
        if self.owner_id is None:
            return in_scope
        return frozenset({self.owner_id} if in_scope is None else {self.owner_id} & in_scope)

    @property
    def sectors(self) -> list[int]:
        """Where these customers are."""
        places = sectors(self.owners, includes_pool=self.includes_pool)
        return [SECTORS * layer + place for layer in self.layers for place in places]

    @property
    def reaches_further(self) -> bool:
        """Whether customers of others are wanted too, whose second owner is in scope."""
        in_scope = self.visibility.rep_ids
        return in_scope is not None and self.owner_id not in in_scope

    @property
    def shape(self) -> tuple[Any, ...]:
        """What `select` makes of it, besides the order and the conditions."""
        return (
            self.descending,
            self.after is None,
            self.owners is None,
            len(self.sectors),
            self.reaches_further,
            self.owner_id is None,
            self.is_short,
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """The parameters that `select` and `find` use."""
        arguments: dict[str, Any] = {"limit": self.limit}
        for number, sector in enumerate(self.sectors):
            arguments[f"sector_{number}"] = sector
        if self.owners is not None:
            arguments["owners"] = list(self.owners)
        if self.visibility.rep_ids is not None:
            arguments["rep_ids"] = list(self.visibility.rep_ids)
        if self.owner_id is not None:
            arguments["owner_id"] = self.owner_id
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
    owned = [] if page.owners is None else [_OWNED]
    firsts = [] if page.layers else [_first(parts, conditions)]
    for number in range(len(page.sectors)):
        sector = SQL("sector = {}::smallint").format(Placeholder(f"sector_{number}"))
        firsts.append(_first(parts, [sector, *owned, *conditions]))
    if page.reaches_further:
        shared = [_SHARED, *([] if page.owner_id is None else [_OF_OWNER]), *conditions]
        firsts.append(
            SQL(
                "(SELECT {keys} FROM unnest(%(rep_ids)s::uuid[]) AS viewer (id)"
                " CROSS JOIN LATERAL {first} AS first ORDER BY {order} LIMIT {most})"
            ).format(**parts, first=_first(parts, shared))
        )
    # Who is on the page is found in the indexes alone; then his row is fetched.
    return SQL(
        "SELECT {columns} FROM (SELECT {keys} FROM ({firsts}) AS first"
        " ORDER BY {order} LIMIT %(limit)s) AS page"
        " JOIN {table} AS listed USING (customer_id) ORDER BY {page_order}"
    ).format(**parts, firsts=SQL(" UNION ALL ").join(firsts))


def find(columns: Iterable[LiteralString], table: Composable, page: Page) -> Composed:
    """Return the statement that reads the same, but finds all rows first and then sorts them."""
    in_scope, _ = visible(page.visibility)
    owned = [] if page.owner_id is None else [_OF_OWNER]
    where = _where([*in_scope, *owned, *page.conditions, *_beyond(page)])
    return SQL(
        "WITH found AS MATERIALIZED (SELECT * FROM {table}{where})"
        " SELECT {columns} FROM found ORDER BY {order} LIMIT %(limit)s"
    ).format(table=table, where=where, columns=_listed(columns), order=_sorted(page))


_OWNED = SQL("owner_id = ANY(%(owners)s::uuid[])")
# Who is second owner beside another owner in scope was found as that one's already.
_SHARED = SQL(
    "second_owner_id = viewer.id AND (owner_id IS NULL OR owner_id <> ALL(%(rep_ids)s::uuid[]))"
)
_OF_OWNER = SQL("owner_id = %(owner_id)s::uuid")


def sectors(owners: Iterable[UUID] | None, *, includes_pool: bool = True) -> list[int]:
    """Return the sectors in which the customers of `owners` are, all of them for None."""
    if owners is None:
        return list(range(SECTORS if includes_pool else OWNERS_SECTORS))
    return sorted({owner_id.int % OWNERS_SECTORS for owner_id in owners})


def visible(visibility: Visibility) -> tuple[list[Composable], dict[str, Any]]:
    """Return the conditions, with their parameters, under which a single row is visible."""
    if visibility.rep_ids is None:
        return [], {}
    condition = SQL("(owner_id = ANY(%(rep_ids)s) OR second_owner_id = ANY(%(rep_ids)s))")
    return [condition], {"rep_ids": list(visibility.rep_ids)}


def indexes(table: LiteralString, orders: Iterable[Order], carried: Sequence[str]) -> LiteralString:
    """Return the SQL, with `{schema}`, that makes the indexes of `orders`; `carried` is filtered.

    Up to PostgreSQL 16 a filter by several values of a carried column is checked on the row.
    """
    statements: list[LiteralString] = []
    for order in orders:
        keys = [*order.columns, "customer_id", "owner_id"]
        columns = ", ".join([*keys, *(name for name in carried if name not in keys)])
        made = f"CREATE INDEX IF NOT EXISTS {table}_{next(iter(order.columns))}"
        shared = f"(second_owner_id, {columns}) WHERE second_owner_id IS NOT NULL"
        statements += (
            f"{made} ON {{schema}}.{table} (sector, {columns})",
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
    return SQL("(SELECT {keys} FROM {table}{where} ORDER BY {order} LIMIT {most})").format(
        **parts, where=_where(conditions)
    )


def _where(conditions: Sequence[Composable]) -> Composed:
    if not conditions:
        return Composed([])
    return SQL(" WHERE ") + SQL(" AND ").join(conditions)


def _listed(names: Iterable[LiteralString]) -> Composed:
    return SQL(", ").join(map(SQL, names))

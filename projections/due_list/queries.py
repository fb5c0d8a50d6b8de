"""Asks whom to contact: what is due on a day or overdue, in the order of the work."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from msgspec import Struct
from psycopg.sql import SQL, Composable

from domain.access import Visibility
from domain.contact import ContactMethod
from domain.eventstore.database import Database
from domain.grade import Grade
from domain.journal import Due, DueRule
from projections.listing import Order, Page, sectors, select
from projections.queries import NIL, Queries

ORDERS: Mapping[str, Order] = {
    "due": Order({"due_on": "{}::date"}),
    "grade": Order({"grade": "{}::text", "due_on": "{}::date"}),
    "route": Order(
        {
            "route_order": "coalesce(nullif(left({}::text, 60), ''), chr(1114111))",
            "place_order": "coalesce({}::integer, 2147483647)",
        }
    ),
    "last_contact": Order({"contact_order": "coalesce({}::date, '-infinity')"}),
}
"""How the list can be worked off: by due date, by grade, along the route (路序), by neglect."""

SORT_KEYS: Mapping[str, Any] = {
    "due": tuple[date, UUID],
    "grade": tuple[Grade, date, UUID],
    "route": tuple[str, int | None, UUID],
    "last_contact": tuple[date | None, UUID],
}
"""The type of the sort key in each of the orders."""

CARRIED = ("due_on", "grade", "is_flagged", "place_order", "contact_order", "route_order")
"""What the indexes carry for filters and for the other orders."""


class DueItem(Struct, frozen=True):
    """A customer who is to be contacted; `due` says by when and why, `version` is his stream's.

    `follow_up_level` is the rung his overdue follow-up has climbed to, 0 for none; whoever
    `is_flagged` is to be given to somebody else unless he is contacted.

    A Struct, for a page makes fifty of them: a frozen dataclass takes three times as long.
    """

    customer_id: UUID
    version: int
    name: str
    company: str
    contact: str
    phones: list[str]
    grade: Grade
    due: Due
    last_contact_on: date | None
    last_method: ContactMethod | None
    owner_id: UUID | None
    second_owner_id: UUID | None
    route: str
    route_position: int | None
    follow_up_level: int
    is_flagged: bool

    def sort_key(self, order: str) -> tuple[Any, ...]:
        """Return what the next page in `order` begins after."""
        keys: Mapping[str, tuple[Any, ...]] = {
            "due": (self.due.on,),
            "grade": (self.grade, self.due.on),
            "route": (self.route, self.route_position),
            "last_contact": (self.last_contact_on,),
        }
        return *keys[order], self.customer_id


class DueCounts(NamedTuple):
    """How many customers are due on a day, and how many were due before."""

    due: int
    overdue: int


class DueOnDay(NamedTuple):
    """How many customers of one grade a representative owes a contact on a day."""

    rep_id: UUID
    grade: Grade
    on: date
    customers: int


@dataclass(frozen=True, slots=True)
class DueDay:
    """How many customers are due on a day."""

    day: date
    customers: int


@dataclass(frozen=True, slots=True)
class DueLoad:
    """How many customers a representative owes a contact: since before today, and day by day."""

    rep_id: UUID
    overdue: int
    days: list[DueDay]


_DUE: tuple[LiteralString, ...] = (
    "due_on",
    "due_rule",
    "counted_from",
    "interval_days",
    "cadence_version",
    "calendar_version",
    "moved_from",
)
_COLUMNS: tuple[LiteralString, ...] = (
    "customer_id",
    "version",
    "name",
    "company",
    "contact",
    "phones",
    "grade",
    *_DUE,
    "last_contact_on",
    "last_method",
    "owner_id",
    "second_owner_id",
    "route",
    "route_position",
    "follow_up_level",
    "is_flagged",
)
_DUE_AT = _COLUMNS.index("due_on")


class DueListQueries(Queries):
    """Reads what is due for the customers that a principal may see (R45).

    Days are calendar dates of the company's zone; the caller knows which one is today.
    """

    def __init__(self, database: Database, schema: str = "due_list") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        self._table = self._sql("{schema}.item")
        each = "count(*) FILTER (WHERE due_on = %(day)s), count(*) FILTER (WHERE due_on < %(day)s)"
        # Both counts in one walk over the index of due dates.
        self._counts = self._sql(
            "SELECT {each} FROM {schema}.item"
            " WHERE sector = ANY(%(sectors)s::smallint[]) AND due_on <= %(day)s",
            each=SQL(each),
        )
        # The same for the representatives in scope, each customer once.
        self._counts_of = self._sql(
            "SELECT {each} FROM ("
            "SELECT due_on FROM {schema}.item WHERE sector = ANY(%(sectors)s::smallint[])"
            " AND owner_id = ANY(%(rep_ids)s::uuid[]) AND due_on <= %(day)s"
            " UNION ALL "
            "SELECT due_on FROM {schema}.item"
            " WHERE second_owner_id = ANY(%(rep_ids)s::uuid[]) AND due_on <= %(day)s"
            " AND (owner_id IS NULL OR owner_id <> ALL(%(rep_ids)s::uuid[]))"
            ") AS visible",
            each=SQL(each),
        )
        self._ahead = self._sql(
            "SELECT owner_id, grade, greatest(due_on, %(today)s), count(*) FROM {schema}.item"
            " WHERE sector = ANY(%(sectors)s::smallint[]) AND due_on <= %(last)s"
            " AND (%(rep_ids)s::uuid[] IS NULL OR owner_id = ANY(%(rep_ids)s)) GROUP BY 1, 2, 3"
        )
        reckoned = (
            "SELECT customer_id FROM {schema}.item"
            " WHERE customer_id > %(after)s AND due_rule NOT IN ('promise', 'deferral')"
            " AND {condition} ORDER BY customer_id LIMIT %(limit)s"
        )
        # The days looked at to find the date: from the reckoned one to the one it moved to. There
        # is one of `days`, which ascend, among them if more of these lie before the end.
        first = SQL("(counted_from + interval_days)")
        self._reckoned_over = self._sql(
            reckoned,
            condition=SQL(
                "width_bucket(greatest({first}, due_on), %(days)s::date[])"
                " > width_bucket({first} - 1, %(days)s::date[])"
            ).format(first=first),
        )
        self._reckoned = self._sql(reckoned, condition=SQL("true"))

    def page(
        self,
        visibility: Visibility,
        today: date,
        *,
        on: date | None = None,
        since: date | None = None,
        overdue: bool = False,
        owner_id: UUID | None = None,
        grades: Collection[Grade] = (),
        flagged: bool = False,
        order: str = "due",
        after: tuple[Any, ...] | None = None,
        limit: int = 50,
    ) -> list[DueItem]:
        """Return who is due on or before `on`, which is today unless given.

        `since` leaves out who was due before it, `overdue` who is due today or later, `flagged` who
        is not to be given to somebody else. `order` is one of ORDERS; `after` is the sort key of
        the last item seen.
        """
        conditions: list[Composable] = [SQL("due_on <= %(on)s::date")]
        arguments: dict[str, Any] = {"on": on or today}
        if since is not None:
            conditions.append(SQL("due_on >= %(since)s::date"))
            arguments["since"] = since
        if overdue:
            conditions.append(SQL("due_on < %(today)s::date"))
            arguments["today"] = today
        if grades:
            conditions.append(SQL("grade = ANY(%(grades)s::text[])"))
            arguments["grades"] = list(grades)
        if flagged:
            conditions.append(SQL("is_flagged"))
        page = Page(
            visibility=visibility,
            order=ORDERS[order],
            owner_id=owner_id,
            # Whoever has no owner is in the pool, and due for nobody.
            includes_pool=False,
            conditions=conditions,
            after=after,
            limit=limit,
        )
        query = self._once(
            (page.shape, order, since is None, overdue, bool(grades), flagged),
            lambda: select(_COLUMNS, self._table, page),
        )
        return [_item(row) for row in self._rows(query, **page.arguments, **arguments)]

    def counts(self, visibility: Visibility, today: date) -> DueCounts:
        """Return how many customers in scope are due today, and how many are overdue."""
        rep_ids = visibility.rep_ids
        where = sectors(rep_ids, includes_pool=False)
        if rep_ids is None:
            return DueCounts(*self._rows(self._counts, day=today, sectors=where)[0])
        found = self._rows(self._counts_of, day=today, sectors=where, rep_ids=list(rep_ids))
        return DueCounts(*found[0])

    def count_for(self, rep_id: UUID, day: date) -> DueCounts:
        """Return how many customers a representative has to contact on `day`, and had before.

        His are those he owns and those he is second owner of (R57).
        """
        return self.counts(Visibility(frozenset({rep_id})), day)

    def ahead(
        self, visibility: Visibility, today: date, last: date, rep_id: UUID | None = None
    ) -> list[DueOnDay]:
        """Return how many customers owners in scope owe a contact by `last`, by day and grade.

        Those who are overdue count on `today`.
        """
        rep_ids = None if visibility.rep_ids is None else list(visibility.rep_ids)
        if rep_id is not None:
            rep_ids = [rep_id] if visibility.covers(rep_id) else []
        where = sectors(rep_ids, includes_pool=False)
        rows = self._rows(self._ahead, today=today, last=last, rep_ids=rep_ids, sectors=where)
        return [DueOnDay(who, Grade(grade), on, count) for who, grade, on, count in rows]

    def loads(
        self, visibility: Visibility, today: date, days: int, rep_id: UUID | None = None
    ) -> list[DueLoad]:
        """Return what each owner in scope owes: overdue, and on each of `days` from `today` on."""
        yesterday = today - timedelta(days=1)
        owed: dict[UUID, Counter[date]] = defaultdict(Counter)
        for each in self.ahead(visibility, yesterday, yesterday + timedelta(days=days), rep_id):
            owed[each.rep_id][each.on] += each.customers
        span = [today + timedelta(days=number) for number in range(days)]
        return [
            DueLoad(who, on[yesterday], [DueDay(day, on[day]) for day in span])
            for who, on in sorted(owed.items())
        ]

    def reckoned_ids(
        self, days: Collection[date] | None, after: UUID | None, limit: int
    ) -> list[UUID]:
        """Return customers whose date was reckoned and not promised, by id, the next `after` one.

        With `days` only those for whose date one of these days was looked at.
        """
        if days is not None and not days:
            return []
        query = self._reckoned if days is None else self._reckoned_over
        found = self._rows(query, after=after or NIL, limit=limit, days=sorted(days or ()))
        return [row[0] for row in found]

    def due_customer_ids(self, rep_id: UUID, day: date, limit: int) -> list[UUID]:
        """Return a representative's customers due on or before `day`, the longest overdue first."""
        items = self.page(Visibility(frozenset({rep_id})), day, limit=limit)
        return [item.customer_id for item in items]


def _item(row: tuple[Any, ...]) -> DueItem:
    before, due, after = row[:_DUE_AT], row[_DUE_AT:][: len(_DUE)], row[_DUE_AT + len(_DUE) :]
    customer_id, version, name, company, contact, phones, grade = before
    last_contact_on, last_method, *rest = after
    on, rule, counted_from, interval_days, cadence_version, calendar_version, moved_from = due
    return DueItem(
        customer_id,
        version,
        name,
        company,
        contact,
        phones,
        Grade(grade),
        Due(
            on=on,
            rule=DueRule(rule),
            counted_from=counted_from,
            interval_days=interval_days,
            cadence_version=cadence_version,
            calendar_version=calendar_version,
            moved_from=moved_from,
        ),
        last_contact_on,
        ContactMethod(last_method) if last_method else None,
        *rest,
    )

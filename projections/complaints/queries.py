"""Asks for complaints: one, or a page in the order of their deadlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composed

from domain.access import Visibility
from domain.complaint import Stage
from domain.eventstore.database import Database
from domain.priority import ComplaintChannel, Pressure, Priority, Severity
from projections.queries import NIL, Queries


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """A complaint as it stands; `version` is the version of its stream.

    `next_due_at` is the earlier deadline of the clocks that run, None when none does.
    `next_rung_at` is when it climbs next unless somebody moves it.
    """

    complaint_id: UUID
    version: int
    customer_id: UUID
    owner_id: UUID | None
    second_owner_id: UUID | None
    handler_id: UUID | None
    channel: ComplaintChannel
    priority: Priority
    severity: Severity | None
    pressure: Pressure | None
    stage: Stage
    level: int
    round: int
    acknowledge_due_at: datetime | None
    resolve_due_at: datetime | None
    next_due_at: datetime | None
    next_rung_at: datetime | None
    is_paused: bool
    filed_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    satisfaction: int | None
    summary: str
    details: str
    cause: str
    solution: str
    answer: str
    comment: str


@dataclass(frozen=True, slots=True)
class BurnDownDay:
    """How many were filed, opened again and closed on a day, and stood open at its end."""

    day: date
    filed: int
    reopened: int
    closed: int
    still_open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFilters:
    """Which complaints are wanted; what is left out does not count.

    `came_in` are the ends of a time in which it was filed or opened again, `closed_in` of one in
    which it was closed, whatever became of it since.
    """

    stages: Collection[Stage] = ()
    is_open: bool | None = None
    priorities: Collection[Priority] = ()
    handler_id: UUID | None = None
    customer_id: UUID | None = None
    due_before: datetime | None = None
    came_in: tuple[datetime, datetime] | None = None
    closed_in: tuple[datetime, datetime] | None = None


NO_FILTERS = ComplaintFilters()


class ComplaintQueries(Queries):
    """Reads complaints that a principal may see: his customers' and those he handles."""

    def __init__(self, database: Database, schema: str = "complaints") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        self._turned = {
            name: self._sql(
                "EXISTS (SELECT FROM {schema}.turn t WHERE t.complaint_id = c.complaint_id AND "
                + is_one
                + f" AND t.at >= %({name}_from)s AND t.at < %({name}_to)s)"
            )
            for name, is_one in (("came", "t.turn <> 'closed'"), ("closed", "t.turn = 'closed'"))
        }
        self._select = self._sql(
            "SELECT complaint_id, version, customer_id, owner_id, second_owner_id, handler_id,"
            " channel, priority, severity, pressure, stage, level, round, acknowledge_due_at,"
            # While the clock stands, a deadline that was not missed is not known.
            " CASE WHEN paused_at IS NULL OR resolve_due_at < paused_at THEN resolve_due_at END,"
            " nullif(next_due_at, 'infinity'),"
            " (SELECT min(at) FROM {schema}.rung r WHERE r.complaint_id = c.complaint_id),"
            " paused_at IS NOT NULL, filed_at, acknowledged_at, resolved_at, closed_at,"
            " satisfaction, summary, details, cause, solution, answer, comment"
            " FROM {schema}.complaint AS c"
        )
        self._unresolved = self._sql(
            "SELECT complaint_id FROM {schema}.complaint"
            " WHERE complaint_id > %(after)s AND resolved_at IS NULL"
            " ORDER BY complaint_id LIMIT %(limit)s"
        )

    def get(self, complaint_id: UUID, visibility: Visibility) -> ComplaintRow | None:
        """Return a complaint, None when it is absent or out of scope."""
        rows = self._complaints(
            visibility, [SQL("complaint_id = %(id)s")], SQL(""), {"id": complaint_id}
        )
        return rows[0] if rows else None

    def complaining(self, customer_ids: Collection[UUID]) -> set[UUID]:
        """Return those of `customer_ids` who have a complaint that is not closed."""
        query = self._sql(
            "SELECT DISTINCT customer_id FROM {schema}.complaint"
            " WHERE customer_id = ANY(%(ids)s) AND closed_at IS NULL"
        )
        return {row[0] for row in self._rows(query, ids=list(customer_ids))}

    def page(
        self,
        visibility: Visibility,
        filters: ComplaintFilters = NO_FILTERS,
        *,
        sort: str = "due",
        after: tuple[datetime | None, UUID] | None = None,
        limit: int = 50,
    ) -> list[ComplaintRow]:
        """Return complaints by next deadline (`due`) or the newest first (`-filed`).

        `after` is the sort key of the last row seen: its `next_due_at` or `filed_at`, and its id.
        """
        conditions, arguments = _conditions(filters)
        for name, span in (("came", filters.came_in), ("closed", filters.closed_in)):
            if span is not None:
                conditions.append(self._turned[name])
                arguments |= {f"{name}_from": span[0], f"{name}_to": span[1]}
        order = _ORDERS[sort]
        if after is not None:
            conditions.append(order.after)
            arguments |= {"at": after[0], "id": after[1]}
        end = SQL(" ORDER BY {} LIMIT %(limit)s").format(order.by)
        return self._complaints(visibility, conditions, end, arguments | {"limit": limit})

    def burn_down(
        self, visibility: Visibility, first: date, last: date, zone: str
    ) -> list[BurnDownDay]:
        """Return how many stood open at the end of each day from `first` to `last`.

        Days are those of `zone`. What stands open now is known; from there it is reckoned back.
        """
        query = self._sql(
            "SELECT NULL::date, 'open', count(*) FROM {schema}.complaint"
            " WHERE closed_at IS NULL AND {seen} UNION ALL"
            " SELECT (at AT TIME ZONE %(zone)s)::date, turn, count(*)"
            " FROM {schema}.turn JOIN {schema}.complaint USING (complaint_id)"
            " WHERE at >= %(first)s::date::timestamp AT TIME ZONE %(zone)s AND {seen}"
            " GROUP BY 1, 2",
            seen=SQL("true") if visibility.rep_ids is None else _VISIBLE,
        )
        rows = self._rows(query, first=first, zone=zone, reps=list(visibility.rep_ids or ()))
        turns = Counter({(day, turn): count for day, turn, count in rows})
        still_open, days = turns[None, "open"], []
        day = max(last, *(day for day, _ in turns if day), last)
        while day >= first:
            filed, reopened, closed = (turns[day, turn] for turn in ("filed", "reopened", "closed"))
            if day <= last:
                days.append(BurnDownDay(day, filed, reopened, closed, still_open))
            still_open += closed - filed - reopened
            day -= timedelta(days=1)
        return days[::-1]

    def unresolved_ids(self, after: UUID | None, limit: int) -> list[UUID]:
        """Return complaints whose clocks may run, by id, the next ones `after` an id."""
        return [row[0] for row in self._rows(self._unresolved, after=after or NIL, limit=limit)]

    def _complaints(
        self,
        visibility: Visibility,
        conditions: Sequence[SQL | Composed],
        end: SQL | Composed,
        arguments: dict[str, Any],
    ) -> list[ComplaintRow]:
        if visibility.rep_ids is not None:
            conditions = [*conditions, _VISIBLE]
            arguments = arguments | {"reps": list(visibility.rep_ids)}
        where = SQL(" WHERE ") + SQL(" AND ").join(conditions) if conditions else SQL("")
        query = Composed([self._select, where, end])
        return [_complaint(row) for row in self._rows(query, **arguments)]


@dataclass(frozen=True, slots=True)
class _Order:
    by: SQL
    after: SQL


_ORDERS = {
    "due": _Order(
        SQL("next_due_at, complaint_id"),
        SQL(
            "(next_due_at, complaint_id)"
            " > (coalesce(%(at)s::timestamptz, 'infinity'), %(id)s::uuid)"
        ),
    ),
    "-filed": _Order(
        SQL("filed_at DESC, complaint_id DESC"),
        SQL("(filed_at, complaint_id) < (%(at)s::timestamptz, %(id)s::uuid)"),
    ),
}

_VISIBLE = SQL(
    "(owner_id = ANY(%(reps)s) OR second_owner_id = ANY(%(reps)s) OR handler_id = ANY(%(reps)s))"
)


def _conditions(filters: ComplaintFilters) -> tuple[list[SQL | Composed], dict[str, Any]]:
    wanted = (
        (filters.stages, SQL("stage = ANY(%(stages)s)")),
        (filters.is_open is True, SQL("closed_at IS NULL")),
        (filters.is_open is False, SQL("closed_at IS NOT NULL")),
        (filters.priorities, SQL("priority = ANY(%(priorities)s)")),
        (filters.handler_id, SQL("handler_id = %(handler_id)s")),
        (filters.customer_id, SQL("customer_id = %(customer_id)s")),
        (filters.due_before, SQL("next_due_at < %(due_before)s")),
    )
    arguments = {
        "stages": list(filters.stages),
        "priorities": list(filters.priorities),
        "handler_id": filters.handler_id,
        "customer_id": filters.customer_id,
        "due_before": filters.due_before,
    }
    return [condition for is_wanted, condition in wanted if is_wanted], arguments


def _complaint(row: tuple[Any, ...]) -> ComplaintRow:
    values = list(row)
    values[6:11] = (
        ComplaintChannel(row[6]),
        Priority(row[7]),
        Severity(row[8]) if row[8] else None,
        Pressure(row[9]) if row[9] else None,
        Stage(row[10]),
    )
    return ComplaintRow(*values)

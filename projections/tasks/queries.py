"""Asks what is to be done: a page in the order of the days, what stands beside customers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Composed

from domain.access import Visibility
from domain.eventstore.database import Database
from domain.plain import from_plain
from domain.task import Courtesy, TaskKind, TaskState
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as it stands; `version` is the version of its stream, the owners are today's.

    `courtesy` says for which occasion a gift or a visit is due, and by which grade.

    `outcome` says what came of it, or why it was dropped.
    """

    task_id: UUID
    version: int
    customer_id: UUID
    name: str
    company: str
    owner_id: UUID | None
    second_owner_id: UUID | None
    kind: TaskKind
    state: TaskState
    due_on: date
    summary: str
    details: str
    outcome: str
    courtesy: Courtesy | None
    opened_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilters:
    """Which tasks are wanted; what is left out does not count. Days are the company's.

    `due_by` includes that day, `due_before` does not.
    """

    state: TaskState = TaskState.OPEN
    kinds: Collection[TaskKind] = ()
    due_by: date | None = None
    due_before: date | None = None
    owner_id: UUID | None = None
    customer_id: UUID | None = None


OPEN = TaskFilters()


class TaskCounts(NamedTuple):
    """How many open tasks are due on a day, and how many were due before."""

    due: int
    overdue: int


class TaskQueries(Queries):
    """Reads the tasks of customers that a principal may see."""

    def __init__(self, database: Database, schema: str = "tasks") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        self._select = self._sql(
            "SELECT task_id, version, customer_id, c.name, c.company, t.owner_id,"
            " t.second_owner_id, kind, state, due_on, summary, details, outcome, courtesy,"
            " opened_at, ended_at"
            " FROM {schema}.task AS t JOIN {schema}.customer AS c USING (customer_id)"
        )
        # What the owner has to do; a second owner sees it and may do it, and is not told.
        self._count = self._sql(
            "SELECT count(*) FILTER (WHERE due_on = %(day)s), count(*) FILTER (WHERE due_on <"
            " %(day)s) FROM {schema}.task"
            " WHERE state = 'open' AND owner_id = %(rep_id)s AND due_on <= %(day)s"
        )
        self._has_open = self._sql(
            "SELECT DISTINCT customer_id FROM {schema}.task"
            " WHERE customer_id = ANY(%(ids)s) AND state = 'open' AND kind = %(kind)s"
        )

    def get(self, task_id: UUID, visibility: Visibility) -> TaskRow | None:
        """Return a task, None when it is absent or out of scope."""
        rows = self._tasks(visibility, [SQL("task_id = %(id)s")], SQL(""), {"id": task_id})
        return rows[0] if rows else None

    def page(
        self,
        visibility: Visibility,
        filters: TaskFilters = OPEN,
        *,
        after: tuple[date, UUID] | None = None,
        limit: int = 50,
    ) -> list[TaskRow]:
        """Return tasks by the day they are due; `after` is `due_on` and id of the last one seen."""
        conditions, arguments = _conditions(filters)
        if after is not None:
            conditions.append(SQL("(due_on, task_id) > (%(after_on)s, %(after_id)s)"))
            arguments |= {"after_on": after[0], "after_id": after[1]}
        end = SQL(" ORDER BY due_on, task_id LIMIT %(limit)s")
        return self._tasks(visibility, conditions, end, arguments | {"limit": limit})

    def beside(self, customer_ids: Collection[UUID], by: date) -> dict[UUID, list[TaskRow]]:
        """Return the open tasks due by a day of customers that the caller may see."""
        if not customer_ids:
            return {}
        conditions = [
            SQL("customer_id = ANY(%(ids)s)"),
            SQL("state = 'open'"),
            SQL("due_on <= %(by)s"),
        ]
        arguments = {"ids": list(customer_ids), "by": by}
        found: dict[UUID, list[TaskRow]] = {}
        end = SQL(" ORDER BY due_on, task_id")
        for row in self._tasks(Visibility(None), conditions, end, arguments):
            found.setdefault(row.customer_id, []).append(row)
        return found

    def count_for(self, rep_id: UUID, day: date) -> TaskCounts:
        """Return how many open tasks of his customers a representative has on a day, and had."""
        return TaskCounts(*self._rows(self._count, rep_id=rep_id, day=day)[0])

    def with_open(self, customer_ids: Collection[UUID], kind: TaskKind) -> set[UUID]:
        """Return those of the customers who have an open task of a kind."""
        rows = self._rows(self._has_open, ids=list(customer_ids), kind=kind.value)
        return {row[0] for row in rows}

    def _tasks(
        self,
        visibility: Visibility,
        conditions: list[SQL],
        end: SQL,
        arguments: dict[str, Any],
    ) -> list[TaskRow]:
        if visibility.rep_ids is not None:
            conditions = [*conditions, _VISIBLE]
            arguments = arguments | {"reps": list(visibility.rep_ids)}
        where = SQL(" WHERE ") + SQL(" AND ").join(conditions)
        query = Composed([self._select, where, end])
        return [_task(row) for row in self._rows(query, **arguments)]


_VISIBLE = SQL("(t.owner_id = ANY(%(reps)s) OR t.second_owner_id = ANY(%(reps)s))")


def _conditions(filters: TaskFilters) -> tuple[list[SQL], dict[str, Any]]:
    wanted = (
        (filters.kinds, SQL("kind = ANY(%(kinds)s)")),
        (filters.due_by, SQL("due_on <= %(due_by)s")),
        (filters.due_before, SQL("due_on < %(due_before)s")),
        (filters.owner_id, SQL("t.owner_id = %(owner_id)s")),
        (filters.customer_id, SQL("customer_id = %(customer_id)s")),
    )
    # Spelt out, so that the indexes of open tasks fit.
    is_open = filters.state is TaskState.OPEN
    state = SQL("state = 'open'") if is_open else SQL("state = %(state)s AND state <> 'open'")
    arguments = {
        "state": filters.state,
        "kinds": list(filters.kinds),
        "due_by": filters.due_by,
        "due_before": filters.due_before,
        "owner_id": filters.owner_id,
        "customer_id": filters.customer_id,
    }
    return [state, *(condition for is_wanted, condition in wanted if is_wanted)], arguments


def _task(row: tuple[Any, ...]) -> TaskRow:
    values = list(row)
    values[7:9] = TaskKind(row[7]), TaskState(row[8])
    values[13] = from_plain(Courtesy, row[13]) if row[13] else None
    return TaskRow(*values)

"""Keeps the tasks: one row each, with the customer's owners, whoever they are today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection
from domain.task import Task, TaskState
from projections import whose
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

_TASK = {
    "task_id": "uuid",
    "version": "bigint",
    "customer_id": "uuid",
    "owner_id": "uuid",
    "kind": "text",
    "state": "text",
    "due_on": "date",
    "summary": "text",
    "details": "text",
    "outcome": "text",
    "courtesy": "jsonb",
    "opened_at": "timestamptz",
    "ended_at": "timestamptz",
}


class TasksProjection(ReadModel):
    """One row per task that was opened; those decided against stand in the history alone.

    `customer` remembers whose each customer is and what he is called. When he changes hands his
    tasks do too, which is all that a handover needs (R58).
    """

    name = "tasks"
    version = 2
    events = (Task.Event, *whose.EVENTS)
    personal = frozenset({"card", "after", "summary", "details", "outcome", "why"})
    tables = (
        """
        CREATE TABLE {schema}.task (
            task_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            customer_id uuid NOT NULL,
            owner_id uuid,
            second_owner_id uuid,
            kind text NOT NULL,
            state text NOT NULL,
            due_on date NOT NULL,
            summary text NOT NULL,
            details text NOT NULL,
            outcome text NOT NULL,
            courtesy jsonb,
            opened_at timestamptz NOT NULL,
            ended_at timestamptz
        ) WITH (fillfactor = 85);
    """
        + whose.TABLE
    )
    indexes = """
        CREATE INDEX IF NOT EXISTS task_customer ON {schema}.task (customer_id);
        CREATE INDEX IF NOT EXISTS task_open ON {schema}.task (due_on, task_id)
            WHERE state = 'open';
        CREATE INDEX IF NOT EXISTS task_owner ON {schema}.task (owner_id, due_on, task_id)
            WHERE state = 'open';
        CREATE INDEX IF NOT EXISTS task_second_owner
            ON {schema}.task (second_owner_id, due_on, task_id)
            WHERE state = 'open' AND second_owner_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS task_ended ON {schema}.task (due_on, task_id)
            WHERE state <> 'open';
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._tasks = Table(self.schema, "task", key=("task_id",), columns=_TASK)
        self._customers = Table(
            self.schema, "customer", key=("customer_id",), columns=whose.COLUMNS
        )
        self._take_owners = SQL(
            "UPDATE {schema}.task AS t"
            " SET owner_id = c.owner_id, second_owner_id = c.second_owner_id"
            " FROM {schema}.customer c WHERE t.customer_id = c.customer_id"
            " AND t.customer_id = ANY(%b::uuid[])"
        ).format(schema=Identifier(self.schema))

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per task and per customer; then tasks follow their customers' owners."""
        tasks, customers, moved = Rows(self._tasks), Rows(self._customers), set()
        for _, event in batch:
            if isinstance(event, Task.Event):
                _fold(event, tasks)
                if isinstance(event, Task.Opened):
                    moved.add(event.customer_id)
            elif whose.fold(event, customers):
                moved.add(event.originator_id)
        tasks.write(connection)
        customers.write(connection)
        if moved:
            connection.execute(self._take_owners, (list(moved),), prepare=True)


def _fold(event: Any, tasks: Rows) -> None:
    if isinstance(event, Task.Opened):
        tasks.insert(
            event.originator_id,
            version=event.originator_version,
            customer_id=event.customer_id,
            owner_id=event.owner_id,
            kind=event.kind,
            state=TaskState.OPEN.value,
            due_on=event.due_on,
            summary=event.summary,
            details=event.details,
            outcome="",
            courtesy=event.courtesy,
            opened_at=event.timestamp,
        )
    elif isinstance(event, Task.Done):
        _end(event, tasks, TaskState.DONE, event.outcome)
    elif isinstance(event, Task.Dropped):
        _end(event, tasks, TaskState.DROPPED, event.why)


def _end(event: Any, tasks: Rows, state: TaskState, outcome: str) -> None:
    tasks.update(
        event.originator_id,
        version=event.originator_version,
        state=state.value,
        outcome=outcome,
        ended_at=event.timestamp,
    )

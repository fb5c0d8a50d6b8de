"""What all queries share: a schema that is named once, and one way to run a statement."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier

from domain.eventstore.database import Database
from domain.eventstore.statement import Statement

NIL = UUID(int=0)
"""An id before all others."""

read_from: ContextVar[set[str]] = ContextVar("read_from")
"""The read models that an answer is made of; whoever wants to know sets it before, empty (D6)."""


class Queries:
    """Reads from the tables of one read model; knows no writes.

    `schema` is the live one, or one that holds the same tables for another purpose.
    """

    def __init__(self, database: Database, schema: str) -> None:
        """Read from `schema` of `database`; nothing is read yet."""
        self._database = database
        self.schema = schema
        self._statements: dict[Hashable, Statement] = {}

    def _sql(self, text: LiteralString, **parts: Composable) -> Composed:
        """Return `text` with `{schema}` and the other parts filled in."""
        return Statement.of(text, schema=Identifier(self.schema), **parts)

    def _once(self, shape: Hashable, compose: Callable[[], Composed]) -> Composed:
        """Return the statement of a `shape`, composed when the shape is first asked for.

        To be used where few shapes are possible: every one is kept.
        """
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._statements[shape] = Statement([compose()])
        return statement

    def _rows(self, query: Composed, **arguments: Any) -> list[tuple[Any, ...]]:
        """Return the rows that `query` gives; OperationalError when the server stays away."""
        return self._fetch(query, arguments)

    def _expected(self, query: Composed, **arguments: Any) -> int:
        """Return how many rows the server believes `query` would give; it is not run."""
        explain = SQL("EXPLAIN (FORMAT JSON) ") + query
        [[[plan]]] = self._fetch(explain, arguments, prepare=False)
        return int(plan["Plan"]["Plan Rows"])

    def _rows_planned_anew(self, query: Composed, **arguments: Any) -> list[tuple[Any, ...]]:
        """Return the rows that `query` gives, planned for just these arguments.

        To be used where the best way depends on how rare the values asked for are. A plan that is
        kept for all values would look cheap because of the limit, and read whole tables.
        """
        return self._fetch(query, arguments, prepare=False)

    def _fetch(
        self, query: Composed, arguments: dict[str, Any], *, prepare: bool = True
    ) -> list[tuple[Any, ...]]:
        read_from.get(set()).add(self.schema)
        return self._database.fetch(query, arguments, prepare=prepare)

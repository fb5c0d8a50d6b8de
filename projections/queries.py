"""What all queries share: a schema that is named once, and one way to run a statement."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg.sql import SQL, Composable, Composed, Identifier

from domain.eventstore.database import Database


class Queries:
    """Reads from the tables of one read model; knows no writes.

    `schema` is the live one, or one that holds the same tables for another purpose.
    """

    def __init__(self, database: Database, schema: str) -> None:
        """Read from `schema` of `database`; nothing is read yet."""
        self._database = database
        self._schema = schema

    def _sql(self, text: LiteralString, **parts: Composable) -> Composed:
        """Return `text` with `{schema}` and the other parts filled in."""
        return SQL(text).format(schema=Identifier(self._schema), **parts)

    def _rows(self, query: Composed, **arguments: Any) -> list[tuple[Any, ...]]:
        """Return the rows that `query` gives; OperationalError when the server stays away."""
        return self._database.fetch(query, arguments)

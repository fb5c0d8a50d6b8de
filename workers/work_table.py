"""A table of the background work that is not made of events, created where it is missing."""

from __future__ import annotations

from functools import cached_property
from typing import Any, LiteralString

from domain.eventstore.database import Database
from workers import worklist


class WorkTable:
    """Keeps something in a table of the schema `work`; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        """Keep it in `database`, of which nothing is asked before the first use."""
        self._given = database

    @cached_property
    def _database(self) -> Database:
        worklist.prepare(self._given)
        return self._given

    def _change(self, statement: LiteralString, **arguments: Any) -> bool:
        """Return whether anything was changed."""
        with self._database.connection() as connection:
            return connection.execute(statement, arguments).rowcount > 0

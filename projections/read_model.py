"""What every read model is: tables that events fill in batches and that can be thrown away."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, LiteralString, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection
from projections.table import Table


class Recorded(NamedTuple):
    """An event and its position in the log."""

    position: int
    event: Any


class ReadModel(ABC):
    """One question that can be asked, answered by tables in a schema of its own (D6).

    `name` is the schema of the live tables and the name under which the position is kept, so it
    never changes. `version` is raised whenever the same events would make other rows; the tables
    are then built anew beside the live ones. `tables` and `indexes` are SQL with `{schema}` for
    the schema; indexes other than the primary keys are made when a rebuild has filled the tables.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    tables: ClassVar[LiteralString]
    indexes: ClassVar[LiteralString] = ""

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        self.schema = schema or self.name

    @abstractmethod
    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Write what `batch`, in log order, changes, with a few set-based statements.

        Runs inside the transaction that also moves the position; an event arrives exactly once.
        """

    def create_tables(self, connection: Connection) -> None:
        """Create the empty tables in a fresh schema."""
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(self.schema)))
        connection.execute(SQL(self.tables).format(schema=Identifier(self.schema)))

    def create_indexes(self, connection: Connection) -> None:
        """Create the indexes other than the primary keys."""
        if self.indexes:
            connection.execute(SQL(self.indexes).format(schema=Identifier(self.schema)))


class Rows:
    """What a batch makes of the rows of one table: those it brings and those it changes."""

    def __init__(self, table: Table) -> None:
        """Collect for `table`, whose key is a single column."""
        self._table = table
        self._key = table.key[0]
        self._fresh: dict[UUID, dict[str, Any]] = {}
        self._changed: dict[UUID, dict[str, Any]] = {}

    def insert(self, key: UUID, **values: Any) -> None:
        """Bring the row of `key`."""
        self._fresh[key] = values
        values[self._key] = key

    def update(self, key: UUID, **values: Any) -> None:
        """Change the row of `key`, whether the batch brings it or it was there before.

        Where the table keeps the greatest value, an earlier one of the batch counts as well.
        """
        before = self._fresh.get(key) or self._changed.get(key)
        if before is None:
            self._changed[key] = values
            return
        for column in self._table.greatest:
            if column in values and (before.get(column) or values[column]) > values[column]:
                self._keep(column, values)
        before.update(values)

    def _keep(self, column: str, values: dict[str, Any]) -> None:
        """Leave out a value that is not the greatest, with what follows it."""
        del values[column]
        for follower, leader in self._table.follows.items():
            if leader == column:
                values.pop(follower, None)

    def write(self, connection: Connection) -> None:
        """Write everything: one statement for the new rows, one per set of columns changed."""
        self._table.insert(connection, list(self._fresh.values()))
        self._table.update(connection, self._changed)

"""What every read model is: tables that events fill in batches and that can be thrown away."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, ClassVar, LiteralString, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection
from domain.topics import EVENT_CLASSES
from projections.table import Table


class Recorded(NamedTuple):
    """An event and its position in the log."""

    position: int
    event: Any


class ReadModel(ABC):
    """One question that can be asked, answered by tables in a schema of its own (D6).

    `name` is the schema of the live tables and the name under which the position is kept, so it
    never changes. `version` is raised whenever the same events would make other rows; the tables
    are then built anew beside the live ones. `events` are the classes that it is made of, a class
    standing for those below it; `personal` names the personal fields among theirs that it needs,
    for others are not opened for it (D12). One that holds only ids of customers need not forget
    those who were erased: `forgets` is false then. `tables` and `indexes` are SQL with `{schema}`
    for the schema; indexes other than the primary keys are made when a rebuild has filled the
    tables.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    events: ClassVar[tuple[type[Any], ...]]
    personal: ClassVar[frozenset[str]] = frozenset()
    forgets: ClassVar[bool] = True
    tables: ClassVar[LiteralString]
    indexes: ClassVar[LiteralString] = ""

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        self.schema = schema or self.name

    @abstractmethod
    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Write what `batch`, in log order, changes, with a few set-based statements.

        Runs inside the transaction that also moves the position; an event arrives exactly once.
        What is executed is sent at once and waited for when a result is fetched, or at the end.
        """

    @classmethod
    @cache
    def taken(cls) -> frozenset[type[Any]]:
        """Return the classes of which it takes every event."""
        return frozenset(known for known in EVENT_CLASSES.values() if issubclass(known, cls.events))

    @classmethod
    def opened(cls) -> frozenset[type[Any]]:
        """Return those of them in which it needs something personal."""
        return frozenset(t for t in cls.taken() if not cls.personal.isdisjoint(t.PERSONAL))

    @classmethod
    def wanted(cls, recorded: Iterable[Recorded]) -> list[Recorded]:
        """Return what is for it among `recorded`."""
        taken = cls.taken()
        return [entry for entry in recorded if type(entry.event) in taken]

    def forget(self, connection: Connection, customer_ids: Sequence[UUID]) -> None:
        """Delete every row about customers who were erased (D12), unless it keeps ids only."""
        if not self.forgets:
            return
        tables = connection.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = %s AND column_name = 'customer_id' ORDER BY table_name",
            (self.schema,),
        )
        for (table,) in tables.fetchall():
            connection.execute(
                SQL("DELETE FROM {} WHERE customer_id = ANY(%s)").format(
                    Identifier(self.schema, table)
                ),
                (list(customer_ids),),
            )

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
        # By the number of the key, which is found several times sooner than the key itself.
        self._fresh: dict[int, dict[str, Any]] = {}
        self._known: dict[int, dict[str, Any]] = {}
        self._changed: dict[UUID, dict[str, Any]] = {}

    def insert(self, key: UUID, **values: Any) -> None:
        """Bring the row of `key`."""
        self._known[key.int] = self._fresh[key.int] = values
        values[self._key] = key

    def update(self, key: UUID, **values: Any) -> None:
        """Change the row of `key`, whether the batch brings it or it was there before.

        Where the table keeps the greatest value, an earlier one of the batch counts as well.
        """
        before = self._known.get(key.int)
        if before is None:
            self._known[key.int] = self._changed[key] = values
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

"""A table of a read model, written in sets: one statement for a whole batch of rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from psycopg.sql import SQL, Composable, Composed, Identifier
from psycopg.types.json import Json

from domain.eventstore.database import Connection
from domain.eventstore.statement import Statement

Row = Mapping[str, Any]

_encode = msgspec.json.Encoder(decimal_format="string").encode


def as_array(numbers: Iterable[int]) -> str:
    """Return numbers as PostgreSQL reads an array."""
    return f"{{{_encode(list(numbers))[1:-1].decode()}}}"


class Table:
    """Columns with their types, and set-based insert, update and delete.

    `key` is the primary key. Rows travel as one JSON document, which costs us a fifth of what an
    array per column does. Lists become arrays, plain values jsonb; an array that is left out is
    empty. Columns in `greatest` keep the larger of the stored and the new value when updated;
    columns in `follows` keep their value when the one that they follow does.
    """

    def __init__(
        self,
        schema: str,
        name: str,
        *,
        key: Sequence[str],
        columns: Mapping[str, str],
        greatest: Iterable[str] = (),
        follows: Mapping[str, str] | None = None,
    ) -> None:
        """Describe the table `name` in `schema`; creating it is the read model's business."""
        self._qualified = Identifier(schema, name)
        self.key = tuple(key)
        self._columns = dict(columns)
        self.greatest = frozenset(greatest)
        self.follows = dict(follows or {})
        self._statements: dict[Hashable, Statement] = {}

    def insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert `rows`; a row whose key is there already replaces nothing."""
        if rows:
            self._write(connection, self._statement("insert", self._insert_statement), rows)

    def add(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert `rows`, adding the numbers of every column but the key to a row that is there."""
        if rows:
            self._write(connection, self._statement("add", self._add_statement), rows)

    def update(self, connection: Connection, changes: Mapping[Any, Row]) -> None:
        """Change, per value of the (single) key column, the columns given; absent rows stay so."""
        name = self.key[0]
        groups: dict[frozenset[str], list[Row]] = {}
        for key, change in changes.items():
            if change:
                groups.setdefault(frozenset(change), []).append({**change, name: key})
        for names, rows in groups.items():
            statement = self._statement(names, partial(self._update_statement, names))
            self._write(connection, statement, rows)

    def delete(self, connection: Connection, keys: Sequence[Any]) -> None:
        """Delete the rows with these values of the first key column."""
        if keys:
            column = self.key[0]
            statement = self._statement(
                "delete",
                lambda: SQL("DELETE FROM {} WHERE {} = ANY(%b::{}[])").format(
                    self._qualified, Identifier(column), SQL(self._columns[column])
                ),
            )
            connection.execute(statement, (list(keys),), prepare=True)

    @staticmethod
    def _write(connection: Connection, statement: Statement, rows: Sequence[Row]) -> None:
        connection.execute(statement, (Json(rows, dumps=_encode),), prepare=True)

    def _statement(self, name: Hashable, compose: Callable[[], Composed]) -> Statement:
        statement = self._statements.get(name)
        if statement is None:
            statement = self._statements[name] = Statement([compose()])
        return statement

    def _insert_statement(self) -> Composed:
        return SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING").format(
            self._qualified,
            _listed(map(Identifier, self._columns)),
            _listed(map(self._value, self._columns)),
            self._records(self._columns),
        )

    def _add_statement(self) -> Composed:
        numbers = [c for c in self._columns if c not in self.key]
        sums = (
            SQL("{c} = t.{c} + excluded.{c}").format(c=Identifier(column)) for column in numbers
        )
        return SQL(
            "INSERT INTO {} AS t ({}) SELECT {} FROM {} ON CONFLICT ({}) DO UPDATE SET {}"
        ).format(
            self._qualified,
            _listed(map(Identifier, self._columns)),
            _listed(map(self._value, self._columns)),
            self._records(self._columns),
            _listed(map(Identifier, self.key)),
            _listed(sums),
        )

    def _update_statement(self, names: frozenset[str]) -> Composed:
        key = self.key[0]
        columns = [column for column in self._columns if column in names]
        return SQL("UPDATE {} AS t SET {} FROM {} WHERE t.{} = u.{}").format(
            self._qualified,
            _listed(map(self._assigned, columns)),
            self._records((key, *columns)),
            Identifier(key),
            Identifier(key),
        )

    def _assigned(self, column: str) -> Composed:
        name, value = Identifier(column), self._value(column)
        if column in self.greatest:
            return SQL("{} = greatest(t.{}, {})").format(name, name, value)
        if column in self.follows:
            leader = Identifier(self.follows[column])
            return SQL("{} = CASE WHEN t.{} > u.{} THEN t.{} ELSE {} END").format(
                name, leader, leader, name, value
            )
        return SQL("{} = {}").format(name, value)

    def _value(self, column: str) -> Composed:
        is_array = self._columns[column].endswith("[]")
        value = SQL("coalesce(u.{}, '{{}}')") if is_array else SQL("u.{}")
        return value.format(Identifier(column))

    def _records(self, columns: Iterable[str]) -> Composed:
        typed = (
            SQL("{} {}").format(Identifier(column), SQL(self._columns[column]))
            for column in columns
        )
        return SQL("json_to_recordset(%s) AS u ({})").format(_listed(typed))


def _listed(parts: Iterable[Composable]) -> Composed:
    return SQL(", ").join(parts)

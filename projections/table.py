"""A table of a read model, written in sets: one statement for a whole batch of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg.sql import SQL, Composable, Composed, Identifier

from domain.eventstore.database import Connection

SEPARATOR = "\x1f"
"""Joins the values of a text[] column on the way: arrays of arrays do not unnest by row."""

Row = Mapping[str, Any]

_AS_TEXT = frozenset({"jsonb", "integer[]"})
"""Types whose values are sent as text."""


class Table:
    """Columns with their types, and set-based insert, update and delete.

    `key` is the primary key. In `columns` a type may be any scalar type, `jsonb` (given as text),
    `text[]` (given as a list of strings) or `integer[]` (given as its text, `{1,2}`). Columns in
    `greatest` keep the larger of the stored and the new value when updated; columns in `follows`
    keep their value when the one that they follow does.
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
        self._statements: dict[tuple[str, ...], Composed] = {}

    def insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert `rows`; a row whose key is there already replaces nothing."""
        if rows:
            statement = self._statement(("insert", *self._columns), self._insert_statement)
            connection.execute(statement, self._arrays(self._columns, rows), prepare=True)

    def add(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert `rows`, adding the numbers of every column but the key to a row that is there."""
        if rows:
            statement = self._statement(("add", *self._columns), self._add_statement)
            connection.execute(statement, self._arrays(self._columns, rows), prepare=True)

    def update(self, connection: Connection, changes: Mapping[Any, Row]) -> None:
        """Change, per value of the (single) key column, the columns given; absent rows stay so."""
        groups: dict[tuple[str, ...], list[Row]] = {}
        for key, change in changes.items():
            columns = tuple(c for c in self._columns if c in change)
            groups.setdefault(columns, []).append({self.key[0]: key, **change})
        for columns, rows in groups.items():
            if columns:
                statement = self._statement(
                    ("update", *columns), lambda c=columns: self._update_statement(c)
                )
                used = (self.key[0], *columns)
                connection.execute(statement, self._arrays(used, rows), prepare=True)

    def delete(self, connection: Connection, keys: Sequence[Any]) -> None:
        """Delete the rows with these values of the first key column."""
        if keys:
            column = self.key[0]
            statement = self._statement(
                ("delete",),
                lambda: SQL("DELETE FROM {} WHERE {} = ANY(%b::{}[])").format(
                    self._qualified, Identifier(column), SQL(self._columns[column])
                ),
            )
            connection.execute(statement, (list(keys),), prepare=True)

    def _statement(self, key: tuple[str, ...], compose: Any) -> Composed:
        statement = self._statements.get(key)
        if statement is None:
            statement = self._statements[key] = compose()
        return statement

    def _insert_statement(self) -> Composed:
        return SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING").format(
            self._qualified,
            _listed(Identifier(c) for c in self._columns),
            self._selected(self._columns),
            self._unnested(self._columns),
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
            _listed(Identifier(c) for c in self._columns),
            self._selected(self._columns),
            self._unnested(self._columns),
            _listed(Identifier(c) for c in self.key),
            _listed(sums),
        )

    def _update_statement(self, columns: Sequence[str]) -> Composed:
        key = self.key[0]
        return SQL("UPDATE {} AS t SET {} FROM {} WHERE t.{} = u.{}").format(
            self._qualified,
            _listed(self._assigned(column) for column in columns),
            self._unnested((key, *columns)),
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

    def _selected(self, columns: Iterable[str]) -> Composed:
        return _listed(self._value(column) for column in columns)

    def _value(self, column: str) -> Composed:
        sent = SQL("u.{}").format(Identifier(column))
        if self._columns[column] == "text[]":
            return SQL("string_to_array({}, E'\\x1f')").format(sent)
        if self._columns[column] in _AS_TEXT:
            return SQL("{}::{}").format(sent, SQL(self._columns[column]))
        return SQL("{}").format(sent)

    def _unnested(self, columns: Iterable[str]) -> Composed:
        names = list(columns)
        return SQL("unnest({}) AS u ({})").format(
            _listed(SQL("%b::{}[]").format(SQL(self._sent_as(c))) for c in names),
            _listed(Identifier(c) for c in names),
        )

    def _sent_as(self, column: str) -> Any:
        kind = self._columns[column]
        return "text" if kind == "text[]" or kind in _AS_TEXT else kind

    def _arrays(self, columns: Iterable[str], rows: Sequence[Row]) -> list[list[Any]]:
        return [
            [SEPARATOR.join(row.get(c) or ()) for row in rows]
            if self._columns[c] == "text[]"
            else [row.get(c) for row in rows]
            for c in columns
        ]


def _listed(parts: Iterable[Composable]) -> Composed:
    return SQL(", ").join(parts)

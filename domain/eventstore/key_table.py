"""The table of wrapped data keys: keys are destroyed here and wrapped anew (D12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier

from domain.eventstore.binary_arrays import uuids
from domain.eventstore.database import Connection, Database


class KeyTable:
    """The key table in `schema` of `database`."""

    def __init__(self, database: Database, schema: str) -> None:
        """Use the table; nothing is read yet."""
        self._database = database
        self._schema = Identifier(schema)

    def present(self, subject_ids: Iterable[UUID]) -> list[UUID]:
        """Return those of the people whose keys are there."""
        rows = self._database.fetch(
            self._sql(
                "SELECT subject_id FROM {schema}.subject_key"
                " WHERE subject_id = ANY(%s) AND wrapped_key IS NOT NULL"
            ),
            (uuids(subject_ids),),
        )
        return [subject_id for (subject_id,) in rows]

    def destroy(self, subject_ids: Iterable[UUID], at: datetime) -> list[UUID]:
        """Destroy the keys of people for good; return whose were still there.

        What is left of a key tells that it was destroyed, and when, and lets no other one in.
        """
        rows = self._database.fetch(
            self._sql(
                "UPDATE {schema}.subject_key SET wrapped_key = NULL, master_key_version = 0,"
                " erased_at = %s WHERE subject_id = ANY(%s) AND wrapped_key IS NOT NULL"
                " RETURNING subject_id"
            ),
            (at, uuids(subject_ids)),
        )
        return [subject_id for (subject_id,) in rows]

    def destroyed(self) -> dict[UUID, datetime]:
        """Return whose keys were destroyed, and when."""
        rows = self._database.fetch(
            self._sql(
                "SELECT subject_id, erased_at FROM {schema}.subject_key WHERE erased_at IS NOT NULL"
            ),
            (),
        )
        return dict(rows)

    def hold_back(self, connection: Connection, erased: dict[UUID, datetime]) -> None:
        """Have the keys of people be destroyed ones, whether they are there or not."""
        connection.execute(
            self._sql(
                "INSERT INTO {schema}.subject_key"
                " (subject_id, master_key_version, wrapped_key, erased_at)"
                " SELECT s, 0, NULL, a FROM unnest(%s::uuid[], %s::timestamptz[]) AS e (s, a)"
                " ON CONFLICT (subject_id) DO UPDATE SET wrapped_key = NULL,"
                " master_key_version = 0, erased_at = excluded.erased_at"
            ),
            (list(erased), list(erased.values())),
        )

    def _sql(self, text: LiteralString) -> Composed:
        return SQL(text).format(schema=self._schema)

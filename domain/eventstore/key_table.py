"""The table of wrapped data keys: keys are destroyed here and wrapped anew (D12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier

from domain.eventstore.binary_arrays import uuids
from domain.eventstore.database import Connection, Database
from domain.eventstore.keys import WrappedKey


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

    def count_others(self, version: int) -> int:
        """Return how many keys are wrapped under another master key than `version`."""
        rows = self._database.fetch(
            self._sql(
                "SELECT count(*) FROM {schema}.subject_key"
                " WHERE wrapped_key IS NOT NULL AND master_key_version <> %s"
            ),
            (version,),
        )
        return int(rows[0][0])

    def others(self, version: int, limit: int) -> list[WrappedKey]:
        """Return some of them."""
        rows = self._database.fetch(
            self._sql(
                "SELECT subject_id, master_key_version, wrapped_key FROM {schema}.subject_key"
                " WHERE wrapped_key IS NOT NULL AND master_key_version <> %s LIMIT %s"
            ),
            (version, limit),
        )
        return [WrappedKey(*row) for row in rows]

    def exchange(self, old: Sequence[WrappedKey], fresh: Sequence[WrappedKey]) -> None:
        """Put `fresh` in the place of `old`, but of no key that was destroyed meanwhile."""
        self._database.fetch(
            self._sql(
                "UPDATE {schema}.subject_key AS t SET master_key_version = u.version,"
                " wrapped_key = u.fresh FROM unnest(%s::uuid[], %s::bytea[], %s::integer[],"
                " %s::bytea[]) AS u (id, old, version, fresh)"
                " WHERE t.subject_id = u.id AND t.wrapped_key = u.old RETURNING 1"
            ),
            (
                [key.subject_id for key in old],
                [key.wrapped for key in old],
                [key.master_key_version for key in fresh],
                [key.wrapped for key in fresh],
            ),
        )

    def count_lost(self, versions: Sequence[int], topics: Sequence[str]) -> int:
        """Return how many people's keys cannot be had, though nobody erased them.

        Their key is gone, or wrapped under a master key other than `versions`; `topics` are those
        with which people begin.
        """
        rows = self._database.fetch(
            self._sql(
                "SELECT count(*) FROM {schema}.event AS e LEFT JOIN {schema}.subject_key AS k"
                " ON k.subject_id = e.originator_id WHERE e.originator_version = 1"
                " AND e.topic = ANY(%s) AND (k.subject_id IS NULL OR k.wrapped_key IS NOT NULL"
                " AND k.master_key_version <> ALL(%s))"
            ),
            (list(topics), list(versions)),
        )
        return int(rows[0][0])

    @staticmethod
    def hold_back(connection: Connection, schema: str, erased: dict[UUID, datetime]) -> None:
        """Have the keys of people be destroyed ones, whether they are there or not."""
        connection.execute(
            SQL(
                "INSERT INTO {schema}.subject_key"
                " (subject_id, master_key_version, wrapped_key, erased_at)"
                " SELECT s, 0, NULL, a FROM unnest(%s::uuid[], %s::timestamptz[]) AS e (s, a)"
                " ON CONFLICT (subject_id) DO UPDATE SET wrapped_key = NULL,"
                " master_key_version = 0, erased_at = excluded.erased_at"
            ).format(schema=Identifier(schema)),
            (list(erased), list(erased.values())),
        )

    def _sql(self, text: LiteralString) -> Composed:
        return SQL(text).format(schema=self._schema)

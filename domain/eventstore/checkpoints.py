"""Where signed checkpoints are kept, with what makes proofs under them quick (D13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, LiteralString

from psycopg.sql import SQL, Composed, Identifier

from domain.audit.merkle import Subtree
from domain.audit.notes import Checkpoint
from domain.eventstore.database import Database

_ROW = SQL("split_part(note, E'\\n', 1), size, root, note, signed_at")


class CheckpointStore:
    """The checkpoints in `schema`; only the signer adds any."""

    def __init__(self, database: Database, schema: str) -> None:
        """Use `schema` of `database`."""
        self._database = database
        self._schema = schema

    def may_be_signed(self) -> bool:
        """Tell whether the tables are there and whoever is connected may sign."""
        query = SQL(
            "SELECT coalesce(bool_or(has_table_privilege(c.oid, 'INSERT')), false) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = %s AND relname = 'refusal'"
        ).format()
        return bool(self._database.fetch(query, (self._schema,))[0][0])

    def newest(self) -> Checkpoint | None:
        """Return the checkpoint of the longest log, None before the first."""
        found = self.page(limit=1)
        return found[0] if found else None

    def page(self, before_size: int | None = None, limit: int = 50) -> list[Checkpoint]:
        """Return checkpoints of fewer events than `before_size`, the longest log first."""
        return self._select(
            "WHERE size < %(before)s ORDER BY size DESC LIMIT %(limit)s",
            before=2**62 if before_size is None else before_size,
            limit=limit,
        )

    def covering(self, position: int) -> Checkpoint | None:
        """Return the first checkpoint that contains the event at `position`."""
        found = self._select("WHERE size >= %(at)s ORDER BY size LIMIT 1", at=position)
        return found[0] if found else None

    def of_size(self, size: int) -> Checkpoint | None:
        """Return the checkpoint of exactly `size` events."""
        found = self._select("WHERE size = %(size)s", size=size)
        return found[0] if found else None

    def daily(self) -> list[Checkpoint]:
        """Return the last checkpoint of each day (UTC), the longest log last."""
        query = self._sql(
            "SELECT {row} FROM (SELECT DISTINCT ON (signed_at::date) * FROM {schema}.checkpoint"
            " ORDER BY signed_at::date, size DESC) AS last ORDER BY size"
        )
        return [Checkpoint(*row) for row in self._database.fetch(query, {})]

    def verifier_keys(self) -> list[tuple[str, datetime]]:
        """Return the verifier keys that have signed, with when each came, the newest first."""
        query = self._sql("SELECT key, since FROM {schema}.verifier_key ORDER BY since DESC, key")
        return [(key, since) for key, since in self._database.fetch(query, {})]

    def add(self, checkpoint: Checkpoint, key: str, grown: Iterable[tuple[Subtree, bytes]]) -> None:
        """Store a checkpoint, the key that signed it, and the subtrees completed since the last.

        Storing it twice is harmless.
        """
        with self._database.transaction() as connection:
            rows = [(subtree.level, subtree.number, hashed) for subtree, hashed in grown]
            connection.cursor().executemany(
                self._sql(
                    "INSERT INTO {schema}.subtree VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
                ),
                rows,
            )
            connection.execute(
                self._sql("INSERT INTO {schema}.verifier_key VALUES (%s) ON CONFLICT DO NOTHING"),
                (key,),
            )
            connection.execute(
                self._sql(
                    "INSERT INTO {schema}.checkpoint VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
                ),
                (checkpoint.size, checkpoint.root, checkpoint.signed_at, checkpoint.note),
            )

    def refuse(self, at: datetime, size: int, reason: str) -> None:
        """Note that the log does not fit what was signed of it, for /metrics to tell."""
        with self._database.connection() as connection:
            query = self._sql(
                "INSERT INTO {schema}.refusal VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
            )
            connection.execute(query, (at, size, reason))

    def is_refused(self) -> bool:
        """Tell whether the signer refused to sign after the newest checkpoint."""
        query = self._sql(
            "SELECT max(at) >= coalesce((SELECT max(signed_at) FROM {schema}.checkpoint),"
            " '-infinity') FROM {schema}.refusal"
        )
        return bool(self._database.fetch(query, {})[0][0])

    def _select(self, rest: LiteralString, **arguments: Any) -> list[Checkpoint]:
        query = self._sql("SELECT {row} FROM {schema}.checkpoint {rest}", rest=SQL(rest))
        return [Checkpoint(*row) for row in self._database.fetch(query, arguments)]

    def _sql(self, text: LiteralString, **parts: SQL) -> Composed:
        return SQL(text).format(schema=Identifier(self._schema), row=_ROW, **parts)

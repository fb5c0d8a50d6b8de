"""Who still sees what was erased, so that rewriting has to wait for him (D12).

PostgreSQL keeps a row that was deleted as long as anybody may still look at it: a dump, a report, a
replica. Rewriting a table copies such rows, so it would only seem to have let them go.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from psycopg.sql import SQL, Identifier, Literal

from domain.eventstore.database import Connection, Database
from workers import worklist

PATIENCE = 10.0
"""Seconds to wait for those who are about to be done; nobody of ours keeps a transaction longer."""

PAUSE = 0.1

PASSING = timedelta(seconds=2)
"""For how long whoever looks on is not worth telling of."""


class OnlookerKind(StrEnum):
    """What it is that keeps rows: a session, a prepared transaction, a replication slot."""

    SESSION = "session"
    PREPARED = "prepared"
    SLOT = "slot"


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody who is waited for; `name` is the process id of a session.

    `since` is when its transaction began, null where the server does not tell.
    """

    kind: OnlookerKind
    name: str
    application: str
    account: str
    since: datetime | None

    def __str__(self) -> str:
        """Return what a log says of it."""
        told = (self.kind, self.name, self.application, self.account, self.since or "")
        return " ".join(str(each) for each in told if each)


class OnlookersError(Exception):
    """Somebody still sees what was erased; called again, the erasure goes on where it stands."""

    def __init__(self, onlookers: Collection[Onlooker]) -> None:
        """Keep who it is; nobody when he was gone before he could be named."""
        super().__init__("; ".join(map(str, onlookers)))
        self.onlookers = list(onlookers)


class Onlookers:
    """Notes since when customers are erased, and looks for who sees what was before.

    Safe to share between threads and processes.
    """

    def __init__(self, database: Database, schema: str) -> None:
        """Look in `database`, whose event log is in `schema`; nothing is asked yet."""
        self._given = database
        self._query = SQL(
            "SELECT o.* FROM {schema}.onlookers("
            "(SELECT max(horizon) FROM work.erasing WHERE customer_id = ANY(%(ids)s)),"
            " (SELECT max(wal) FROM work.erasing WHERE customer_id = ANY(%(ids)s)),"
            " ARRAY(SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace"
            " WHERE (nspname, relname) IN (({name}, 'subject_key'), ({name}, 'idempotency'),"
            " ('projection', 'parked'), ('work', 'upload'), ('work', 'trial'))"
            " OR nspname LIKE '%%\\_\\_old'"
            " OR nspname IN (SELECT name FROM projection.read_model) AND EXISTS (SELECT FROM"
            " work.erasing WHERE customer_id = ANY(%(ids)s) AND NOT is_rebuilt))) AS o"
            " WHERE since IS NULL OR since <= statement_timestamp() - %(lasting)s"
        ).format(schema=Identifier(schema), name=Literal(schema))

    def note_purged(self, connection: Connection, customer_ids: Collection[UUID]) -> None:
        """Note that keys and rows of customers are gone with this transaction, or were before."""
        connection.execute(
            "INSERT INTO work.erasing (customer_id) SELECT unnest(%s::uuid[])"
            " ON CONFLICT DO NOTHING",
            (list(customer_ids),),
        )

    def note_rebuilt(self, customer_ids: Collection[UUID]) -> None:
        """Note that the lists were built anew without customers, whose purge is noted."""
        self._database.fetch(
            SQL(
                "UPDATE work.erasing SET is_rebuilt = true, horizon = pg_current_xact_id(),"
                " wal = pg_current_wal_insert_lsn() WHERE customer_id = ANY(%s) RETURNING 1"
            ).format(),
            (list(customer_ids),),
        )

    def noted(self) -> dict[UUID, bool]:
        """Return whose purge is noted, and whether the lists were built anew since."""
        query = SQL("SELECT customer_id, is_rebuilt FROM work.erasing").format()
        return dict(self._database.fetch(query, ()))

    def forget(self, customer_ids: Collection[UUID]) -> None:
        """Drop what was noted of customers."""
        query = SQL("DELETE FROM work.erasing WHERE customer_id = ANY(%s) RETURNING 1").format()
        self._database.fetch(query, (list(customer_ids),))

    def look(
        self, customer_ids: Collection[UUID], lasting: timedelta = timedelta(0)
    ) -> list[Onlooker]:
        """Return who sees rows from before customers were purged, or is at their tables now.

        Those are the lists too until they were built anew, for then the old ones are dropped. Only
        who has been at it for as long as `lasting`.
        """
        rows = self._database.fetch(self._query, {"ids": list(customer_ids), "lasting": lasting})
        return [Onlooker(OnlookerKind(kind), *rest) for kind, *rest in rows]

    def keeping(self, customer_ids: Collection[UUID]) -> list[Onlooker]:
        """Return who keeps erasures of customers from going on; no short work of others."""
        noted = self.noted().keys() & customer_ids
        return self.look(noted, PASSING) if noted else []

    def wait(self, customer_ids: Collection[UUID]) -> None:
        """Wait until nobody does; OnlookersError when somebody stays for longer than PATIENCE.

        Whoever comes later sees nothing of them, so he is not waited for.
        """
        until = time.monotonic() + PATIENCE
        left = self.look(customer_ids)
        while left and time.monotonic() < until:
            time.sleep(PAUSE)
            still = self.look(customer_ids)
            left = [each for each in left if each in still]
        if left:
            raise OnlookersError(left)

    @cached_property
    def _database(self) -> Database:
        worklist.prepare(self._given)
        return self._given

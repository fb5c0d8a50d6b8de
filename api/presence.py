"""Who is at which customer just now (在跟进), so that two colleagues do not call him at once.

A hint and no lock: nothing is refused because of it. It is no history either, so it is not in the
log; it goes by itself after some minutes, and a crash of the server may lose it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from psycopg.sql import SQL

from domain.access import Visibility
from domain.eventstore.database import Database

LASTS = timedelta(minutes=5)
"""How long somebody is taken to be at a customer, unless he goes on to another."""

_SETUP_LOCK = 0x6B657A6E  # "kezn"
_SETUP = """
    CREATE SCHEMA IF NOT EXISTS web;
    CREATE UNLOGGED TABLE IF NOT EXISTS web.presence (
        rep_id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        owner_id uuid,
        second_owner_id uuid,
        since timestamptz NOT NULL
    );
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A colleague who is at a customer since some moment."""

    rep_id: UUID
    customer_id: UUID
    since: datetime


class Presence:
    """Remembers one customer for each representative; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        """Keep it in `database`, which nothing is asked of before the first use."""
        self._given = database

    def turn_to(
        self,
        rep_id: UUID,
        customer_id: UUID,
        owners: tuple[UUID | None, UUID | None],
        now: datetime,
    ) -> None:
        """Say that somebody is at a customer, and at no other; `owners` may see that."""
        with self._database.connection() as connection:
            connection.execute(
                "INSERT INTO web.presence VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT (rep_id) DO UPDATE SET customer_id = excluded.customer_id,"
                " owner_id = excluded.owner_id, second_owner_id = excluded.second_owner_id,"
                " since = excluded.since",
                (rep_id, customer_id, *owners, now),
            )

    def others(self, rep_id: UUID | None, visibility: Visibility, now: datetime) -> list[AtWork]:
        """Return who else is at a customer that is visible, by whoever came first."""
        rows = self._database.fetch(
            SQL(
                "SELECT rep_id, customer_id, since, owner_id, second_owner_id FROM web.presence"
                " WHERE since > %(since)s AND rep_id IS DISTINCT FROM %(rep_id)s"
                " ORDER BY since, rep_id"
            ).format(),
            {"since": now - LASTS, "rep_id": rep_id},
        )
        return [
            AtWork(rep_id=who, customer_id=customer_id, since=since)
            for who, customer_id, since, *owners in rows
            if visibility.covers(*owners)
        ]

    @cached_property
    def _database(self) -> Database:
        self._given.set_up(_SETUP, _SETUP_LOCK)
        return self._given

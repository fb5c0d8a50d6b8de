"""Asks what is owed, and since when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from domain.eventstore.binary_arrays import uuids
from domain.eventstore.database import Database
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class ObligationRow:
    """Something still to be decided."""

    key: UUID
    kind: str
    subject_id: UUID
    customer_id: UUID | None
    rep_id: UUID | None
    day: date | None
    due_at: datetime
    expires_at: datetime | None
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many obligations of a kind are past their moment, and the oldest of these moments."""

    kind: str
    count: int
    oldest_due_at: datetime


class Neglected(NamedTuple):
    """How many customers of a representative are about to go back, and climbed the ladder."""

    returning: int = 0
    escalated: int = 0


class ObligationQueries(Queries):
    """Reads the obligations."""

    def __init__(self, database: Database, schema: str = "obligations") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        columns = (
            "SELECT key, kind, subject_id, customer_id, rep_id, day, due_at, expires_at, payload"
            " FROM {schema}.obligation"
        )
        owed = f"{columns} WHERE due_at IS NOT NULL"
        self._load = self._sql(f"{owed} AND key = ANY(%(keys)s) ORDER BY due_at, key")
        self._about = self._sql(f"{owed} AND subject_id = %(subject_id)s ORDER BY due_at, key")
        self._next = self._sql("SELECT min(due_at) FROM {schema}.obligation WHERE due_at > %(now)s")
        self._overdue = self._sql(
            "SELECT kind, count(*), min(due_at) FROM {schema}.obligation"
            " WHERE due_at <= %(now)s GROUP BY kind ORDER BY kind"
        )
        self._open = self._sql(
            "SELECT kind, count(*) FROM {schema}.obligation WHERE due_at IS NOT NULL GROUP BY kind"
        )

        # Those of whom it is decided, and those of whom it falls due this very moment.
        self._neglected = self._sql(
            "SELECT rep_id, count(*) FILTER (WHERE is_returning),"
            " count(*) FILTER (WHERE is_escalated) FROM ("
            "SELECT rep_id,"
            " returns_on IS NOT NULL OR (kind = 'pool_warning' AND due_at <= %(now)s),"
            " level > 0 OR (kind = 'follow_up' AND due_at <= %(now)s)"
            " FROM {schema}.neglect WHERE rep_id = ANY(%(rep_ids)s)"
            " AND (level > 0 OR returns_on IS NOT NULL)"
            " UNION ALL "
            "SELECT rep_id, kind = 'pool_warning', kind = 'follow_up' FROM {schema}.neglect"
            " WHERE due_at <= %(now)s AND rep_id = ANY(%(rep_ids)s)"
            " AND level = 0 AND returns_on IS NULL"
            ") AS n (rep_id, is_returning, is_escalated) GROUP BY rep_id"
        )

    def load(self, keys: Collection[UUID]) -> list[ObligationRow]:
        """Return those of `keys` that are still owed, in the order they fall due."""
        return [ObligationRow(*row) for row in self._rows(self._load, keys=uuids(keys))]

    def about(self, subject_id: UUID) -> list[ObligationRow]:
        """Return what is owed about a subject, in the order it falls due."""
        return [ObligationRow(*row) for row in self._rows(self._about, subject_id=subject_id)]

    def next_due_at(self, now: datetime) -> datetime | None:
        """Return when the next obligation after `now` falls due."""
        found: datetime | None = self._rows(self._next, now=now)[0][0]
        return found

    def overdue(self, now: datetime) -> list[Overdue]:
        """Return what is past its moment, by kind."""
        return [Overdue(*row) for row in self._rows(self._overdue, now=now)]

    def neglected(self, rep_ids: Collection[UUID], now: datetime) -> dict[UUID, Neglected]:
        """Return how each of these representatives neglects his customers; who does not is absent.

        What falls due at `now` counts, be it decided already or not.
        """
        rows = self._rows(self._neglected, rep_ids=list(rep_ids), now=now)
        return {rep_id: Neglected(*counts) for rep_id, *counts in rows}

    def open_counts(self) -> dict[str, int]:
        """Return how many obligations are open, by kind."""
        return {row[0]: row[1] for row in self._rows(self._open)}

"""Asks who looked into whose past, anywhere in the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.access_record import AccessKind
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from projections.applying import Batch
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class AccessRow:
    """A recorded read: `actor` looked at what `access` says of a customer, for the reason `why`.

    `day` is one of the company's zone. The reason is empty where none was asked for, and gone with
    the key of a customer who was erased.
    """

    position: int
    recorded_at: datetime
    day: date
    actor: str
    customer_id: UUID
    access: AccessKind
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFilters:
    """Which reads are wanted: by whom, of whom, of what kind, on days from `since` to `until`."""

    reader_id: UUID | None = None
    customer_id: UUID | None = None
    access: AccessKind | None = None
    since: date | None = None
    until: date | None = None


class AccessQueries(Queries):
    """Finds recorded reads in the index and their reasons in the log, for auditors."""

    def __init__(self, log: EventLog, database: Database, schema: str = "accesses") -> None:
        """Read the index in `schema` of `database` and the events of `log`."""
        super().__init__(database, schema)
        self._log = log
        self._page = self._sql(
            "SELECT position, recorded_at, day, actor, customer_id, access FROM {schema}.access"
            " WHERE position < %(after)s"
            " AND (%(actor)s::text IS NULL OR actor = %(actor)s)"
            " AND (%(customer_id)s::uuid IS NULL OR customer_id = %(customer_id)s)"
            " AND (%(access)s::text IS NULL OR access = %(access)s)"
            " AND (%(since)s::date IS NULL OR day >= %(since)s)"
            " AND (%(until)s::date IS NULL OR day <= %(until)s)"
            " ORDER BY position DESC LIMIT %(limit)s"
        )

    def page(
        self, filters: AccessFilters, after: int | None = None, limit: int = 50
    ) -> list[AccessRow]:
        """Return reads, the newest first; `after` is the position of the last one seen."""
        rows = self._rows_planned_anew(
            self._page,
            after=2**62 if after is None else after,
            actor=str(filters.reader_id) if filters.reader_id else None,
            customer_id=filters.customer_id,
            access=filters.access.value if filters.access else None,
            since=filters.since,
            until=filters.until,
            limit=limit,
        )
        whys = self._whys([row[0] for row in rows])
        return [_row(row, whys.get(row[0], "")) for row in rows]

    def _whys(self, positions: list[int]) -> dict[int, str]:
        notifications = self._log.recorder.select_positions(positions)
        if not notifications:
            return {}
        # With no key from memory: who was erased by another process is erased here at once.
        recorded = Batch(notifications, self._log.mapper.afresh()).recorded
        return {position: event.why for position, event in recorded}


def _row(row: tuple[Any, ...], why: str) -> AccessRow:
    position, recorded_at, day, actor, customer_id, access = row
    return AccessRow(position, recorded_at, day, actor, customer_id, AccessKind(access), why)

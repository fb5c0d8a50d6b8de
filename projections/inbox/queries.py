"""Asks what a representative was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.eventstore.database import Database
from projections.queries import Queries

COUNTED = 1_000
"""Unread items are counted up to here; nobody reads the difference."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """Something a representative was told; `facts` depend on the kind and hold no words."""

    item_id: UUID
    rep_id: UUID
    at: datetime
    kind: str
    facts: dict[str, Any]
    customer_id: UUID | None
    complaint_id: UUID | None
    read_at: datetime | None


class InboxQueries(Queries):
    """Reads one representative's inbox at a time."""

    def __init__(self, database: Database, schema: str = "inbox") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        newest = (
            "SELECT item_id, rep_id, at, kind, facts, customer_id, complaint_id, read_at"
            " FROM {schema}.item WHERE rep_id = %(rep_id)s"
            " AND (at, item_id) < (coalesce(%(at)s::timestamptz, 'infinity'), %(item_id)s)"
        )
        end = " ORDER BY at DESC, item_id DESC LIMIT %(limit)s"
        self._page = self._sql(f"{newest}{end}")
        self._unread = self._sql(f"{newest} AND read_at IS NULL{end}")
        self._get = self._sql(
            "SELECT item_id, rep_id, at, kind, facts, customer_id, complaint_id, read_at"
            " FROM {schema}.item WHERE rep_id = %(rep_id)s AND item_id = %(item_id)s"
        )
        self._unread_among = self._sql(
            "SELECT item_id FROM {schema}.item WHERE rep_id = %(rep_id)s"
            " AND item_id = ANY(%(item_ids)s) AND read_at IS NULL ORDER BY at, item_id"
        )
        self._count = self._sql(
            "SELECT count(*) FROM (SELECT FROM {schema}.item"
            " WHERE rep_id = %(rep_id)s AND read_at IS NULL LIMIT %(most)s) AS unread"
        )

    def page(
        self,
        rep_id: UUID,
        *,
        unread: bool = False,
        after: tuple[datetime, UUID] | None = None,
        limit: int = 50,
    ) -> list[InboxItem]:
        """Return the newest items first; `after` is `at` and id of the last one seen."""
        at, item_id = after or (None, UUID(int=0))
        query = self._unread if unread else self._page
        rows = self._rows(query, rep_id=rep_id, at=at, item_id=item_id, limit=limit)
        return [InboxItem(*row) for row in rows]

    def get(self, rep_id: UUID, item_id: UUID) -> InboxItem | None:
        """Return one item, None when it is not in this representative's inbox."""
        rows = self._rows(self._get, rep_id=rep_id, item_id=item_id)
        return InboxItem(*rows[0]) if rows else None

    def unread_among(self, rep_id: UUID, item_ids: Sequence[UUID]) -> tuple[UUID, ...]:
        """Return which of these items are in this representative's inbox and wait to be seen."""
        rows = self._rows(self._unread_among, rep_id=rep_id, item_ids=list(item_ids))
        return tuple(row[0] for row in rows)

    def unread_count(self, rep_id: UUID) -> int:
        """Return how many items wait to be seen, 1,000 at most."""
        return int(self._rows(self._count, rep_id=rep_id, most=COUNTED)[0][0])

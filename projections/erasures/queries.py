"""Asks for legal holds and erasures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.eventstore.database import Database
from projections.queries import NIL, Queries


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """A person who was erased; `completed_at` is null as long as something is to be purged."""

    customer_id: UUID
    position: int
    erased_at: datetime
    erased_by: str
    ground: str
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A customer who may not be erased."""

    customer_id: UUID
    held_at: datetime


class ErasureQueries(Queries):
    """Reads holds and erasures, which administrators and auditors see."""

    def __init__(self, database: Database, schema: str = "erasures") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        columns = (
            "SELECT customer_id, position, erased_at, erased_by, ground, completed_at"
            " FROM {schema}.person WHERE position IS NOT NULL"
        )
        self._page = self._sql(
            f"{columns} AND position < %(after)s ORDER BY position DESC LIMIT %(limit)s"
        )
        self._unfinished = self._sql(f"{columns} AND completed_at IS NULL ORDER BY position")
        self._held = self._sql(
            "SELECT customer_id, held_at FROM {schema}.person WHERE held_at IS NOT NULL"
            " AND erased_at IS NULL AND (held_at, customer_id) > (%(at)s, %(customer_id)s)"
            " ORDER BY held_at, customer_id LIMIT %(limit)s"
        )

    def page(self, after: int | None, limit: int) -> list[ErasureRow]:
        """Return who was erased, the latest first."""
        newest = 2**62 if after is None else after
        return [ErasureRow(*row) for row in self._rows(self._page, after=newest, limit=limit)]

    def unfinished(self) -> list[ErasureRow]:
        """Return whose erasure is not completed, in the order they were erased."""
        return [ErasureRow(*row) for row in self._rows(self._unfinished)]

    def held(self, after: tuple[datetime, UUID] | None, limit: int) -> list[HoldRow]:
        """Return who is under a hold, the longest held first."""
        at, customer_id = after or ("-infinity", NIL)
        rows = self._rows(self._held, at=at, customer_id=customer_id, limit=limit)
        return [HoldRow(*row) for row in rows]

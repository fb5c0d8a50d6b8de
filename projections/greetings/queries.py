"""Asks what became of greetings that were decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from psycopg.sql import SQL

from domain.access import Visibility
from domain.eventstore.database import Database
from projections.listing import visible
from projections.queries import Queries


class GreetingState(StrEnum):
    """How a greeting stands: on its way, how its message ended, or that none was sent."""

    ISSUED = "issued"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    RESERVED = "reserved"
    """A representative greets in person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRow:
    """A greeting that was decided on, `on` a calendar date where the customer lives.

    `reason` says why he was not greeted, `rep_id` who greets in person; `channel` is empty when
    there was no message. `ended_at` is null while it is on its way.
    """

    key: UUID
    customer_id: UUID
    name: str
    company: str
    owner_id: UUID | None
    occasion: str
    year: str
    on: date
    state: GreetingState
    reason: str
    channel: str
    rep_id: UUID | None
    decided_at: datetime
    ended_at: datetime | None


_NAMES = tuple(DecidedRow.__dataclass_fields__)


class GreetingQueries(Queries):
    """Reads the greetings that were decided on."""

    def __init__(self, database: Database, schema: str = "greetings") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)

    def page(
        self,
        visibility: Visibility,
        first: date,
        last: date,
        *,
        state: GreetingState | None = None,
        after: tuple[date, UUID] | None = None,
        limit: int = 50,
    ) -> list[DecidedRow]:
        """Return what was decided for `first` to `last` of customers in scope, the latest first."""
        conditions, arguments = visible(visibility)
        query = self._sql(
            "SELECT g.key, g.customer_id, c.name, c.company, c.owner_id, g.occasion, g.year,"
            " g.day, g.state, g.reason, g.channel, g.rep_id, g.decided_at, g.ended_at"
            " FROM {schema}.greeting g JOIN {schema}.customer c USING (customer_id)"
            " WHERE g.day BETWEEN %(first)s AND %(last)s AND {seen}"
            " AND (%(state)s::text IS NULL OR g.state = %(state)s)"
            " AND (%(day)s::date IS NULL OR (g.day, g.key) < (%(day)s::date, %(key)s::uuid))"
            " ORDER BY g.day DESC, g.key DESC LIMIT %(limit)s",
            seen=SQL(" AND ").join(conditions) if conditions else SQL("true"),
        )
        day, key = after or (None, None)
        given = {"first": first, "last": last, "state": state, "day": day, "key": key}
        rows = self._rows(query, **given, limit=limit, **arguments)
        found = (dict(zip(_NAMES, row, strict=True)) for row in rows)
        return [DecidedRow(**row | {"state": GreetingState(row["state"])}) for row in found]

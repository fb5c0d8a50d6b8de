"""Asks what representatives did: day by day, or summed up over a span."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.sql import SQL

from domain.access import Visibility
from domain.eventstore.database import Database
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class Work:
    """How much of each kind of work was done (R61)."""

    customers_added: int
    calls: int
    visits: int
    other_contacts: int
    complaints_handled: int
    purchases: int


@dataclass(frozen=True, slots=True)
class WorkloadDay:
    """What a representative did on a day on which he did something."""

    rep_id: UUID
    day: date
    work: Work


@dataclass(frozen=True, slots=True)
class WorkloadTotal:
    """What a representative did over the days asked for, and on how many he did something."""

    rep_id: UUID
    days: int
    work: Work


@dataclass(frozen=True, slots=True)
class Stretch:
    """How many contacts of a day were recorded on that day, from when to when."""

    contacts: int
    first_at: datetime
    last_at: datetime


class WorkloadQueries(Queries):
    """Reads the work of the representatives in scope."""

    def __init__(self, database: Database, schema: str = "workload") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        chosen = SQL(
            " WHERE day BETWEEN %(first_day)s AND %(last_day)s"
            " AND (%(rep_ids)s::uuid[] IS NULL OR rep_id = ANY(%(rep_ids)s))"
        )
        # Everybody in scope, day by day.
        self._days = self._sql(
            "SELECT rep_id, day, customers_added, calls, visits, other_contacts,"
            " complaints_handled, purchases FROM {schema}.day{chosen} ORDER BY day, rep_id",
            chosen=chosen,
        )
        # The same, summed up for each representative.
        self._totals = self._sql(
            "SELECT rep_id, count(*), sum(customers_added), sum(calls), sum(visits),"
            " sum(other_contacts), sum(complaints_handled), sum(purchases)"
            " FROM {schema}.day{chosen} GROUP BY rep_id ORDER BY rep_id",
            chosen=chosen,
        )

        self._stretch = self._sql(
            "SELECT contacts, first_at, last_at FROM {schema}.stretch"
            " WHERE rep_id = %(rep_id)s AND day = %(day)s"
        )
        self._contact_days = self._sql(
            "SELECT day FROM {schema}.day WHERE rep_id = %(rep_id)s AND day <= %(last_day)s"
            " AND calls + visits + other_contacts > 0 ORDER BY day DESC LIMIT %(limit)s"
        )

    def stretch(self, rep_id: UUID, day: date) -> Stretch | None:
        """Return over which time somebody recorded his contacts of a day, None without any."""
        rows = self._rows(self._stretch, rep_id=rep_id, day=day)
        return Stretch(*rows[0]) if rows else None

    def contact_days(self, rep_id: UUID, last_day: date, limit: int) -> list[date]:
        """Return the last days up to `last_day` on which somebody made a contact, latest first."""
        rows = self._rows(self._contact_days, rep_id=rep_id, last_day=last_day, limit=limit)
        return [day for (day,) in rows]

    def days(
        self, visibility: Visibility, first_day: date, last_day: date, rep_id: UUID | None = None
    ) -> list[WorkloadDay]:
        """Return the days from `first_day` to `last_day` on which something was done."""
        chosen = _chosen(visibility, rep_id)
        rows = self._rows(self._days, first_day=first_day, last_day=last_day, rep_ids=chosen)
        return [WorkloadDay(who, day, Work(*figures)) for who, day, *figures in rows]

    def totals(
        self, visibility: Visibility, first_day: date, last_day: date, rep_id: UUID | None = None
    ) -> list[WorkloadTotal]:
        """Return what each representative in scope did from `first_day` to `last_day`."""
        chosen = _chosen(visibility, rep_id)
        rows = self._rows(self._totals, first_day=first_day, last_day=last_day, rep_ids=chosen)
        return [WorkloadTotal(who, days, Work(*figures)) for who, days, *figures in rows]


def _chosen(visibility: Visibility, rep_id: UUID | None) -> list[UUID] | None:
    """Return whose work is asked for, None for everybody's."""
    if rep_id is None:
        return None if visibility.rep_ids is None else list(visibility.rep_ids)
    return [rep_id] if visibility.covers(rep_id) else []

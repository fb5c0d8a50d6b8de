"""Counts what each representative did on each day of the company (业务员工作量统计, R61)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.sql import SQL, Identifier

from domain.complaint import Complaint
from domain.contact import ContactMethod
from domain.customer import Customer
from domain.eventstore.database import Connection
from domain.policies.book import PolicyKind
from domain.policies.calendar import CalendarPolicy
from domain.policy import Policy
from projections.read_model import ReadModel, Recorded
from projections.table import Table

FIGURES = (
    "customers_added",
    "calls",
    "visits",
    "other_contacts",
    "complaints_handled",
    "purchases",
)

Done = tuple[UUID, date, str]
"""Who did what on which day."""


class WorkloadProjection(ReadModel):
    """One row per representative and day.

    Work counts for whoever did it, not for the owner: who opened the file, made the contact, found
    the solution, noted the purchase. It counts on the day it was done, so a contact recorded later
    goes to its own day; a solution to the day in the zone that the company had then. What our own
    processes did is nobody's work.
    """

    name = "workload"
    version = 1
    events = (
        Customer.Created,
        Customer.Contacted,
        Customer.PurchaseRecorded,
        Complaint.Resolved,
        Policy.Adopted,
        Policy.Amended,
    )
    tables = """
        CREATE TABLE {schema}.day (
            rep_id uuid,
            day date,
            customers_added integer NOT NULL,
            calls integer NOT NULL,
            visits integer NOT NULL,
            other_contacts integer NOT NULL,
            complaints_handled integer NOT NULL,
            purchases integer NOT NULL,
            PRIMARY KEY (rep_id, day)
        ) WITH (fillfactor = 85);
        CREATE TABLE {schema}.calendar (
            is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
            zone text NOT NULL
        )
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS day_of_all ON {schema}.day (day)
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        columns = {"rep_id": "uuid", "day": "date", **dict.fromkeys(FIGURES, "integer")}
        self._days = Table(self.schema, "day", key=("rep_id", "day"), columns=columns)
        self._read_zone = SQL("SELECT zone FROM {}.calendar").format(Identifier(self.schema))
        self._keep_zone = SQL(
            "INSERT INTO {}.calendar (zone) VALUES (%s)"
            " ON CONFLICT (is_only) DO UPDATE SET zone = excluded.zone"
        ).format(Identifier(self.schema))

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Count the work of the batch and add it to the days."""
        zone: ZoneInfo | None = None
        counts: Counter[Done] = Counter()
        for _, event in batch:
            if type(event) in _COUNTED:
                rep_id, day, figure = _COUNTED[type(event)](event)
                if rep_id is not None:
                    counts[rep_id, day, figure] += 1
            elif isinstance(event, Complaint.Resolved):
                zone = zone or self._zone(connection)
                rep_id = _actor(event)
                if rep_id is not None:
                    day = event.timestamp.astimezone(zone).date()
                    counts[rep_id, day, "complaints_handled"] += 1
            elif event.originator_id == _CALENDAR:
                zone = ZoneInfo(event.content["zone"])
                connection.execute(self._keep_zone, (zone.key,))
        self._days.add(connection, _rows(counts))

    def _zone(self, connection: Connection) -> ZoneInfo:
        row = connection.execute(self._read_zone).fetchone()
        return ZoneInfo(row[0] if row else CalendarPolicy().zone)


_CALENDAR = PolicyKind.CALENDAR.stream_id

_CONTACTS = {ContactMethod.PHONE.value: "calls", ContactMethod.VISIT.value: "visits"}

_COUNTED: dict[type[Any], Callable[[Any], tuple[UUID | None, date, str]]] = {
    Customer.Created: lambda event: (_actor(event), event.registered_on, "customers_added"),
    Customer.Contacted: lambda event: (
        event.contacted_by,
        event.contacted_on,
        _CONTACTS.get(event.method, "other_contacts"),
    ),
    Customer.PurchaseRecorded: lambda event: (_actor(event), event.purchased_on, "purchases"),
}
"""Who did what on which day, by the event that tells."""


def _actor(event: Any) -> UUID | None:
    """Return the representative who signed an event, None for one of our own processes."""
    return None if event.actor.startswith("kezhi/") else UUID(event.actor)


def _rows(counts: Counter[Done]) -> list[dict[str, Any]]:
    days: dict[tuple[UUID, date], dict[str, Any]] = {}
    for (rep_id, day, figure), count in counts.items():
        row = days.setdefault(
            (rep_id, day), {"rep_id": rep_id, "day": day, **dict.fromkeys(FIGURES, 0)}
        )
        row[figure] = count
    return list(days.values())

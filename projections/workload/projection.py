"""Counts what each representative did on each day of the company (业务员工作量统计, R61)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
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

    Beside it, per representative and day, from when to when contacts of that day were recorded on
    that day, and how many: only these tell how fast somebody works. A sheet tells nothing of it.
    """

    name = "workload"
    version = 2
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
        CREATE TABLE {schema}.stretch (
            rep_id uuid,
            day date,
            contacts integer NOT NULL,
            first_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL,
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
        self._stretch = SQL(
            "INSERT INTO {}.stretch AS s (rep_id, day, contacts, first_at, last_at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (rep_id, day) DO UPDATE SET"
            " contacts = s.contacts + excluded.contacts,"
            " first_at = least(s.first_at, excluded.first_at),"
            " last_at = greatest(s.last_at, excluded.last_at)"
        ).format(Identifier(self.schema))
        self._read_zone = SQL("SELECT zone FROM {}.calendar").format(Identifier(self.schema))
        self._keep_zone = SQL(
            "INSERT INTO {}.calendar (zone) VALUES (%s)"
            " ON CONFLICT (is_only) DO UPDATE SET zone = excluded.zone"
        ).format(Identifier(self.schema))

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Count the work of the batch and add it to the days."""
        zone: ZoneInfo | None = None
        counts: Counter[Done] = Counter()
        at_once: dict[tuple[UUID | None, date], list[datetime]] = defaultdict(list)
        for _, event in batch:
            if isinstance(event, Customer.Contacted) and _is_by_hand(event):
                zone = zone or self._zone(connection)
                if event.timestamp.astimezone(zone).date() == event.contacted_on:
                    at_once[event.contacted_by, event.contacted_on].append(event.timestamp)
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
        if at_once:
            rows = [(*key, len(at), min(at), max(at)) for key, at in at_once.items()]
            connection.cursor().executemany(self._stretch, rows)

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


def _is_by_hand(event: Any) -> bool:
    return event.contacted_by is not None and event.through != "import"


def _rows(counts: Counter[Done]) -> list[dict[str, Any]]:
    days: dict[tuple[UUID, date], dict[str, Any]] = {}
    for (rep_id, day, figure), count in counts.items():
        row = days.setdefault(
            (rep_id, day), {"rep_id": rep_id, "day": day, **dict.fromkeys(FIGURES, 0)}
        )
        row[figure] = count
    return list(days.values())

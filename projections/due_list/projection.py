"""Keeps the due list: one item per customer, for everybody is due some day (到期清单)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.customer import Customer
from domain.eventstore.database import Connection
from domain.journal import Due
from projections import ladder
from projections.due_list.queries import CARRIED, ORDERS
from projections.listing import SECTOR, indexes
from projections.ownership import OWNERS
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

COLUMNS = {
    "customer_id": "uuid",
    "version": "bigint",
    "name": "text",
    "company": "text",
    "contact": "text",
    "phones": "text[]",
    "owner_id": "uuid",
    "second_owner_id": "uuid",
    "grade": "text",
    "due_on": "date",
    "due_rule": "text",
    "counted_from": "date",
    "interval_days": "integer",
    "cadence_version": "integer",
    "calendar_version": "integer",
    "moved_from": "date",
    **ladder.COLUMNS,
    "last_contact_on": "date",
    "last_method": "text",
    "route": "text",
    "route_position": "integer",
}

_SHOWN = frozenset({"name", "company", "contact", "phones"})
_ROUTE = frozenset({"route", "route_position"})
_DEFAULTS = {"name": "", "company": "", "contact": "", "last_method": "", "route": ""}


class DueListProjection(ReadModel):
    """One item per customer, with all that the list shows.

    Who is on no route comes after the routes, who has no place on his after those who have one,
    and who was never contacted before all others. Who has no owner is in the pool, due for nobody.
    """

    name = "due_list"
    version = 4
    events = (Customer.Event,)
    personal = frozenset({"card", "after"})
    tables = (
        """
        CREATE TABLE {schema}.item (
            customer_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            name text NOT NULL,
            company text NOT NULL,
            contact text NOT NULL,
            phones text[] NOT NULL,
            owner_id uuid,
            second_owner_id uuid,
            grade text NOT NULL,
            due_on date NOT NULL,
            due_rule text NOT NULL,
            counted_from date NOT NULL,
            interval_days integer NOT NULL,
            cadence_version integer NOT NULL,
            calendar_version integer NOT NULL,
            moved_from date,
            last_contact_on date,
            last_method text NOT NULL,
            route text NOT NULL,
            route_position integer,
            route_order text COLLATE "C" NOT NULL
                GENERATED ALWAYS AS (coalesce(nullif(left(route, 60), ''), chr(1114111))) STORED,
            place_order integer NOT NULL
                GENERATED ALWAYS AS (coalesce(route_position, 2147483647)) STORED,
        """
        + ladder.TABLE
        + """
            contact_order date NOT NULL
                GENERATED ALWAYS AS (coalesce(last_contact_on, '-infinity'::date)) STORED,
            sector smallint NOT NULL GENERATED ALWAYS AS ("""
        + SECTOR
        + """) STORED
        ) WITH (fillfactor = 85)
        """
    )
    # What is due is a small part of all; it is found by its date and then put into other orders.
    indexes = indexes("item", [ORDERS["due"]], CARRIED)

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._items = Table(
            self.schema,
            "item",
            key=("customer_id",),
            columns=COLUMNS,
            greatest=("last_contact_on",),
            follows={"last_method": "last_contact_on"},
        )

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per customer, insert the new items and update the others."""
        items = Rows(self._items)
        for _, event in batch:
            values = _VALUES[type(event)](event)
            values["version"] = event.originator_version
            change = items.insert if isinstance(event, Customer.Created) else items.update
            change(event.originator_id, **values)
        items.write(connection)


def _some(names: frozenset[str], values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if name in names}


def _due(due: Due) -> dict[str, Any]:
    return {
        "due_on": due.on,
        "due_rule": due.rule,
        "counted_from": due.counted_from,
        "interval_days": due.interval_days,
        "cadence_version": due.cadence_version,
        "calendar_version": due.calendar_version,
        "moved_from": due.moved_from,
    }


def _created(event: Any) -> dict[str, Any]:
    return {
        **_DEFAULTS,
        **_some(_SHOWN, event.card),
        **_some(_ROUTE, event.classification),
        "owner_id": event.owner_id,
        "second_owner_id": event.second_owner_id,
        "grade": event.grade,
        **_due(event.due),
    }


def _regraded(event: Any) -> dict[str, Any]:
    row = _due(event.due)
    row["grade"] = event.to_grade
    return row


def _contacted(event: Any) -> dict[str, Any]:
    row = _regraded(event)
    row.update(ladder.BELOW)
    row["last_contact_on"] = event.contacted_on
    row["last_method"] = event.method
    return row


def _claimed(event: Any) -> dict[str, Any]:
    return {"owner_id": event.to_owner_id, **_due(event.due), **ladder.BELOW}


_VALUES: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    Customer.Created: _created,
    Customer.CardCorrected: lambda event: _some(_SHOWN, event.after),
    Customer.Reclassified: lambda event: _some(_ROUTE, event.after),
    Customer.CardVerified: lambda _: {},
    Customer.Contacted: _contacted,
    Customer.Regraded: _regraded,
    Customer.DueMoved: lambda event: _due(event.due),
    Customer.CareChosen: lambda _: {},
    Customer.FollowUpEscalated: ladder.climbed,
    Customer.OwnerChanged: lambda event: {"owner_id": event.to_owner_id, **ladder.BELOW},
    Customer.SecondOwnerChanged: OWNERS[Customer.SecondOwnerChanged],
    Customer.PoolWarned: lambda _: {},
    Customer.ReturnedToPool: lambda event: {
        **OWNERS[Customer.ReturnedToPool](event),
        **ladder.BELOW,
    },
    Customer.Claimed: _claimed,
    Customer.PartnerLinked: lambda _: {},
    Customer.PurchaseRecorded: lambda _: {},
    Customer.Held: lambda _: {},
    Customer.HoldLifted: lambda _: {},
    Customer.Erased: lambda _: {},
    Customer.ErasureCompleted: lambda _: {},
}
"""What each event makes of the item."""

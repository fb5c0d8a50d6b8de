"""Keeps the roster: one row per customer (花名册)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from domain.customer import Customer
from domain.eventstore.database import Connection
from domain.journal import Due
from projections import ladder
from projections.folding import fold
from projections.listing import SECTOR, code, indexes
from projections.ownership import OWNERS
from projections.pinyin import sorting_key
from projections.read_model import ReadModel, Recorded, Rows
from projections.roster.filters import FACETS, LAYER
from projections.roster.queries import CARRIED, ORDERS
from projections.table import Table, as_array

COLUMNS = {
    "customer_id": "uuid",
    "version": "bigint",
    "name": "text",
    "name_order": "text",
    "company": "text",
    "company_order": "text",
    "contact": "text",
    "phones": "text[]",
    "email": "text",
    "wechat": "text",
    "address": "text",
    "birthday": "text",
    "company_day": "text",
    "needs": "text",
    "notes": "text",
    "reference": "text",
    "owner_id": "uuid",
    "second_owner_id": "uuid",
    "grade": "text",
    "grade_basis": "text",
    "needs_estimate": "boolean",
    "deal_stage": "text",
    "importance": "text",
    "demand": "text",
    "needed_by": "date",
    "expected_on": "date",
    "industry": "text",
    "level": "text",
    "district": "text",
    "region": "text",
    "business_status": "text",
    "ownership_kind": "text",
    "outlet_kind": "text",
    "size": "text",
    "route": "text",
    "route_position": "integer",
    "tags": "text[]",
    "tag_codes": "bigint[]",
    "industry_code": "bigint",
    "district_code": "bigint",
    "region_code": "bigint",
    "source": "text",
    "verification": "text",
    "registered_on": "date",
    "last_contact_on": "date",
    "last_method": "text",
    "due_on": "date",
    "due_rule": "text",
    **ladder.COLUMNS,
}

_DEFAULTS: dict[str, Any] = {
    **{name: "" for name, kind in COLUMNS.items() if kind == "text"},
    "deal_stage": "prospect",
    "importance": "ordinary",
    "demand": None,
    **dict.fromkeys(("industry_code", "district_code", "region_code"), code("")),
    "tag_codes": as_array(()),
}


class RosterProjection(ReadModel):
    """One row per customer; `version` is the version of the customer's stream.

    The `_order` columns are what is sorted by: names as they are read aloud, and a day before all
    others for who was never contacted. The `_code` columns stand for values that are filtered and
    keep the indexes small in which they are carried: the first letter of an axis, a number for
    free text. `facets` holds all of them that a customer has.
    """

    name = "roster"
    version = 6
    events = (Customer.Event,)
    personal = frozenset({"card", "after", "reference"})
    tables = (
        """
        CREATE TABLE {schema}.customer (
            customer_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            name text NOT NULL,
            name_order text COLLATE "C" NOT NULL,
            company text NOT NULL,
            company_order text COLLATE "C" NOT NULL,
            contact text NOT NULL,
            phones text[] NOT NULL,
            email text NOT NULL,
            wechat text NOT NULL,
            address text NOT NULL,
            birthday text NOT NULL,
            company_day text NOT NULL,
            needs text NOT NULL,
            notes text NOT NULL,
            reference text NOT NULL,
            owner_id uuid,
            second_owner_id uuid,
            grade text NOT NULL,
            grade_basis text NOT NULL,
            needs_estimate boolean NOT NULL,
            deal_stage text NOT NULL,
            importance text NOT NULL,
            demand text,
            needed_by date,
            expected_on date,
            industry text NOT NULL,
            level text NOT NULL,
            district text NOT NULL,
            region text NOT NULL,
            business_status text NOT NULL,
            ownership_kind text NOT NULL,
            outlet_kind text NOT NULL,
            size text NOT NULL,
            route text NOT NULL,
            route_position integer,
            tags text[] NOT NULL,
            tag_codes bigint[] NOT NULL,
            industry_code bigint NOT NULL,
            district_code bigint NOT NULL,
            region_code bigint NOT NULL,
            source text NOT NULL,
            verification text NOT NULL,
            registered_on date NOT NULL,
            last_contact_on date,
            last_method text NOT NULL,
            due_on date NOT NULL,
            due_rule text NOT NULL,
        """
        + ladder.TABLE
        + """
            contact_order date NOT NULL
                GENERATED ALWAYS AS (coalesce(last_contact_on, '-infinity'::date)) STORED,
            grade_code "char" GENERATED ALWAYS AS (grade::"char") STORED,
            deal_stage_code "char" GENERATED ALWAYS AS (left(deal_stage, 1)::"char") STORED,
            importance_code "char" GENERATED ALWAYS AS (left(importance, 1)::"char") STORED,
            demand_code "char" GENERATED ALWAYS AS (left(demand, 1)::"char") STORED,
            source_code "char" GENERATED ALWAYS AS (left(source, 1)::"char") STORED,
            verification_code "char" GENERATED ALWAYS AS (left(verification, 1)::"char") STORED,
            facets bigint[] NOT NULL GENERATED ALWAYS AS ("""
        + FACETS
        + """) STORED,
            sector smallint NOT NULL GENERATED ALWAYS AS ("""
        + SECTOR
        + " + "
        + LAYER
        + """) STORED
        ) WITH (fillfactor = 85)
        """
    )
    indexes = (
        indexes("customer", ORDERS.values(), CARRIED)
        + """;
        CREATE INDEX IF NOT EXISTS customer_facets ON {schema}.customer
            USING gin (facets) WITH (gin_pending_list_limit = 512);
        -- Of all customers who are A, none may be without demand: the planner has to know.
        CREATE STATISTICS IF NOT EXISTS {schema}.customer_axes (mcv)
            ON grade_code, deal_stage_code, demand_code, importance_code FROM {schema}.customer
        """
    )

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._table = Table(
            self.schema,
            "customer",
            key=("customer_id",),
            columns=COLUMNS,
            greatest=("last_contact_on",),
            follows={"last_method": "last_contact_on"},
        )

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per customer, insert the new rows and update the others."""
        rows = Rows(self._table)
        for _, event in batch:
            values = _VALUES[type(event)](event)
            values["version"] = event.originator_version
            change = rows.insert if isinstance(event, Customer.Created) else rows.update
            change(event.originator_id, **values)
        rows.write(connection)


def _card(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of a card, with what the names among them are sorted by."""
    orders = {
        f"{name}_order": sorting_key(fold(values[name]))
        for name in ("name", "company")
        if name in values
    }
    return {**values, **orders}


def _classified(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the other axes with their codes, and days as dates: in an event they are text."""
    row = dict(values)
    for name in ("needed_by", "expected_on"):
        if isinstance(row.get(name), str):
            row[name] = date.fromisoformat(row[name])
    for name in ("industry", "district", "region"):
        if name in row:
            row[f"{name}_code"] = code(row[name])
    if "tags" in row:
        row["tag_codes"] = as_array(map(code, row["tags"]))
    return row


def _created(event: Any) -> dict[str, Any]:
    return {
        **_DEFAULTS,
        **_card(event.card or {}),
        **_classified(event.classification),
        "reference": event.reference,
        "owner_id": event.owner_id,
        "second_owner_id": event.second_owner_id,
        "source": event.source,
        "verification": event.verification,
        "registered_on": event.registered_on,
        "grade": event.grade,
        **_graded(event),
    }


def _graded(event: Any) -> dict[str, Any]:
    return {
        "grade_basis": event.grade_basis,
        "needs_estimate": event.needs_estimate,
        **_due(event.due),
    }


def _due(due: Due) -> dict[str, Any]:
    return {"due_on": due.on, "due_rule": due.rule}


def _regraded(event: Any) -> dict[str, Any]:
    row = _graded(event)
    row["grade"] = event.to_grade
    if event.demand is not None:
        row["demand"] = event.demand
        row["expected_on"] = event.expected_on
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
    Customer.CardCorrected: lambda event: _card(event.after or {}),
    Customer.Reclassified: lambda event: _classified(event.after),
    Customer.CardVerified: lambda event: {"verification": event.to_verification},
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
    Customer.PartnerLinked: lambda event: {"reference": event.reference},
    Customer.PurchaseRecorded: lambda _: {"deal_stage": "closed"},
    Customer.Held: lambda _: {},
    Customer.HoldLifted: lambda _: {},
    Customer.Erased: lambda _: {},
    Customer.ErasureCompleted: lambda _: {},
}
"""What each event makes of the row."""

"""Keeps the pool: whoever has no owner, masked, and how many customers each representative owns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.customer import Customer
from domain.eventstore.database import Connection
from projections.listing import code
from projections.masking import masked, masked_phone
from projections.pool.queries import CARRIED, PoolReason
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

_CUSTOMER = {
    "customer_id": "uuid",
    "name": "text",
    "company": "text",
    "phone": "text",
    "region": "text",
    "region_code": "bigint",
    "industry": "text",
    "industry_code": "bigint",
    "pooled_at": "timestamptz",
    "reason": "text",
    "former_owner_id": "uuid",
    "grade": "text",
    "last_contact_on": "date",
}
_AXES = ("region", "industry")
_INDEXES: Mapping[LiteralString, LiteralString] = {
    "pooled": "customer_id",
    "pooled_at": ", ".join(["pooled_at", "customer_id", *CARRIED]),
    "grade": ", ".join(["grade", "customer_id", *CARRIED[1:]]),
}


class PoolProjection(ReadModel):
    """One row per customer; whoever has an owner is not in the pool and has no `pooled_at`.

    Of names and phones nothing is kept but what anybody may see. Grade and last contact are kept up
    to date in the pool only.
    """

    name = "pool"
    version = 1
    events = (
        Customer.Created,
        Customer.CardCorrected,
        Customer.Reclassified,
        Customer.Contacted,
        Customer.Regraded,
        Customer.OwnerChanged,
        Customer.ReturnedToPool,
        Customer.Claimed,
        Customer.Erased,
    )
    personal = frozenset({"card", "after"})
    tables = """
        CREATE TABLE {schema}.customer (
            customer_id uuid PRIMARY KEY,
            name text NOT NULL,
            company text NOT NULL,
            phone text NOT NULL,
            region text NOT NULL,
            region_code bigint NOT NULL,
            industry text NOT NULL,
            industry_code bigint NOT NULL,
            pooled_at timestamptz,
            reason text,
            former_owner_id uuid,
            grade text NOT NULL,
            last_contact_on date
        ) WITH (fillfactor = 85);
        CREATE TABLE {schema}.held (
            rep_id uuid PRIMARY KEY,
            customers integer NOT NULL
        ) WITH (fillfactor = 85)
    """
    indexes = ";\n".join(
        f"CREATE INDEX IF NOT EXISTS customer_{name} ON {{schema}}.customer ({columns})"
        " WHERE pooled_at IS NOT NULL"
        for name, columns in _INDEXES.items()
    )

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._customers = Table(
            self.schema,
            "customer",
            key=("customer_id",),
            columns=_CUSTOMER,
            greatest=("last_contact_on",),
        )
        held = {"rep_id": "uuid", "customers": "integer"}
        self._held = Table(self.schema, "held", key=("rep_id",), columns=held)
        self._pooled = SQL(
            "SELECT customer_id FROM {}.customer"
            " WHERE customer_id = ANY(%b::uuid[]) AND pooled_at IS NOT NULL"
        ).format(Identifier(self.schema))

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per customer and per representative."""
        told = _Told(Rows(self._customers))
        for _, event in batch:
            fold = _FOLDS.get(type(event))
            if fold is not None:
                fold(told, event)
        for customer_id in self._in_pool(connection, list(told.later)):
            for change in told.later[customer_id]:
                told.rows.update(customer_id, **change)
        told.rows.write(connection)
        self._held.add(
            connection,
            [{"rep_id": rep_id, "customers": count} for rep_id, count in told.held.items()],
        )

    def _in_pool(self, connection: Connection, customer_ids: list[UUID]) -> list[UUID]:
        """Return those who were in the pool before the batch: few are contacted there."""
        if not customer_ids:
            return []
        found = connection.execute(self._pooled, (customer_ids,), prepare=True).fetchall()
        return [customer_id for (customer_id,) in found]


class _Told:
    """What the events of a batch make of the rows.

    `later` is what becomes of customers if they were in the pool before the batch.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.held: Counter[UUID] = Counter()
        self.later: dict[UUID, list[dict[str, Any]]] = {}
        self._in_pool: dict[UUID, bool] = {}

    def created(self, event: Any) -> None:
        card, axes = _shown(event.card or {}), _placed(event.classification)
        self.rows.insert(event.originator_id, **_BLANK | card | axes, grade=event.grade)
        self._belong(event, None, event.owner_id)
        if event.owner_id is None:
            self.rows.update(event.originator_id, **_came(event, PoolReason.NEW))

    def corrected(self, event: Any) -> None:
        self.rows.update(event.originator_id, **_shown(event.after or {}))

    def reclassified(self, event: Any) -> None:
        self.rows.update(event.originator_id, **_placed(event.after))

    def returned(self, event: Any) -> None:
        self._belong(event, event.from_owner_id, None)
        came = _came(event, PoolReason(event.clock or PoolReason.MANAGER))
        if event.last_contact_on is not None:
            came["last_contact_on"] = event.last_contact_on
        self.rows.update(
            event.originator_id, **came, former_owner_id=event.from_owner_id, grade=event.grade
        )

    def claimed(self, event: Any) -> None:
        self._belong(event, None, event.to_owner_id)
        self.rows.update(event.originator_id, **_GONE)

    def owner_changed(self, event: Any) -> None:
        self._belong(event, event.from_owner_id, event.to_owner_id)
        came = _came(event, PoolReason.MANAGER) | {"former_owner_id": event.from_owner_id}
        self.rows.update(event.originator_id, **came if event.to_owner_id is None else _GONE)

    def erased(self, event: Any) -> None:
        self._belong(event, event.owner_id, None)

    def followed_up(self, event: Any) -> None:
        change = {"grade": event.to_grade}
        if isinstance(event, Customer.Contacted):
            change["last_contact_on"] = event.contacted_on
        known = self._in_pool.get(event.originator_id)
        if known:
            self.rows.update(event.originator_id, **change)
        elif known is None:
            self.later.setdefault(event.originator_id, []).append(change)

    def _belong(self, event: Any, before: UUID | None, after: UUID | None) -> None:
        if before is not None:
            self.held[before] -= 1
        if after is not None:
            self.held[after] += 1
        self._in_pool[event.originator_id] = after is None
        self.later.pop(event.originator_id, None)


_FOLDS: dict[type[Any], Callable[[_Told, Any], None]] = {
    Customer.Created: _Told.created,
    Customer.CardCorrected: _Told.corrected,
    Customer.Reclassified: _Told.reclassified,
    Customer.Contacted: _Told.followed_up,
    Customer.Regraded: _Told.followed_up,
    Customer.OwnerChanged: _Told.owner_changed,
    Customer.ReturnedToPool: _Told.returned,
    Customer.Claimed: _Told.claimed,
    Customer.Erased: _Told.erased,
}

_GONE = {"pooled_at": None, "reason": None, "former_owner_id": None}


def _came(event: Any, reason: PoolReason) -> dict[str, Any]:
    return {"pooled_at": event.timestamp, "reason": reason.value}


def _shown(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be seen of the fields of a card that are given."""
    row = {name: masked(card[name] or "") for name in ("name", "company") if name in card}
    if "phones" in card:
        row["phone"] = masked_phone(card["phones"][0]) if card["phones"] else ""
    return row


def _placed(axes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the axes that are given, with what stands for them in the indexes."""
    given = {name: axes[name] or "" for name in _AXES if name in axes}
    return {**given, **{f"{name}_code": code(value) for name, value in given.items()}}


_BLANK = {"name": "", "company": "", "phone": "", **_placed(dict.fromkeys(_AXES, ""))}

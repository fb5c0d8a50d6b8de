"""Whose customers are and what they are called, for read models that list things about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.customer import Customer
from projections.ownership import OWNERS
from projections.read_model import Rows

COLUMNS = {
    "customer_id": "uuid",
    "name": "text",
    "company": "text",
    "owner_id": "uuid",
    "second_owner_id": "uuid",
}

EVENTS: tuple[type[Any], ...] = (Customer.Created, Customer.CardCorrected, *OWNERS)

TABLE = """
        CREATE TABLE {schema}.customer (
            customer_id uuid PRIMARY KEY,
            name text NOT NULL,
            company text NOT NULL,
            owner_id uuid,
            second_owner_id uuid
        ) WITH (fillfactor = 85)
"""


def fold(event: Any, customers: Rows) -> bool:
    """Take over what an event says of whose a customer is; tell whether he changed hands."""
    if isinstance(event, Customer.Created):
        customers.insert(
            event.originator_id,
            **{"name": "", "company": ""} | _named(event.card),
            owner_id=event.owner_id,
            second_owner_id=event.second_owner_id,
        )
    elif isinstance(event, Customer.CardCorrected):
        customers.update(event.originator_id, **_named(event.after))
    elif type(event) in OWNERS:
        customers.update(event.originator_id, **OWNERS[type(event)](event))
        return True
    return False


def _named(card: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (card or {}).items() if name in {"name", "company"}}

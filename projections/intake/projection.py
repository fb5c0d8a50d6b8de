"""Keeps the forms and the messages from strangers, until somebody has said whose they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from domain.customer import Customer
from domain.eventstore.database import Connection
from domain.intake_form import IntakeForm
from domain.intake_item import IntakeItem, IntakeState
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

_FORM = {
    "form_id": "uuid",
    "version": "bigint",
    "label": "text",
    "manager_id": "uuid",
    "opened_at": "timestamptz",
    "revoked_at": "timestamptz",
}
_ITEM = {
    "item_id": "uuid",
    "version": "bigint",
    "form_id": "uuid",
    "received_at": "timestamptz",
    "channel": "text",
    "is_complaint": "boolean",
    "state": "text",
    "name": "text",
    "phone": "text",
    "email": "text",
    "text": "text",
    "customer_id": "uuid",
    "task_id": "uuid",
    "complaint_id": "uuid",
    "why": "text",
}


class IntakeProjection(ReadModel):
    """One row per form and one per message of a stranger, which stays when it is done with.

    `address` tells from which mail address each customer writes, as far as his card says.
    """

    name = "intake"
    version = 1
    events = (
        IntakeForm.Event,
        IntakeItem.Event,
        Customer.Created,
        Customer.CardCorrected,
    )
    personal = frozenset({"card", "after", "name", "phone", "email", "text", "why"})
    tables = """
        CREATE TABLE {schema}.form (
            form_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            label text NOT NULL,
            manager_id uuid NOT NULL,
            opened_at timestamptz NOT NULL,
            revoked_at timestamptz
        );
        CREATE TABLE {schema}.item (
            item_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            form_id uuid NOT NULL,
            received_at timestamptz NOT NULL,
            channel text NOT NULL,
            is_complaint boolean NOT NULL,
            state text NOT NULL,
            name text NOT NULL,
            phone text NOT NULL,
            email text NOT NULL,
            text text NOT NULL,
            customer_id uuid,
            task_id uuid,
            complaint_id uuid,
            why text NOT NULL
        );
        CREATE TABLE {schema}.address (
            customer_id uuid PRIMARY KEY,
            email text NOT NULL
        )
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS item_state ON {schema}.item (state, received_at, item_id);
        CREATE INDEX IF NOT EXISTS address_email ON {schema}.address (lower(email));
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._forms = Table(self.schema, "form", key=("form_id",), columns=_FORM)
        self._items = Table(self.schema, "item", key=("item_id",), columns=_ITEM)
        self._addresses = Table(
            self.schema,
            "address",
            key=("customer_id",),
            columns={"customer_id": "uuid", "email": "text"},
        )

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per form, per message and per customer."""
        forms, items = Rows(self._forms), Rows(self._items)
        emails: dict[UUID, str] = {}
        for _, event in batch:
            emails |= _email_of(event)
            values = _VALUES.get(type(event))
            if values is None:
                continue
            rows = forms if isinstance(event, IntakeForm.Event) else items
            is_first = isinstance(event, (IntakeForm.Opened, IntakeItem.Received))
            change = rows.insert if is_first else rows.update
            change(event.originator_id, version=event.originator_version, **values(event))
        forms.write(connection)
        items.write(connection)
        self._addresses.delete(connection, list(emails))
        written = [{"customer_id": who, "email": email} for who, email in emails.items() if email]
        self._addresses.insert(connection, written)


def _email_of(event: Any) -> dict[UUID, str]:
    """Return what an event says of a customer's mail address, nothing if it says nothing."""
    if isinstance(event, Customer.Created):
        card = event.card
    elif isinstance(event, Customer.CardCorrected):
        card = event.after
    else:
        return {}
    return {event.originator_id: card["email"]} if card and "email" in card else {}


def _received(event: Any) -> dict[str, Any]:
    names = ("form_id", "channel", "is_complaint", "name", "phone", "email", "text")
    values = {name: getattr(event, name) for name in names}
    return values | {
        "received_at": event.timestamp,
        "state": IntakeState.OPEN.value,
        "why": "",
    }


def _assigned(event: Any) -> dict[str, Any]:
    return {
        "state": IntakeState.ASSIGNED.value,
        "customer_id": event.customer_id,
        "task_id": event.task_id,
        "complaint_id": event.complaint_id,
        "why": event.why,
    }


_VALUES: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    IntakeForm.Opened: lambda event: {
        "label": event.label,
        "manager_id": event.manager_id,
        "opened_at": event.timestamp,
    },
    IntakeForm.Revoked: lambda event: {"revoked_at": event.timestamp},
    IntakeItem.Received: _received,
    IntakeItem.Assigned: _assigned,
    IntakeItem.Dropped: lambda event: {"state": IntakeState.DROPPED.value, "why": event.why},
}
"""What each event makes of its row."""

"""Keeps an index of which events are about which customer; what they say stays in the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain.access_record import AccessRecord
from domain.activity import Activity
from domain.campaign_message import CampaignMessage
from domain.complaint import Complaint
from domain.contract import Contract
from domain.customer import Customer
from domain.delivery import Delivery
from domain.eventstore.database import Connection
from domain.greeting import Greeting
from domain.identity import ClaimKind, IdentityClaim
from domain.intake_item import IntakeItem
from domain.reminder import Reminder
from domain.task import Task
from projections.read_model import ReadModel, Recorded
from projections.table import Table

SYSTEM_PREFIX = "kezhi/"
"""What the names of Kezhi's own processes begin with, where an actor is recorded."""

_ABOUT_CUSTOMERS = (
    Complaint.Event,
    Task.Event,
    Contract.Event,
    IntakeItem.Assigned,
    Reminder.ItemIssued,
    Delivery.Event,
    Greeting.Event,
    CampaignMessage.Event,
    Activity.GuestEvent,
    AccessRecord.Recorded,
)
_HAPPENED = ("contacted_on", "purchased_on", "received_on", "signed_on")
"""The fields in which people say on what day something happened."""

_HELD = (IdentityClaim.Claimed, IdentityClaim.Shared, IdentityClaim.Released)


class JournalProjection(ReadModel):
    """One row per event of a customer: his own stream and all that name him (D3).

    `happened_on` is the day it happened where people said so (a contact, a purchase, a payment),
    null where it happened by being recorded.
    """

    name = "journal"
    version = 2
    events = (Customer.Event, *_ABOUT_CUSTOMERS, *_HELD)
    forgets = False
    tables = """
        CREATE TABLE {schema}.entry (
            customer_id uuid NOT NULL,
            position bigint NOT NULL,
            originator_id uuid NOT NULL,
            originator_version bigint NOT NULL,
            topic text NOT NULL,
            recorded_at timestamptz NOT NULL,
            is_system boolean NOT NULL,
            happened_on date,
            PRIMARY KEY (customer_id, position)
        )
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._entries = Table(
            self.schema,
            "entry",
            key=("customer_id", "position"),
            columns={
                "customer_id": "uuid",
                "position": "bigint",
                "originator_id": "uuid",
                "originator_version": "bigint",
                "topic": "text",
                "recorded_at": "timestamptz",
                "is_system": "boolean",
                "happened_on": "date",
            },
        )

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Add a row for every event that is about a customer."""
        rows = []
        for position, event in batch:
            customer_id = _customer_of(event)
            if customer_id is not None:
                rows.append(
                    {
                        "customer_id": customer_id,
                        "position": position,
                        "originator_id": event.originator_id,
                        "originator_version": event.originator_version,
                        "topic": event.TOPIC,
                        "recorded_at": event.timestamp,
                        "is_system": event.actor.startswith(SYSTEM_PREFIX),
                        "happened_on": _happened_on(event),
                    }
                )
        self._entries.insert(connection, rows)


def _customer_of(event: Any) -> UUID | None:
    """Return whom an event is about, None when it is about no customer."""
    customer_id: UUID | None = None
    if isinstance(event, Customer.Event):
        customer_id = event.originator_id
    elif isinstance(event, _ABOUT_CUSTOMERS):
        customer_id = event.customer_id
    elif isinstance(event, _HELD) and not _is_of_a_login(event):
        customer_id = event.holder_id
    return customer_id


def _happened_on(event: Any) -> date | None:
    fields = vars(event)
    return next((fields[name] for name in _HAPPENED if fields.get(name)), None)


def _is_of_a_login(event: Any) -> bool:
    """Tell whether a representative holds the identity; a login is never shared or released."""
    return isinstance(event, IdentityClaim.Claimed) and event.kind == ClaimKind.LOGIN

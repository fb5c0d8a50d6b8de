"""The register of every topic ever stored, with the event class that reads it today.

A topic, once stored, is here for ever: history must load. A class that is moved or renamed keeps
its topic; one that changes its fields gets a `class_version` and an upcaster.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventsourcing.utils import register_topic

from domain.access_record import AccessRecord
from domain.activity import Activity
from domain.aggregate import CareAggregate
from domain.campaign import Campaign
from domain.campaign_message import CampaignMessage
from domain.complaint import Complaint
from domain.contract import Contract
from domain.customer import Customer
from domain.delivery import Delivery
from domain.greeting import Greeting
from domain.handover import Handover
from domain.identity import IdentityClaim
from domain.intake_form import IntakeForm
from domain.intake_item import IntakeItem
from domain.policy import Policy
from domain.recomputation import Recomputation
from domain.reminder import Reminder
from domain.representative import Representative
from domain.task import Task

AGGREGATES: tuple[type[CareAggregate], ...] = (
    Customer,
    Complaint,
    Task,
    Contract,
    IntakeForm,
    IntakeItem,
    Representative,
    Policy,
    IdentityClaim,
    Reminder,
    Delivery,
    Recomputation,
    Greeting,
    Campaign,
    CampaignMessage,
    Activity,
    AccessRecord,
    Handover,
)

_NEVER_STORED = {Delivery.Ended, Greeting.Decided, CampaignMessage.Decided, Activity.GuestEvent}


def _event_classes(aggregate: type[CareAggregate]) -> Iterator[type[Any]]:
    for value in vars(aggregate).values():
        is_event = isinstance(value, type) and issubclass(value, CareAggregate.Event)
        if is_event and "TOPIC" in vars(value) and value not in _NEVER_STORED:
            yield value


EVENT_CLASSES: dict[str, type[Any]] = {
    event_class.TOPIC: event_class
    for aggregate in AGGREGATES
    for event_class in _event_classes(aggregate)
}

for _aggregate in AGGREGATES:
    register_topic(_aggregate.TOPIC, _aggregate)

"""What is to be told to whom, and through which channels, once it was decided."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.complaint import Complaint
from domain.delivery import delivery_key
from domain.reminder import Reminder
from domain.representative import Representative

LISTED = 20
"""How many customers a message names; the counts in it are of all of them."""

SWITCHED_OFF_BY = "kezhi/deliveries"
"""The principal that switches a webhook off whose receiver wants no more."""

DIGEST_LIFE = timedelta(hours=24)
"""Tomorrow there is a newer list."""


class Channel(StrEnum):
    """The ways out of the house."""

    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Reach:
    """How a representative can be reached, and wants to be."""

    has_email: bool = False
    wants_email: bool = True
    has_webhook: bool = False

    def takes(self, channel: Channel) -> bool:
        """Whether messages go to him through `channel`."""
        if channel is Channel.EMAIL:
            return self.has_email and self.wants_email
        return self.has_webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Something to be told to each of `to_ids` who takes one of `channels`.

    `subject_id` is the complaint, where it is about one. `facts` are ids, numbers and instants
    as JSON has them.
    """

    kind: str
    to_ids: Iterable[UUID]
    channels: tuple[Channel, ...]
    priority: int
    customer_id: UUID | None = None
    subject_id: UUID | None = None
    expires_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def messages(
    event: Any, intent: Intent, reach: Mapping[UUID, Reach]
) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Yield key and row of the outbox for each recipient and channel."""
    about = (event.originator_id, event.originator_version)
    for rep_id in dict.fromkeys(intent.to_ids):
        for channel in intent.channels:
            if reach.get(rep_id, Reach()).takes(channel):
                yield (
                    delivery_key(*about, channel.value, rep_id),
                    {
                        "kind": intent.kind,
                        "intent_id": event.originator_id,
                        "intent_version": event.originator_version,
                        "channel": channel.value,
                        "recipient_id": rep_id,
                        "customer_id": intent.customer_id,
                        "subject_id": intent.subject_id,
                        "due_at": event.timestamp,
                        "expires_at": intent.expires_at,
                        "priority": intent.priority,
                        "facts": json.dumps(intent.facts),
                        "state": "open",
                    },
                )


def _digest(event: Any) -> Intent:
    return Intent(
        kind="digest",
        to_ids=(event.rep_id,),
        channels=(Channel.EMAIL,),
        priority=2,
        expires_at=event.timestamp + DIGEST_LIFE,
        facts={
            "day": event.day.isoformat(),
            "due_count": event.due_count,
            "overdue_count": event.overdue_count,
            "customer_ids": [str(customer_id) for customer_id in event.customer_ids[:LISTED]],
        },
    )


def _item(event: Any) -> Intent:
    return Intent(
        kind="item",
        to_ids=(event.rep_id,),
        channels=(Channel.WEBHOOK,),
        priority=1,
        customer_id=event.customer_id,
        facts={"customer_id": str(event.customer_id), "due_on": event.due_on.isoformat()},
    )


def _escalation(event: Any) -> Intent:
    return Intent(
        kind="escalation",
        to_ids=event.to_ids,
        channels=(Channel.EMAIL, Channel.WEBHOOK),
        priority=0,
        customer_id=event.customer_id,
        subject_id=event.originator_id,
        facts={
            "complaint_id": str(event.originator_id),
            "customer_id": str(event.customer_id),
            "clock": event.clock,
            "percent": event.percent,
            "level": event.level,
            "due_at": event.due_at.isoformat(),
        },
    )


def _assignment(event: Any) -> Intent:
    return Intent(
        kind="assignment",
        to_ids=(event.to_handler_id,),
        channels=(Channel.EMAIL,),
        priority=0,
        customer_id=event.customer_id,
        subject_id=event.originator_id,
        facts={
            "complaint_id": str(event.originator_id),
            "customer_id": str(event.customer_id),
        },
    )


def _switched_off(event: Any) -> Intent:
    """Tell a representative that we gave his webhook up, unless he did so himself."""
    by_us = event.actor == SWITCHED_OFF_BY and not event.webhook_url
    return Intent(
        kind="webhook_off",
        to_ids=(event.originator_id,) if by_us else (),
        channels=(Channel.EMAIL,),
        priority=1,
    )


INTENTS: dict[type[Any], Callable[[Any], Intent]] = {
    Reminder.DigestIssued: _digest,
    Reminder.ItemIssued: _item,
    Complaint.Escalated: _escalation,
    Complaint.Assigned: _assignment,
    Representative.NotificationsChosen: _switched_off,
}
"""Which decisions are to be told, and how; another kind of message is another line here."""

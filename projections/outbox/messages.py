"""Which messages an intent makes: one per recipient and channel that he takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from domain.channel import Channel
from domain.delivery import delivery_key
from projections.intents import Intent

Takes = Callable[[UUID, Channel], bool]


def messages(event: Any, intent: Intent, takes: Takes) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Yield key and row of the outbox for each recipient and each channel that he takes."""
    about = (event.originator_id, event.originator_version)
    for recipient_id, channel in _ways(intent, takes):
        yield (
            delivery_key(*about, channel.value, recipient_id),
            {
                "kind": intent.kind,
                "intent_id": event.originator_id,
                "intent_version": event.originator_version,
                "channel": channel.value,
                "recipient_id": recipient_id,
                "customer_id": intent.customer_id,
                "subject_id": intent.subject_id,
                "due_at": intent.send_at or event.timestamp,
                "expires_at": intent.expires_at,
                "priority": intent.priority,
                "facts": intent.facts,
                "state": "open",
            },
        )


def _ways(intent: Intent, takes: Takes) -> Iterator[tuple[UUID, Channel]]:
    """Yield whom to tell through what: the customer as he has consented, others as they chose."""
    for channel in intent.channels:
        if intent.to_customer and intent.customer_id is not None:
            yield intent.customer_id, channel
    for rep_id in dict.fromkeys(intent.to_ids):
        for channel in intent.channels:
            if takes(rep_id, channel):
                yield rep_id, channel

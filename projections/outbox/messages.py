"""Which messages an intent makes: one per recipient and channel that he takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from domain.channel import Channel
from domain.delivery import delivery_key
from projections.intents import Intent


def messages(
    event: Any, intent: Intent, takes: Callable[[UUID, Channel], bool]
) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Yield key and row of the outbox for each recipient and each channel that he takes."""
    about = (event.originator_id, event.originator_version)
    for rep_id in dict.fromkeys(intent.to_ids):
        for channel in intent.channels:
            if takes(rep_id, channel):
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
                        "facts": intent.facts,
                        "state": "open",
                    },
                )

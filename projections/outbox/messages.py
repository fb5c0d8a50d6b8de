"""Which messages an intent makes: one per recipient and channel that he takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.delivery import delivery_key
from projections.intents import Channel, Intent


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
                        "facts": intent.facts,
                        "state": "open",
                    },
                )

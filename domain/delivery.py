"""The delivery (投递): how one message through one channel to one recipient ended."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.ids import named_id


class Delivery(CareAggregate):
    """The end of one message; its id is the idempotency key the channel was given (D7).

    The first event is the outcome, so a message ends in exactly one of sent, failed, unknown or
    skipped: the primary key of the event log lets no second one in.
    """

    TOPIC = "delivery"

    class Event(CareAggregate.Event):
        """A fact about a delivery: what was to be told, through which channel, to whom."""

        PERSONAL: ClassVar[frozenset[str]] = frozenset()

    class Ended(Event, CareAggregate.Created):
        """What all ends have in common; `intent_id` and `intent_version` name what was told."""

        TOPIC = "delivery.ended"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        intent_id: UUID
        intent_version: int
        customer_id: UUID | None
        recipient_id: UUID
        channel: str
        attempts: int

    class Sent(Ended):
        """The channel took the message; `provider_id` is its own receipt."""

        TOPIC = "delivery.sent"
        provider_id: str

    class Failed(Ended):
        """The channel refused the message for good, or tries ran out."""

        TOPIC = "delivery.failed"
        code: str
        reason: str

    class Unknown(Ended):
        """Nobody can tell whether the message arrived; a person decides what to do."""

        TOPIC = "delivery.unknown"
        reason: str

    class Skipped(Ended):
        """The message was not to be sent any more, for a reason."""

        TOPIC = "delivery.skipped"
        reason: str

    Created = Ended


def delivery_key(intent_id: UUID, intent_version: int, channel: str, recipient_id: UUID) -> UUID:
    """Return the key of one message: one intent, one channel, one recipient."""
    return named_id("delivery", intent_id, intent_version, channel, recipient_id)

"""The delivery (投递): how one message through one channel to one recipient ended."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.errors import AlreadyEndedError
from domain.ids import named_id
from domain.provenance import require_reason


class End(StrEnum):
    """How a message ended; nobody can tell of an unknown one whether it arrived."""

    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Delivery(CareAggregate):
    """The end of one message; its id is the idempotency key the channel was given (D7).

    The first event is the outcome, so a message ends in exactly one of sent, failed, unknown or
    skipped: the primary key of the event log lets no second one in. What follows is what a person
    found out about it, and that he had it sent again.
    """

    TOPIC = "delivery"

    class Event(CareAggregate.Event):
        """A fact about a delivery: what was to be told, through which channel, to whom."""

        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        customer_id: UUID | None
        recipient_id: UUID

    class Ended(Event, CareAggregate.Created):
        """What all ends have in common; `intent_id` and `intent_version` name what was told."""

        TOPIC = "delivery.ended"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        END: ClassVar[End]
        intent_id: UUID
        intent_version: int
        channel: str
        attempts: int

        def apply(self, aggregate: Delivery) -> None:
            """Take the end over."""
            aggregate.end = self.END
            aggregate.customer_id = self.customer_id
            aggregate.recipient_id = self.recipient_id
            aggregate.again_as = None

    class Sent(Ended):
        """The channel took the message; `provider_id` is its own receipt."""

        TOPIC = "delivery.sent"
        END = End.SENT
        provider_id: str

    class Failed(Ended):
        """The channel refused the message for good, or tries ran out."""

        TOPIC = "delivery.failed"
        END = End.FAILED
        code: str
        reason: str

    class Unknown(Ended):
        """Nobody can tell whether the message arrived; a person decides what to do."""

        TOPIC = "delivery.unknown"
        END = End.UNKNOWN
        reason: str

    class Skipped(Ended):
        """The message was not to be sent any more, for a reason."""

        TOPIC = "delivery.skipped"
        END = End.SKIPPED
        reason: str

    class Settled(Event):
        """A person found out whether a message of unknown end arrived; `why` says how."""

        TOPIC = "delivery.settled"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        SUBJECT: ClassVar[str] = "recipient_id"
        end: str

        def apply(self, aggregate: Delivery) -> None:
            """Take the end over."""
            aggregate.end = End(self.end)

    class Resent(Event):
        """A person had the message sent again, for a reason, under the new `key`."""

        TOPIC = "delivery.resent"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        SUBJECT: ClassVar[str] = "recipient_id"
        key: UUID

        def apply(self, aggregate: Delivery) -> None:
            """Remember under which key."""
            aggregate.again_as = self.key

    Created = Ended

    end: End
    customer_id: UUID | None
    recipient_id: UUID
    again_as: UUID | None

    def settle(self, end: End) -> None:
        """Say how a message of unknown end ended, sent or failed, with the reason one knows.

        Raises AlreadyEndedError unless its end is unknown.
        """
        if self.end is not End.UNKNOWN:
            raise AlreadyEndedError(end=self.end.value)
        require_reason()
        self.trigger_event(self.Settled, **self._about, end=end.value)

    def resend(self) -> None:
        """Have the message sent again, for a reason, as a message of its own.

        Raises AlreadyEndedError for one that arrived, or that was sent again already: then it is
        the later one that may be sent again.
        """
        if self.end is End.SENT or self.again_as is not None:
            raise AlreadyEndedError(end="resent" if self.again_as else self.end.value)
        require_reason()
        self.trigger_event(self.Resent, **self._about, key=named_id("delivery", "again", self.id))

    @property
    def _about(self) -> dict[str, UUID | None]:
        return {"customer_id": self.customer_id, "recipient_id": self.recipient_id}


def delivery_key(intent_id: UUID, intent_version: int, channel: str, recipient_id: UUID) -> UUID:
    """Return the key of one message: one intent, one channel, one recipient."""
    return named_id("delivery", intent_id, intent_version, channel, recipient_id)

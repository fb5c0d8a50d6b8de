"""The intake item (来信): a message from a stranger, until a manager says whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.errors import AlreadyOverError, InvalidError
from domain.priority import ComplaintChannel
from domain.provenance import require_reason

LONGEST_TEXT = 10_000


class IntakeState(StrEnum):
    """What became of a message."""

    OPEN = "open"
    ASSIGNED = "assigned"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What somebody wrote, and what he said of himself, which nobody has checked."""

    channel: ComplaintChannel
    text: str
    name: str = ""
    phone: str = ""
    email: str = ""
    is_complaint: bool = False

    def __post_init__(self) -> None:
        """Refuse a letter without words."""
        if not self.text.strip():
            raise InvalidError(field="text", problem="required")
        for field, text, limit in (
            ("text", self.text, LONGEST_TEXT), ("name", self.name, 100),
            ("phone", self.phone, 50), ("email", self.email, 254),
        ):  # fmt: skip
            if len(text) > limit:
                raise InvalidError(field=field, problem="too-long", limit=limit)

    @property
    def whole(self) -> str:
        """The text, and below it what the sender said of himself."""
        signed = " ".join(filter(None, (self.name, self.phone, self.email)))
        return f"{self.text}\n\n— {signed}" if signed else self.text


class IntakeItem(CareAggregate):
    """A message whose sender is no customer, as far as we know.

    What he wrote is sealed under a key of the item's own, which its first event makes, so that it
    can be forgotten without a customer's file.
    """

    TOPIC = "intake_item"

    class Event(CareAggregate.Event):
        """A fact about a message."""

    class Received(Event, CareAggregate.Created):
        """Somebody wrote whom nobody knows; `manager_id` was to be told."""

        TOPIC = "intake_item.received"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "text", "name", "phone", "email"})
        form_id: UUID
        manager_id: UUID
        channel: str
        is_complaint: bool
        text: str = ""
        name: str = ""
        phone: str = ""
        email: str = ""

        def apply(self, aggregate: IntakeItem) -> None:
            """Lay it before a manager."""
            aggregate.state = IntakeState.OPEN
            aggregate.channel = ComplaintChannel(self.channel)
            aggregate.is_complaint = self.is_complaint
            aggregate.text = self.text
            aggregate.sender = (self.name, self.phone, self.email)

    class Assigned(Event):
        """A manager said whose message it is; it became this task or this complaint of his."""

        TOPIC = "intake_item.assigned"
        customer_id: UUID
        task_id: UUID | None
        complaint_id: UUID | None

        def apply(self, aggregate: IntakeItem) -> None:
            """Be done with it."""
            aggregate.state = IntakeState.ASSIGNED

    class Dropped(Event):
        """A manager put it aside, for the reason `why`."""

        TOPIC = "intake_item.dropped"

        def apply(self, aggregate: IntakeItem) -> None:
            """Be done with it."""
            aggregate.state = IntakeState.DROPPED

    Created = Received

    channel: ComplaintChannel
    is_complaint: bool
    text: str
    sender: tuple[str, str, str]
    state: IntakeState

    @classmethod
    def receive(
        cls,
        letter: Letter,
        *,
        form_id: UUID,
        manager_id: UUID,
        id: UUID,  # noqa: A002 - the library's own name
    ) -> IntakeItem:
        """Lay a letter before a manager."""
        return cls.begin(
            cls.Received,
            id=id,
            form_id=form_id,
            manager_id=manager_id,
            channel=letter.channel.value,
            is_complaint=letter.is_complaint,
            text=letter.text,
            name=letter.name,
            phone=letter.phone,
            email=letter.email,
        )

    @property
    def letter(self) -> Letter:
        """What was written; InvalidError when it was forgotten."""
        name, phone, email = self.sender
        return Letter(
            channel=self.channel,
            text=self.text,
            name=name,
            phone=phone,
            email=email,
            is_complaint=self.is_complaint,
        )

    def assign(self, customer_id: UUID, *, task_id: UUID | None, complaint_id: UUID | None) -> None:
        """Say whose it is, and what it became. Raises AlreadyOverError when it is done with."""
        self._require_open()
        self.trigger_event(
            self.Assigned, customer_id=customer_id, task_id=task_id, complaint_id=complaint_id
        )

    def drop(self) -> None:
        """Put it aside, for a reason."""
        self._require_open()
        require_reason()
        self.trigger_event(self.Dropped)

    def _require_open(self) -> None:
        if self.state is not IntakeState.OPEN:
            raise AlreadyOverError(state=self.state.value)

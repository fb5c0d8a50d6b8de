"""The intake form (来信表单): an address where anybody may write to the company (R14, R68, R71)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.errors import InvalidError, NotFoundError

LONGEST_LABEL = 100


class IntakeForm(CareAggregate):
    """A form key that an administrator has given out; whoever knows it may write until it is void.

    Its id is the key. It is no secret, for it stands on web pages, but nobody can guess another.
    """

    TOPIC = "intake_form"

    class Event(CareAggregate.Event):
        """A fact about a form; nothing in it is personal."""

        PERSONAL: ClassVar[frozenset[str]] = frozenset()

    class Opened(Event, CareAggregate.Created):
        """The form was opened; `manager_id` is told of messages from people nobody knows."""

        TOPIC = "intake_form.opened"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        label: str
        manager_id: UUID

        def apply(self, aggregate: IntakeForm) -> None:
            """Open it."""
            aggregate.manager_id = self.manager_id
            aggregate.is_open = True

    class Revoked(Event):
        """The form takes nothing any more; links to it are void."""

        TOPIC = "intake_form.revoked"

        def apply(self, aggregate: IntakeForm) -> None:
            """Close it."""
            aggregate.is_open = False

    Created = Opened

    manager_id: UUID
    is_open: bool

    @classmethod
    def open(cls, label: str, manager_id: UUID) -> IntakeForm:
        """Give out a form key."""
        if not label.strip():
            raise InvalidError(field="label", problem="required")
        if len(label) > LONGEST_LABEL:
            raise InvalidError(field="label", problem="too-long", limit=LONGEST_LABEL)
        return cls.begin(cls.Opened, label=label.strip(), manager_id=manager_id)

    def revoke(self) -> None:
        """Make the key void; NotFoundError when it is already."""
        self.require_open()
        self.trigger_event(self.Revoked)

    def require_open(self) -> None:
        """Raise NotFoundError, as for a key that never was, unless the form takes messages."""
        if not self.is_open:
            raise NotFoundError(of="intake form", id=str(self.id))

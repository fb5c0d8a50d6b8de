"""The handover (替换跟单人): everything one representative looks after goes to another (R58).

What changed hands is recorded where it changed: each customer, complaint and contract has its own
event, and all of them carry the id of the handover as their correlation.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.errors import InvalidError, NothingChangedError


class Piece(StrEnum):
    """What somebody looks after: as owner, as second owner, as handler, as responsible."""

    OWNER = "owner"
    SECOND_OWNER = "second-owner"
    COMPLAINT = "complaint"
    CONTRACT = "contract"


class Handover(CareAggregate):
    """One handover, or the undoing of one, which goes the other way."""

    TOPIC = "handover"

    class Event(CareAggregate.Event):
        """A fact about a handover; the reason is personal to who gives things away."""

        SUBJECT: ClassVar[str] = "from_id"

    class Begun(Event, CareAggregate.Created):
        """A handover was begun; `undoes` is the one that is undone by it, if any."""

        TOPIC = "handover.begun"
        from_id: UUID
        to_id: UUID
        undoes: UUID | None

        def apply(self, aggregate: Handover) -> None:
            """Remember between whom."""
            aggregate.from_id, aggregate.to_id = self.from_id, self.to_id
            aggregate.undoes = self.undoes
            aggregate.is_completed = False

    class Completed(Event):
        """All of it was gone through; `refused` is what somebody else had moved by then.

        A customer counts once, whether as owner or as second owner.
        """

        TOPIC = "handover.completed"
        from_id: UUID
        to_id: UUID
        customers: int
        complaints: int
        contracts: int
        refused: int

        def apply(self, aggregate: Handover) -> None:
            """Close it."""
            aggregate.is_completed = True

    Created = Begun

    from_id: UUID
    to_id: UUID
    undoes: UUID | None
    is_completed: bool

    @classmethod
    def between(
        cls, handover_id: UUID, *, from_id: UUID, to_id: UUID, undoes: UUID | None = None
    ) -> Handover:
        """Begin a handover; InvalidError when both are the same."""
        if from_id == to_id:
            raise InvalidError(field="to_id", problem="same-person")
        return cls.begin(cls.Begun, id=handover_id, from_id=from_id, to_id=to_id, undoes=undoes)

    def complete(self, *, customers: int, complaints: int, contracts: int, refused: int) -> None:
        """Say what it came to; NothingChangedError when that was said before."""
        if self.is_completed:
            raise NothingChangedError(of="handover")
        self.trigger_event(
            self.Completed,
            from_id=self.from_id,
            to_id=self.to_id,
            customers=customers,
            complaints=complaints,
            contracts=contracts,
            refused=refused,
        )

"""The recomputation (重新计算): open deadlines and due dates follow an amended policy (D17)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.ids import named_id
from domain.policies.book import PolicyKind


class Subject(StrEnum):
    """What is reckoned anew, in this order."""

    COMPLAINTS = "complaints"
    CUSTOMERS = "customers"


SUBJECTS: dict[PolicyKind, tuple[Subject, ...]] = {
    PolicyKind.CALENDAR: (Subject.COMPLAINTS, Subject.CUSTOMERS),
    PolicyKind.SLA: (Subject.COMPLAINTS,),
    PolicyKind.CADENCE: (Subject.CUSTOMERS,),
}
"""What is reckoned by each policy."""

NAMED_REFUSALS = 100


class Recomputation(CareAggregate):
    """One step through all that is reckoned by a policy; its id is the step's key (D7).

    A step looks at so many subjects, and each whose date changes has an event of its own in its own
    stream. A step that was killed is taken again and finds what it had done.
    """

    TOPIC = "recomputation"

    class Event(CareAggregate.Event):
        """A fact about a recomputation; it names its subjects by id only."""

        PERSONAL: ClassVar[frozenset[str]] = frozenset()

    class Advanced(Event, CareAggregate.Created):
        """A step is done: every `subject` up to `until` follows version `version` of `policy`.

        `refused` are the first hundred of those whose deadlines could not be reckoned: they stay
        as they are.
        """

        TOPIC = "recomputation.advanced"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        policy: str
        version: int
        step: int
        subject: str
        until: UUID
        refused: list[UUID]

    class Completed(Event, CareAggregate.Created):
        """The last step is done: nothing is left to be reckoned anew by version `version`."""

        TOPIC = "recomputation.completed"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        policy: str
        version: int
        step: int
        refused: list[UUID]

    Created = Completed

    @classmethod
    def advance(
        cls,
        policy: PolicyKind,
        version: int,
        step: int,
        *,
        subject: Subject,
        until: UUID,
        refused: list[UUID],
    ) -> Self:
        """Record that a step is done and another one follows."""
        return cls.begin(
            cls.Advanced,
            id=step_key(policy, version, step),
            policy=policy.value,
            version=version,
            step=step,
            subject=subject.value,
            until=until,
            refused=refused[:NAMED_REFUSALS],
        )

    @classmethod
    def complete(cls, policy: PolicyKind, version: int, step: int, *, refused: list[UUID]) -> Self:
        """Record that the last step is done."""
        return cls.begin(
            cls.Completed,
            id=step_key(policy, version, step),
            policy=policy.value,
            version=version,
            step=step,
            refused=refused[:NAMED_REFUSALS],
        )


def step_key(policy: PolicyKind, version: int, step: int) -> UUID:
    """Return the key of a step, counted from 0, of following one version of a policy."""
    return named_id("recomputation", policy.value, version, step)

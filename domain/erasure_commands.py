"""What can be asked about forgetting a person (删除权)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.commands import Command
from domain.erasure_events import ErasureGround


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHold(Command):
    """Forbid that a customer be erased (法律保全), with a reason."""

    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftHold(Command):
    """Let a customer be erased again, with a reason."""

    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseCustomer(Command):
    """Forget a person for good (删除个人信息), with a reason that does not name him.

    What follows, the destroying and the purging, is done by the workers. `is_again` when a log from
    an earlier day has lost the erasure: then a hold of that day was lifted since.
    """

    customer_id: UUID
    ground: ErasureGround = ErasureGround.REQUESTED
    is_again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlace(Command):
    """Let others have the place at an activity that an erased customer has or waits for."""

    activity_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteErasure(Command):
    """Record that everything was purged, what was searched and what was found."""

    customer_id: UUID
    searched: Mapping[str, int]
    found: Mapping[str, int]
    knew_values: bool

"""What can be asked about customers nobody looks after: the ladder, and the public pool (公海)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateFollowUp(Command):
    """Climb the next rung of an overdue follow-up; no events when there is nothing to climb.

    `expected_owner_id` is the owner whose nearest manager `manager_id` is.
    """

    customer_id: UUID
    expected_owner_id: UUID
    manager_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnOfPool(Command):
    """Warn the owner that a customer goes back to the pool (公海); no events when he does not."""

    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToPool(Command):
    """Return a customer whose owner was warned; no events when somebody did something since."""

    customer_id: UUID
    manager_id: UUID | None = None
    grace_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutIntoPool(Command):
    """Put a customer into the pool by hand, with a reason."""

    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCustomer(Command):
    """Take a customer from the pool for oneself (领取); `held` is how many one owns by now."""

    customer_id: UUID
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignFromPool(Command):
    """Give a customer of the pool to somebody, whatever his caps."""

    customer_id: UUID
    owner_id: UUID

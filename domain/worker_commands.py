"""What the workers ask by themselves, and nobody else: no edge takes these from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from domain.channel import Channel
from domain.commands import Command
from domain.policies.book import PolicyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableChannel(Command):
    """Give up a channel whose `address` takes nothing any more; `code` says why."""

    rep_id: UUID
    channel: Channel
    address: str = field(repr=False)
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateComplaint(Command):
    """Climb the rung with `key` and tell `to_ids`; no events when there is nothing to climb."""

    complaint_id: UUID
    key: UUID
    to_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputeDeadlines(Command):
    """Reckon the open deadlines of a complaint anew, because `policy` was amended.

    No event when they come to the same.
    """

    complaint_id: UUID
    policy: PolicyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputeDue(Command):
    """Reckon when a customer is due anew, because `policy` was amended; no event when unchanged."""

    customer_id: UUID
    policy: PolicyKind

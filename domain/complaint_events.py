"""The facts of a complaint's life, in the order it goes (投诉)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.priority import Clock, Priority

if TYPE_CHECKING:
    from domain.complaint import Complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """A rung still ahead: which clock reaches it, when, and the key it is climbed under."""

    clock: Clock
    percent: int
    level: int
    at: datetime
    key: UUID


class ComplaintEvent(CareAggregate.Event):
    """A fact about a complaint; personal fields are under the customer's key.

    `climbs`, on events that change a clock, lists every rung still ahead; the projection of
    obligations replaces what it has by them.
    """

    SUBJECT: ClassVar[str] = "customer_id"
    customer_id: UUID


class Filed(ComplaintEvent, CareAggregate.Created):
    """A customer complained (投诉受理, R68); clocks run from now as for an untriaged one."""

    TOPIC = "complaint.filed"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "summary", "details"})
    SUBJECT: ClassVar[str] = "customer_id"
    channel: str
    owner_id: UUID | None
    priority: str
    sla_version: int
    calendar_version: int
    climbs: list[Climb]
    summary: str = ""
    details: str = ""

    def apply(self, aggregate: Complaint) -> None:
        """Open the complaint."""
        aggregate.begin_life(self.customer_id, self.owner_id, self.timestamp)
        aggregate.priority = Priority(self.priority)
        aggregate.sla_version = self.sla_version
        aggregate.climbs = self.climbs


class Triaged(ComplaintEvent):
    """Severity and pressure were judged, which gives the priority and new deadlines (R69)."""

    TOPIC = "complaint.triaged"
    severity: str
    pressure: str
    priority: str
    sla_version: int
    calendar_version: int
    climbs: list[Climb]

    def apply(self, aggregate: Complaint) -> None:
        """Take priority and deadlines over."""
        aggregate.is_triaged = True
        aggregate.priority = Priority(self.priority)
        aggregate.sla_version = self.sla_version
        aggregate.climbs = self.climbs


class Assigned(ComplaintEvent):
    """Somebody was made responsible for the complaint."""

    TOPIC = "complaint.assigned"
    from_handler_id: UUID | None
    to_handler_id: UUID

    def apply(self, aggregate: Complaint) -> None:
        """Take the handler over."""
        aggregate.handler_id = self.to_handler_id


class Acknowledged(ComplaintEvent):
    """The handler told the customer that he is on it; the acknowledge clock stops."""

    TOPIC = "complaint.acknowledged"
    climbs: list[Climb]

    def apply(self, aggregate: Complaint) -> None:
        """Stop the clock."""
        aggregate.acknowledged_at = self.timestamp
        aggregate.climbs = self.climbs


class Investigated(ComplaintEvent):
    """The cause was found (R70)."""

    TOPIC = "complaint.investigated"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "cause"})
    cause: str = ""

    def apply(self, aggregate: Complaint) -> None:
        """Remember that there is a cause."""
        aggregate.is_investigated = True


class Resolved(ComplaintEvent):
    """There is a solution (解决方案); the resolve clock stops."""

    TOPIC = "complaint.resolved"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "solution"})
    climbs: list[Climb]
    solution: str = ""

    def apply(self, aggregate: Complaint) -> None:
        """Stop the clock; we do not wait for the customer any more."""
        aggregate.resolved_at = self.timestamp
        aggregate.is_paused = False
        aggregate.climbs = self.climbs


class OutcomeReported(ComplaintEvent):
    """The customer was told the outcome (反馈处理结果, R70)."""

    TOPIC = "complaint.outcome_reported"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "answer"})
    channel: str
    answer: str = ""

    def apply(self, aggregate: Complaint) -> None:
        """Remember that he knows."""
        aggregate.is_reported = True


class Closed(ComplaintEvent):
    """The complaint is over; `satisfaction` is the customer's own, 1 (worst) to 5, or None."""

    TOPIC = "complaint.closed"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "comment"})
    satisfaction: int | None
    comment: str = ""

    def apply(self, aggregate: Complaint) -> None:
        """Close it."""
        aggregate.is_closed = True


class Reopened(ComplaintEvent):
    """It was not over: a new round begins, with a fresh resolve clock."""

    TOPIC = "complaint.reopened"
    round: int
    sla_version: int
    calendar_version: int
    climbs: list[Climb]

    def apply(self, aggregate: Complaint) -> None:
        """Begin the next round."""
        aggregate.begin_round(self.round, self.timestamp)
        aggregate.sla_version = self.sla_version
        aggregate.climbs = self.climbs


class Paused(ComplaintEvent):
    """We wait for the customer: the resolve clock stands, `used_seconds` of it are gone (D9)."""

    TOPIC = "complaint.paused"
    used_seconds: float
    climbs: list[Climb]

    def apply(self, aggregate: Complaint) -> None:
        """Stop the clock where it is."""
        aggregate.is_paused = True
        aggregate.used_seconds = self.used_seconds
        aggregate.climbs = self.climbs


class Resumed(ComplaintEvent):
    """The wait is over: the resolve clock runs on from where it stood."""

    TOPIC = "complaint.resumed"
    sla_version: int
    calendar_version: int
    climbs: list[Climb]

    def apply(self, aggregate: Complaint) -> None:
        """Let the clock run on."""
        aggregate.is_paused = False
        aggregate.running_since = self.timestamp
        aggregate.sla_version = self.sla_version
        aggregate.climbs = self.climbs


class DeadlinesRecomputed(ComplaintEvent):
    """The deadlines ahead were reckoned anew, because the policy `policy` was amended.

    `before` lists the rungs that were ahead until then.
    """

    TOPIC = "complaint.deadlines_recomputed"
    policy: str
    sla_version: int
    calendar_version: int
    before: list[Climb]
    climbs: list[Climb]

    def apply(self, aggregate: Complaint) -> None:
        """Take the new deadlines over."""
        aggregate.sla_version = self.sla_version
        aggregate.climbs = self.climbs


class Escalated(ComplaintEvent):
    """A clock reached a rung and these people were told (升级); level 0 is a warning.

    `due_at` is when the rung was reached, the event's own time when that was noticed.
    """

    TOPIC = "complaint.escalated"
    clock: str
    percent: int
    level: int
    key: UUID
    due_at: datetime
    to_ids: list[UUID]

    def apply(self, aggregate: Complaint) -> None:
        """Leave the rung behind."""
        aggregate.climb(self.key, self.level)


class EscalationStranded(ComplaintEvent):
    """A clock reached a rung and there is nobody up there to tell: a fact in itself (D9)."""

    TOPIC = "complaint.escalation_stranded"
    clock: str
    percent: int
    level: int
    key: UUID
    due_at: datetime

    def apply(self, aggregate: Complaint) -> None:
        """Leave the rung behind."""
        aggregate.climb(self.key, self.level)

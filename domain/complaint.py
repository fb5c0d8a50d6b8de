"""The complaint (投诉): from filed to closed, climbing a ladder until solved (R68-R72)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain import complaint_events as events
from domain.aggregate import CareAggregate
from domain.contact import BEST_SATISFACTION
from domain.errors import (
    InvalidError,
    NothingChangedError,
    WrongStageError,
)
from domain.ids import named_id
from domain.policies.book import PolicyBook, PolicyKind
from domain.priority import Clock, ComplaintChannel, Pressure, Priority, Severity
from domain.provenance import current_provenance, require_reason


class Stage(StrEnum):
    """How far a complaint has come."""

    FILED = "filed"
    TRIAGED = "triaged"
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATED = "investigated"
    RESOLVED = "resolved"
    REPORTED = "reported"
    CLOSED = "closed"


class Complaint(CareAggregate):
    """A customer's complaint and what was done about it."""

    TOPIC = "complaint"

    Event = events.ComplaintEvent
    Filed = events.Filed
    Triaged = events.Triaged
    Assigned = events.Assigned
    Acknowledged = events.Acknowledged
    Investigated = events.Investigated
    Resolved = events.Resolved
    OutcomeReported = events.OutcomeReported
    Closed = events.Closed
    Reopened = events.Reopened
    Paused = events.Paused
    Resumed = events.Resumed
    DeadlinesRecomputed = events.DeadlinesRecomputed
    Escalated = events.Escalated
    EscalationStranded = events.EscalationStranded
    Created = Filed

    customer_id: UUID
    owner_id: UUID | None
    handler_id: UUID | None
    priority: Priority
    sla_version: int
    filed_at: datetime
    running_since: datetime
    used_seconds: float
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    round: int
    level: int
    climbs: list[events.Climb]
    climbed: frozenset[UUID]
    is_triaged: bool
    is_investigated: bool
    is_reported: bool
    is_closed: bool
    is_paused: bool

    @classmethod
    def file(
        cls,
        book: PolicyBook,
        *,
        customer_id: UUID,
        owner_id: UUID | None,
        channel: ComplaintChannel,
        summary: str,
        details: str = "",
        id: UUID | None = None,  # noqa: A002 - the library's own name
    ) -> Complaint:
        """Take a complaint in; until it is triaged it runs on the priority for untriaged ones."""
        if not summary.strip():
            raise InvalidError(field="summary", problem="required")
        now = current_provenance().at
        complaint_id = id or cls.create_id()
        priority = book.sla.untriaged
        climbs = [
            climb
            for clock in Clock
            for climb in _reckon_climbs(book, complaint_id, 1, clock, priority, since=now)
        ]
        return cls.begin(
            cls.Filed,
            id=complaint_id,
            customer_id=customer_id,
            owner_id=owner_id,
            channel=channel.value,
            summary=summary,
            details=details,
            priority=priority.value,
            climbs=climbs,
            **_versions(book),
        )

    def triage(self, book: PolicyBook, severity: Severity, pressure: Pressure) -> None:
        """Judge how grave it is; both deadlines are reckoned anew from when their clock began."""
        self._require_open()
        priority = book.sla.priority(severity, pressure)
        self.trigger_event(
            self.Triaged,
            customer_id=self.customer_id,
            severity=severity.value,
            pressure=pressure.value,
            priority=priority.value,
            climbs=self._ahead_under(book, priority),
            **_versions(book),
        )

    def assign(self, handler_id: UUID) -> None:
        """Make somebody responsible, triaged or not; may be done again to hand it on."""
        self._require_open()
        if handler_id == self.handler_id:
            raise NothingChangedError(of="handler")
        self.trigger_event(
            self.Assigned,
            customer_id=self.customer_id,
            from_handler_id=self.handler_id,
            to_handler_id=handler_id,
        )

    def acknowledge(self) -> None:
        """Record that the customer knows somebody is on it."""
        self._require(self.handler_id is not None and self.acknowledged_at is None)
        climbs = [c for c in self.climbs if c.clock is not Clock.ACKNOWLEDGE]
        self.trigger_event(self.Acknowledged, customer_id=self.customer_id, climbs=climbs)

    def investigate(self, cause: str) -> None:
        """Record the cause; may be done again when another one is found."""
        self._require(self.acknowledged_at is not None and self.resolved_at is None)
        if not cause.strip():
            raise InvalidError(field="cause", problem="required")
        self.trigger_event(self.Investigated, customer_id=self.customer_id, cause=cause)

    def resolve(self, solution: str) -> None:
        """Record the solution; the resolve clock stops."""
        self._require(self.is_investigated and self.resolved_at is None)
        if not solution.strip():
            raise InvalidError(field="solution", problem="required")
        self.trigger_event(
            self.Resolved, customer_id=self.customer_id, solution=solution, climbs=[]
        )

    def report_outcome(self, channel: ComplaintChannel, answer: str) -> None:
        """Record that the customer was told the outcome."""
        self._require(self.resolved_at is not None and not self.is_reported)
        self.trigger_event(
            self.OutcomeReported,
            customer_id=self.customer_id,
            channel=channel.value,
            answer=answer,
        )

    def close(self, satisfaction: int | None, comment: str = "") -> None:
        """Close it with the customer's satisfaction, 1 to 5, None when he does not say."""
        self._require(self.is_reported)
        if satisfaction is not None and not 1 <= satisfaction <= BEST_SATISFACTION:
            raise InvalidError(field="satisfaction", problem="out-of-range")
        self.trigger_event(
            self.Closed, customer_id=self.customer_id, satisfaction=satisfaction, comment=comment
        )

    def reopen(self, book: PolicyBook) -> None:
        """Begin a new round, with the reason of the provenance; from any stage after resolved."""
        if self.resolved_at is None:
            raise WrongStageError(stage=self.stage.value)
        require_reason()
        now, number = current_provenance().at, self.round + 1
        climbs = _reckon_climbs(book, self.id, number, Clock.RESOLVE, self.priority, since=now)
        self.trigger_event(
            self.Reopened,
            customer_id=self.customer_id,
            round=number,
            climbs=climbs,
            **_versions(book),
        )

    def pause(self, book: PolicyBook) -> None:
        """Stop the resolve clock while we wait for the customer, with a reason (D9)."""
        self._require(not self.is_paused and self.resolved_at is None)
        require_reason()
        now = current_provenance().at
        used = self.used_seconds + book.calendar.calendar.between(self.running_since, now)
        # A rung reached already is climbed even if that was not noticed before the clock stood.
        climbs = [c for c in self.climbs if c.clock is not Clock.RESOLVE or c.at <= now]
        self.trigger_event(
            self.Paused, customer_id=self.customer_id, used_seconds=used, climbs=climbs
        )

    def resume(self, book: PolicyBook) -> None:
        """Let the resolve clock run on from where it stood."""
        self._require(self.is_paused)
        since = current_provenance().at
        climbs = self._ahead_on(book, Clock.RESOLVE, self.priority, since, self.used_seconds)
        kept = {climb.key for climb in self.climbs}
        self.trigger_event(
            self.Resumed,
            customer_id=self.customer_id,
            climbs=[*self.climbs, *(climb for climb in climbs if climb.key not in kept)],
            **_versions(book),
        )

    def recompute_deadlines(self, book: PolicyBook, policy: PolicyKind) -> None:
        """Reckon the rungs ahead anew under `book`, because `policy` was amended.

        Nothing is recorded when they come to the same, so this may be asked any number of times.
        What was climbed stays climbed; a rung that now lies in the past is reached at once.
        """
        climbs = [] if self.is_closed else self._ahead_under(book, self.priority)
        if {climb.key: climb for climb in climbs} == {climb.key: climb for climb in self.climbs}:
            return
        self.trigger_event(
            self.DeadlinesRecomputed,
            customer_id=self.customer_id,
            policy=policy.value,
            before=self.climbs,
            climbs=climbs,
            **_versions(book),
        )

    def escalate(self, key: UUID, to_ids: list[UUID]) -> None:
        """Climb the rung with `key` and tell `to_ids`.

        Nothing is recorded when the rung is still ahead, was climbed before or its clock has
        stopped, so this may be asked any number of times. Nobody to tell is a fact of its own.
        """
        rung = next((c for c in self.climbs if c.key == key), None)
        if rung is None or rung.at > current_provenance().at:
            return
        facts: dict[str, Any] = {
            "customer_id": self.customer_id,
            "clock": rung.clock.value,
            "percent": rung.percent,
            "level": rung.level,
            "key": key,
            "due_at": rung.at,
        }
        if to_ids:
            self.trigger_event(self.Escalated, **facts, to_ids=to_ids)
        else:
            self.trigger_event(self.EscalationStranded, **facts)

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        passed = (
            (self.is_closed, Stage.CLOSED),
            (self.is_reported, Stage.REPORTED),
            (self.resolved_at is not None, Stage.RESOLVED),
            (self.is_investigated, Stage.INVESTIGATED),
            (self.acknowledged_at is not None, Stage.ACKNOWLEDGED),
            (self.handler_id is not None, Stage.ASSIGNED),
            (self.is_triaged, Stage.TRIAGED),
        )
        return next((stage for reached, stage in passed if reached), Stage.FILED)

    # What events apply

    def begin_life(self, customer_id: UUID, owner_id: UUID | None, at: datetime) -> None:
        """Start as a complaint that nobody has looked at."""
        self.customer_id, self.owner_id, self.handler_id = customer_id, owner_id, None
        self.filed_at, self.level, self.is_triaged = at, 0, False
        self.acknowledged_at, self.climbed = None, frozenset()
        self.begin_round(1, at)

    def climb(self, key: UUID, level: int) -> None:
        """Leave the rung with `key` behind, in this round for good."""
        self.climbs = [climb for climb in self.climbs if climb.key != key]
        self.climbed = self.climbed | {key}
        self.level = max(self.level, level)

    def begin_round(self, number: int, at: datetime) -> None:
        """Start a round: the first one at filing, the next ones at reopening."""
        self.round, self.running_since, self.used_seconds = number, at, 0.0
        self.resolved_at, self.is_investigated, self.is_reported = None, False, False
        self.is_closed = self.is_paused = False

    def _ahead_under(self, book: PolicyBook, priority: Priority) -> list[events.Climb]:
        """Return the rungs ahead if `priority` had held since each clock began."""
        climbs: list[events.Climb] = []
        if self.acknowledged_at is None:
            climbs += self._ahead_on(book, Clock.ACKNOWLEDGE, priority, self.filed_at)
        if self.is_paused:
            climbs += [climb for climb in self.climbs if climb.clock is Clock.RESOLVE]
        elif self.resolved_at is None:
            since, used = self.running_since, self.used_seconds
            climbs += self._ahead_on(book, Clock.RESOLVE, priority, since, used)
        return climbs

    def _ahead_on(
        self, book: PolicyBook, clock: Clock, priority: Priority, since: datetime, used: float = 0.0
    ) -> list[events.Climb]:
        climbs = _reckon_climbs(book, self.id, self.round, clock, priority, since=since, used=used)
        return [climb for climb in climbs if climb.key not in self.climbed]

    def _require_open(self) -> None:
        self._require(not self.is_closed)

    def _require(self, fits: bool) -> None:  # noqa: FBT001 - reads as a sentence at every call
        if not fits or self.is_closed:
            raise WrongStageError(stage=self.stage.value)


def _reckon_climbs(
    book: PolicyBook,
    complaint_id: UUID,
    round_: int,
    clock: Clock,
    priority: Priority,
    *,
    since: datetime,
    used: float = 0.0,
) -> list[events.Climb]:
    """Return the rungs of a clock, each with the key under which it is climbed once (D7)."""
    calendar = book.calendar.calendar
    return [
        events.Climb(
            clock=clock,
            percent=rung.percent,
            level=rung.level,
            at=at,
            key=named_id("escalation", complaint_id, round_, clock.value, rung.percent),
        )
        for rung, at in book.sla.climb(clock, priority, calendar, since=since, used_seconds=used)
    ]


def _versions(book: PolicyBook) -> dict[str, int]:
    return {
        "sla_version": book.versions[PolicyKind.SLA],
        "calendar_version": book.versions[PolicyKind.CALENDAR],
    }

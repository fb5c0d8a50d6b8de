"""The clocks of complaints under another SLA, for `projections.what_if`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.complaint import Complaint
from domain.policies.book import PolicyBook
from domain.priority import Clock, Pressure, Priority, Severity

PERCENT = 100


@dataclass(slots=True)
class _Running:
    """A complaint: its priority and when its clocks ran, from when to when."""

    owner_id: UUID | None
    filed_at: datetime
    priority: Priority
    acknowledged_at: datetime | None = None
    runs: list[tuple[datetime, datetime]] = field(default_factory=list)
    runs_since: datetime | None = None

    def stop(self, at: datetime) -> None:
        """Let the resolve clock stand."""
        if self.runs_since is not None:
            self.runs.append((self.runs_since, at))
            self.runs_since = None


class ComplaintClocks:
    """What complaints went through, and how far they would have climbed under a book."""

    def __init__(self, book: PolicyBook) -> None:
        """Go by the SLA and the calendar of `book`."""
        self._book = book
        self._complaints: dict[UUID, _Running] = {}

    def take(self, event: Any) -> None:
        """Go on by one event of a complaint."""
        at = event.timestamp
        if isinstance(event, Complaint.Filed):
            begun = _Running(event.owner_id, at, self._book.sla.untriaged, runs_since=at)
            self._complaints[event.originator_id] = begun
            return
        complaint = self._complaints.get(event.originator_id)
        if complaint is None:
            return
        if isinstance(event, Complaint.Triaged):
            severity, pressure = Severity(event.severity), Pressure(event.pressure)
            complaint.priority = self._book.sla.priority(severity, pressure)
        elif isinstance(event, Complaint.Acknowledged):
            complaint.acknowledged_at = complaint.acknowledged_at or at
        elif isinstance(event, (Complaint.Resolved, Complaint.Paused, Complaint.Closed)):
            complaint.stop(at)
        elif isinstance(event, (Complaint.Reopened, Complaint.Resumed)):
            complaint.runs_since = at

    def climbed(self, until: datetime) -> Iterable[tuple[UUID, date, int]]:
        """Return the owner of each complaint, the month it was filed in and the rungs climbed."""
        for complaint in self._complaints.values():
            if complaint.owner_id is not None:
                complaint.stop(until)
                answered = [(complaint.filed_at, complaint.acknowledged_at or until)]
                climbed = self._rungs(complaint.priority, Clock.ACKNOWLEDGE, answered)
                climbed += self._rungs(complaint.priority, Clock.RESOLVE, complaint.runs)
                month = self._book.today(complaint.filed_at).replace(day=1)
                yield complaint.owner_id, month, climbed

    def _rungs(
        self, priority: Priority, clock: Clock, runs: Iterable[tuple[datetime, datetime]]
    ) -> int:
        calendar = self._book.calendar.calendar
        used = sum(calendar.between(start, end) for start, end in runs)
        whole = self._book.sla.targets[priority].minutes(clock) * 60
        return sum(used >= whole * rung.percent / PERCENT for rung in self._book.sla.ladder)

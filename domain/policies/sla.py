"""The SLA policy: priorities, working-time targets and the escalation ladder (D9, X13, ours)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from domain.calendars.business_time import WorkCalendar
from domain.priority import Clock, Pressure, Priority, Severity

PERCENT = 100
MAX_PERCENT = 1_000
MAX_MINUTES = 60_000
"""A thousand working hours, half a year: whoever takes longer has no target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Working minutes to acknowledge and to resolve."""

    acknowledge: int
    resolve: int

    def __post_init__(self) -> None:
        """Refuse a target that has passed before it began, or is never reached."""
        if not 1 <= self.acknowledge <= self.resolve <= MAX_MINUTES:
            msg = f"a target needs 1 ≤ acknowledge ≤ resolve ≤ {MAX_MINUTES} minutes, got {self}"
            raise ValueError(msg)

    def minutes(self, clock: Clock) -> int:
        """Return the working minutes that `clock` allows."""
        return self.acknowledge if clock is Clock.ACKNOWLEDGE else self.resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """At `percent` of a clock's time the complaint climbs to `level`; level 0 is a warning."""

    percent: int
    level: int


def _matrix() -> dict[Severity, dict[Pressure, Priority]]:
    rows = {
        Severity.CRITICAL: "P1 P1 P2",
        Severity.MAJOR: "P1 P2 P3",
        Severity.MINOR: "P2 P3 P4",
        Severity.TRIVIAL: "P3 P4 P4",
    }
    pressures = (Pressure.HIGH, Pressure.NORMAL, Pressure.LOW)
    return {
        severity: dict(zip(pressures, map(Priority, row.split()), strict=True))
        for severity, row in rows.items()
    }


def _targets() -> dict[Priority, Target]:
    hour = 60
    return {
        Priority.P1: Target(acknowledge=30, resolve=8 * hour),
        Priority.P2: Target(acknowledge=2 * hour, resolve=24 * hour),
        Priority.P3: Target(acknowledge=4 * hour, resolve=40 * hour),
        Priority.P4: Target(acknowledge=8 * hour, resolve=80 * hour),
    }


def _ladder() -> tuple[Rung, ...]:
    steps = ((75, 0), (100, 1), (150, 2), (200, 3))
    return tuple(Rung(percent=percent, level=level) for percent, level in steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicy:
    """What priority a complaint gets, how fast it must move, and whom it reaches when it does not.

    A complaint that nobody has triaged yet runs on `untriaged`, so it cannot be forgotten either.
    Levels: 0 warns the handler, 1 owner and his manager, 2 head of department, 3 director.
    """

    matrix: dict[Severity, dict[Pressure, Priority]] = field(default_factory=_matrix)
    targets: dict[Priority, Target] = field(default_factory=_targets)
    ladder: tuple[Rung, ...] = field(default_factory=_ladder)
    untriaged: Priority = Priority.P2

    def __post_init__(self) -> None:
        """Refuse a matrix or targets with holes, and a ladder that does not climb."""
        if set(self.matrix) != set(Severity) or any(
            set(row) != set(Pressure) for row in self.matrix.values()
        ):
            msg = "the matrix needs a priority for every severity and pressure"
            raise ValueError(msg)
        if set(self.targets) != set(Priority):
            msg = "targets need every priority"
            raise ValueError(msg)
        climbs = all(a.percent < b.percent and a.level <= b.level for a, b in pairwise(self.ladder))
        percents = [rung.percent for rung in self.ladder]
        if not percents or percents[0] < 1 or percents[-1] > MAX_PERCENT or not climbs:
            msg = f"the ladder needs growing levels and percents from 1 to {MAX_PERCENT}"
            raise ValueError(msg)

    def priority(self, severity: Severity, pressure: Pressure) -> Priority:
        """Return the priority of a complaint (R69)."""
        return self.matrix[severity][pressure]

    def climb(
        self,
        clock: Clock,
        priority: Priority,
        calendar: WorkCalendar,
        *,
        since: datetime,
        used_seconds: float = 0,
    ) -> list[tuple[Rung, datetime]]:
        """Return when each rung of `clock` is reached if it runs from `since`, in UTC.

        `used_seconds` of working time are already gone; rungs that lie within them are reached
        at once.
        """
        total = self.targets[priority].minutes(clock) * 60
        shares = [(rung, total * rung.percent / PERCENT) for rung in self.ladder]
        return [
            (rung, calendar.add(since, max(0.0, share - used_seconds))) for rung, share in shares
        ]

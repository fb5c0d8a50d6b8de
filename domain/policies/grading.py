"""The grading policy: from demand and expected deal date to a grade (R34-R38, X4, X5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from domain.grade import Demand, Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingPolicy:
    """Days until the expected deal up to which each grade reaches, bounds included (X4).

    A month is 30 days. Whatever lies beyond the last bound is D.
    """

    within_days: dict[str, int] = field(default_factory=lambda: {"A": 30, "B": 90, "C": 180})

    def __post_init__(self) -> None:
        """Refuse bounds that do not grow from A to C."""
        a, b, c = (self.within_days.get(grade, 0) for grade in "ABC")
        if not 0 < a < b < c or set(self.within_days) != set("ABC"):
            msg = f"within_days needs growing positive days for A, B and C, got {self.within_days}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The grade that follows from what is known, and whether a new estimate is needed."""

    grade: Grade
    needs_estimate: bool = False


def assess(
    policy: GradingPolicy, *, demand: Demand, expected_on: date | None, today: date, kept: Grade
) -> Assessment:
    """Return the grade for `demand` and the day a deal is `expected_on` (X4, X5).

    No demand is E and latent demand is D, whatever the date. Present demand without a date is D
    and needs an estimate; with a date gone by the grade `kept` stays and needs an estimate now.
    """
    if demand is Demand.NONE:
        return Assessment(Grade.E)
    if demand is Demand.LATENT:
        return Assessment(Grade.D)
    if expected_on is None:
        return Assessment(Grade.D, needs_estimate=True)
    days = (expected_on - today).days
    if days < 0:
        return Assessment(kept, needs_estimate=True)
    for grade in (Grade.A, Grade.B, Grade.C):
        if days <= policy.within_days[grade.value]:
            return Assessment(grade)
    return Assessment(Grade.D)

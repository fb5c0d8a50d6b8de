"""The grading policy: from demand and expected deal date to a grade (R34-R38, X4, X5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.grade import Demand, Grade, GradeBasis, Outlook


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


def decide_grade(
    policy: GradingPolicy,
    *,
    judged: Grade | None,
    outlook: Outlook | None,
    today: date,
    kept: Grade,
) -> tuple[Grade, GradeBasis]:
    """Return the grade after a contact, and how it came about (R41).

    What somebody `judged` wins; else it follows from the `outlook` that was stated; else the grade
    is `kept`.
    """
    if judged is not None:
        return judged, GradeBasis.JUDGED
    if outlook is None:
        return kept, GradeBasis.KEPT
    return assess(policy, outlook, today=today, kept=kept), GradeBasis.ASSESSED


def assess(policy: GradingPolicy, outlook: Outlook, *, today: date, kept: Grade) -> Grade:
    """Return the grade that follows from `outlook` on the day `today` (X4, X5).

    No demand is E and latent demand is D, whatever the date. Present demand without a date is D;
    with a date gone by the grade `kept` stays until there is a new estimate.
    """
    if outlook.demand is Demand.NONE:
        return Grade.E
    if outlook.demand is Demand.LATENT or outlook.expected_on is None:
        return Grade.D
    days = (outlook.expected_on - today).days
    if days < 0:
        return kept
    bounds = ((policy.within_days[grade.value], grade) for grade in (Grade.A, Grade.B, Grade.C))
    return next((grade for bound, grade in bounds if days <= bound), Grade.D)


def lacks_estimate(grade: Grade, outlook: Outlook | None, today: date) -> bool:
    """Tell whether a deal is wanted but the day it is expected is unknown or gone by (X5)."""
    if outlook is None or outlook.demand is not Demand.PRESENT or grade is Grade.E:
        return False
    return outlook.expected_on is None or outlook.expected_on < today


def regraded(
    policy: GradingPolicy,
    *,
    before: Grade,
    known: Outlook | None,
    is_uncertain: bool,
    judged: Grade | None,
    outlook: Outlook | None,
    today: date,
) -> dict[str, Any]:
    """Return what an event says of the grade decision that it carries (R41, X5, X20).

    `known` is the outlook so far; a grade that `is_uncertain` stays so while it is merely kept.
    """
    grade, basis = decide_grade(policy, judged=judged, outlook=outlook, today=today, kept=before)
    still_needed = basis is GradeBasis.KEPT and is_uncertain
    return {
        "from_grade": before.value,
        "to_grade": grade.value,
        "grade_basis": basis.value,
        "needs_estimate": still_needed or lacks_estimate(grade, outlook or known, today),
        "demand": outlook.demand.value if outlook else None,
        "expected_on": outlook.expected_on if outlook else None,
    }

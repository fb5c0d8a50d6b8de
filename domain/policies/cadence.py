"""The cadence policy: how many days each grade's journal allows, and what follows when they pass.

R39, R40, X1, X2. The ladder of overdue follow-ups is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from domain.contact import ContactMethod
from domain.grade import Grade

MAX_DAYS = 3_650
"""The longest interval between two contacts, ten years."""

MAX_RUNGS = 9
MAX_OVERDUE = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueRung:
    """What happens `days` after a follow-up was due and still has not taken place.

    The owner is told in any case, his manager where `tells_manager`. Where it `flags`, the customer
    is marked for reassignment. Other customers than those of `grades` pass this rung by.
    """

    days: int
    tells_manager: bool = False
    flags: bool = False
    grades: tuple[Grade, ...] = tuple(Grade)


def _ladder() -> tuple[OverdueRung, ...]:
    return (
        OverdueRung(days=3),
        OverdueRung(days=5, tells_manager=True),
        OverdueRung(days=7, tells_manager=True, flags=True),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CadencePolicy:
    """Days from one contact to the next, by grade: daily, weekly, 15 days, 30 days, yearly.

    The source prints D twice; the second must be E (X1). A year is 365 days (X2).
    A date reckoned from the cadence moves to the next working day when the next contact is by one
    of `workday_methods`; a promised date never moves. An overdue follow-up climbs the `ladder`.
    """

    interval_days: dict[str, int] = field(
        default_factory=lambda: {"A": 1, "B": 7, "C": 15, "D": 30, "E": 365}
    )
    workday_methods: tuple[ContactMethod, ...] = (ContactMethod.PHONE, ContactMethod.VISIT)
    ladder: tuple[OverdueRung, ...] = field(default_factory=_ladder)

    def __post_init__(self) -> None:
        """Refuse a grade without an interval, one too long to live to see, a ladder that falls."""
        days = self.interval_days.values()
        if set(self.interval_days) != set(Grade) or not 1 <= min(days) <= max(days) <= MAX_DAYS:
            msg = f"interval_days needs 1 to {MAX_DAYS} days for each of A to E"
            raise ValueError(msg)
        rungs = [rung.days for rung in self.ladder]
        climbs = all(low < high for low, high in pairwise(rungs))
        within = all(1 <= rung <= MAX_OVERDUE for rung in rungs)
        if len(rungs) > MAX_RUNGS or not (climbs and within):
            msg = f"the ladder needs at most {MAX_RUNGS} rungs of growing days, 1 to {MAX_OVERDUE}"
            raise ValueError(msg)

    def interval(self, grade: Grade) -> int:
        """Return the days that may pass until the next contact of a customer of `grade`."""
        return self.interval_days[grade.value]

    def rung_above(self, level: int, grade: Grade) -> tuple[int, OverdueRung] | None:
        """Return level and rung that an overdue customer climbs to from `level`, 0 being none."""
        for number, rung in enumerate(self.ladder[level:], start=level + 1):
            if grade in rung.grades:
                return number, rung
        return None

"""The cadence policy: how many days each grade's tracking journal allows (R39, R40, X1, X2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.contact import ContactMethod
from domain.grade import Grade

MAX_DAYS = 3_650
"""The longest interval between two contacts, ten years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CadencePolicy:
    """Days from one contact to the next, by grade: daily, weekly, 15 days, 30 days, yearly.

    The source prints D twice; the second must be E (X1). A year is 365 days (X2).
    A date reckoned from the cadence moves to the next working day when the next contact is by one
    of `workday_methods`; a promised date never moves.
    """

    interval_days: dict[str, int] = field(
        default_factory=lambda: {"A": 1, "B": 7, "C": 15, "D": 30, "E": 365}
    )
    workday_methods: tuple[ContactMethod, ...] = (ContactMethod.PHONE, ContactMethod.VISIT)

    def __post_init__(self) -> None:
        """Refuse a grade without an interval, or with one that nobody would live to see."""
        days = self.interval_days.values()
        if set(self.interval_days) != set(Grade) or not 1 <= min(days) <= max(days) <= MAX_DAYS:
            msg = f"interval_days needs 1 to {MAX_DAYS} days for each of A to E"
            raise ValueError(msg)

    def interval(self, grade: Grade) -> int:
        """Return the days that may pass until the next contact of a customer of `grade`."""
        return self.interval_days[grade.value]

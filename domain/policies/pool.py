"""The pool policy: when a customer goes back to the public pool (公海), and who may take him (D10).

The figures are ours: the source only says that customers overdue for follow-up go back by
themselves and are claimed from there (R60, X16).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.grade import Grade
from domain.policies.cadence import MAX_DAYS

MAX_CUSTOMERS = 1_000_000


class PoolClock(StrEnum):
    """What a customer goes back to the pool for: too long without a contact, or without a deal."""

    CONTACT = "contact"
    DEAL = "deal"


class Exemption(StrEnum):
    """What keeps a customer from going back, however long nothing was done."""

    OPEN_COMPLAINT = "open_complaint"
    CONTRACT = "contract"


Terms = dict[str, int | None]
"""Days by grade; None never ends."""


def _contact_days() -> Terms:
    return {"A": 7, "B": 21, "C": 45, "D": 90, "E": None}


def _deal_days() -> Terms:
    return {"A": 180, "B": 180, "C": 180, "D": 180, "E": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPolicy:
    """Terms of both clocks by grade, the warning before, and what somebody may take.

    `contact_days` and `deal_days` may pass without a contact and without a purchase; a dead
    customer (E) never goes back, for nobody would claim him. `warning_days` before, the owner is
    warned. Whoever lost a customer may not claim him for `cool_down_days`. `claims_a_day` and
    `most_held` bound what one representative claims in a day and owns when he claims. Days before
    `counts_from`, when the company introduced the pool, count for nobody.
    """

    contact_days: Terms = field(default_factory=_contact_days)
    deal_days: Terms = field(default_factory=_deal_days)
    warning_days: int = 3
    cool_down_days: int = 14
    claims_a_day: int = 20
    most_held: int = 500
    exemptions: tuple[Exemption, ...] = tuple(Exemption)
    counts_from: date | None = None

    def __post_init__(self) -> None:
        """Refuse a grade without a term, and a term that ends before its own warning."""
        for name, terms in (("contact_days", self.contact_days), ("deal_days", self.deal_days)):
            days = [term for term in terms.values() if term is not None]
            if set(terms) != set(Grade) or not all(0 < term <= MAX_DAYS for term in days):
                msg = f"{name} needs 1 to {MAX_DAYS} days, or null, for each of A to E"
                raise ValueError(msg)
            if not 1 <= self.warning_days < min(days, default=MAX_DAYS):
                msg = f"warning_days needs at least 1 and less than any of {name}"
                raise ValueError(msg)
        if not 0 <= self.cool_down_days <= MAX_DAYS:
            msg = f"cool_down_days needs 0 to {MAX_DAYS}"
            raise ValueError(msg)
        for cap in (self.claims_a_day, self.most_held):
            if not 0 <= cap <= MAX_CUSTOMERS:
                msg = f"claims_a_day and most_held need 0 to {MAX_CUSTOMERS}"
                raise ValueError(msg)

    def term(self, clock: PoolClock, grade: Grade) -> int | None:
        """Return the days that `clock` allows a customer of `grade`, None for ever."""
        terms = self.contact_days if clock is PoolClock.CONTACT else self.deal_days
        return terms[grade.value]

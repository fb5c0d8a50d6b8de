"""The tracking grade (客户等级) and the four axes it is mixed from (R16-R21, R34-R38).

Each axis is a type of its own. 潜在 stands on two of them: as a deal status (`DealStage.PROSPECT`)
and as a demand (`Demand.LATENT`); they share nothing but the word (X7). Sales tier, intent and
credit grade are other scales again and never drive the journal (X8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Grade(StrEnum):
    """How soon a deal is expected; the grade decides how often the customer is contacted (R40).

    A within a month, B within three, C within half a year, D latent or later, E no demand or no
    chance (死亡客户).
    """

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


class DealStage(StrEnum):
    """Axis 1, deal status: closed (已成交), negotiating (正在谈判), prospect (潜在) (R16)."""

    CLOSED = "closed"
    NEGOTIATING = "negotiating"
    PROSPECT = "prospect"


class Importance(StrEnum):
    """Axis 2, by the amount that can be attained: key (重要) or ordinary (非重要) (R17)."""

    KEY = "key"
    ORDINARY = "ordinary"


class Urgency(StrEnum):
    """Axis 3: urgent (紧急), soon (缓急), unhurried (不紧急), slow (可慢反应) (R18, R19).

    Never stored: it follows from the date by which the customer needs us (X6).
    """

    URGENT = "urgent"
    SOON = "soon"
    UNHURRIED = "unhurried"
    SLOW = "slow"


class Demand(StrEnum):
    """Axis 4: present (目标, needs it now), latent (潜在, will), none (死亡, never will) (R20)."""

    PRESENT = "present"
    LATENT = "latent"
    NONE = "none"


class GradeBasis(StrEnum):
    """How a grade came about; every contact records one, "kept" included (R41, X20)."""

    KEPT = "kept"
    JUDGED = "judged"
    ASSESSED = "assessed"
    QUICK_NOTE = "quick_note"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of a customer: his demand and the day of the next deal (R20, R34-R38)."""

    demand: Demand
    expected_on: date | None

    @classmethod
    def stated(cls, demand: Demand | None, expected_on: date | None) -> Outlook | None:
        """Return what somebody states, None when nothing; a day alone means present demand."""
        if demand is None and expected_on is None:
            return None
        return cls(demand or Demand.PRESENT, expected_on)


_URGENCY_BOUNDS = ((7, Urgency.URGENT), (30, Urgency.SOON), (90, Urgency.UNHURRIED))


def urgency(needed_by: date | None, today: date) -> Urgency | None:
    """Return the band of a date by which the customer needs us, None without a date (X6).

    At most 7 days is urgent, 30 soon, 90 unhurried, more is slow; a date gone by is urgent.
    """
    if needed_by is None:
        return None
    days = (needed_by - today).days
    return next((band for bound, band in _URGENCY_BOUNDS if days <= bound), Urgency.SLOW)

"""How customers are contacted, and what a rep reports of a contact (R43, R46, R47)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.errors import InvalidError
from domain.grade import Demand, Grade, Outlook

BEST_SATISFACTION = 5


class ContactMethod(StrEnum):
    """By what means a contact took place; visits and calls are counted apart (R61)."""

    PHONE = "phone"
    VISIT = "visit"
    EMAIL = "email"
    SMS = "sms"
    WECHAT = "wechat"
    MEETING = "meeting"
    OTHER = "other"


class ContactPurpose(StrEnum):
    """What a contact was for: following up (跟进), a return visit (回访), a cold call (陌拜)."""

    FOLLOW_UP = "follow_up"
    RETURN_VISIT = "return_visit"
    COLD = "cold"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What a rep reports of one contact (跟进记录, R43, R47).

    `grade` is the rep's own judgement; without it the grade follows from `demand` and
    `expected_on`, and without these it is kept. `promised_on` is the next date promised to the
    customer, `next_method` how that contact will be made, as this one when it is None.
    `satisfaction` is the customer's own, 1 (worst) to 5; he says it, his opinion (`feedback`) and
    his `suggestions` at a return visit, or whenever he likes (R46). InvalidError for another one.
    """

    contacted_on: date
    method: ContactMethod
    purpose: ContactPurpose = ContactPurpose.FOLLOW_UP
    text: str = ""
    feedback: str = ""
    grade: Grade | None = None
    demand: Demand | None = None
    expected_on: date | None = None
    promised_on: date | None = None
    defer_reason: str = ""
    next_method: ContactMethod | None = None
    suggestions: str = ""
    satisfaction: int | None = None

    def __post_init__(self) -> None:
        """Refuse a satisfaction that is not on the scale."""
        if self.satisfaction is not None and not 1 <= self.satisfaction <= BEST_SATISFACTION:
            raise InvalidError(field="satisfaction", problem="out-of-range")

    @property
    def outlook(self) -> Outlook | None:
        """What the customer now lets expect, None when nothing is stated."""
        return Outlook.stated(self.demand, self.expected_on)

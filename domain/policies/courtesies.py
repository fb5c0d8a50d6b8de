"""Courtesies (礼遇): which customers get a gift or a visit on which occasions, and when not (R75).

Pure. The figures are ours: the source only names holiday gifts and visits to key accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.calendars.festivals import FESTIVALS
from domain.errors import InvalidError
from domain.grade import Grade
from domain.occasion import OccasionKind

MOST_DAYS_BEFORE = 60


class CourtesyKind(StrEnum):
    """What is done for the customer in person; the kinds of the tasks are called alike."""

    GIFT = "gift"
    VISIT = "visit"


class NoCourtesy(StrEnum):
    """Why no gift is brought and no visit paid."""

    ERASED = "erased"
    TOO_LATE = "too-late"
    """The occasion was over before anybody decided: the service was down."""
    NOT_OF_GRADE = "not-of-grade"
    """The policy asks for none of a customer of his grade, by now."""
    NO_OWNER = "no-owner"
    OPTED_OUT = "opted-out"
    OPEN_COMPLAINT = "open-complaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtesyRule:
    """Customers of `grades` get a gift or a visit on an occasion, which falls due before it.

    `occasion` is a kind of occasion, or one festival as `festival:mid_autumn`. The task of the
    owner is due `days_before` the occasion.
    """

    kind: CourtesyKind
    occasion: str
    grades: tuple[Grade, ...]
    days_before: int = 7

    def __post_init__(self) -> None:
        """Refuse an occasion nobody knows, no grades, and days that nobody would wait."""
        kind, _, festival = self.occasion.partition(":")
        is_festival = kind == OccasionKind.FESTIVAL
        if kind not in set(OccasionKind) or is_festival is not bool(festival):
            raise InvalidError(field="courtesies", problem="unknown-occasion", value=self.occasion)
        if is_festival and (festival not in FESTIVALS or FESTIVALS[festival].is_solemn):
            raise InvalidError(field="courtesies", problem="unknown-festival", value=festival)
        if not self.grades:
            raise InvalidError(field="courtesies", problem="required")
        if not 0 <= self.days_before <= MOST_DAYS_BEFORE:
            raise InvalidError(field="courtesies", problem="out-of-range")

    @property
    def name(self) -> str:
        """What tells the rule from others: there is one for each kind and occasion."""
        return f"{self.kind.value}/{self.occasion}"

    def planned_for(self, on: date) -> date:
        """Return the day on which the task falls due for an occasion of the day `on`."""
        return on - timedelta(days=self.days_before)


USUAL = (
    CourtesyRule(
        kind=CourtesyKind.GIFT,
        occasion="festival:spring_festival",
        grades=(Grade.A, Grade.B),
        days_before=14,
    ),
    CourtesyRule(
        kind=CourtesyKind.GIFT,
        occasion="festival:mid_autumn",
        grades=(Grade.A,),
        days_before=10,
    ),
    CourtesyRule(kind=CourtesyKind.VISIT, occasion=OccasionKind.FIRST_PURCHASE, grades=(Grade.A,)),
)
"""What a new company adopts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtesyFacts:
    """What speaks for or against a courtesy on an occasion of the day `on`."""

    on: date
    grade: Grade
    has_owner: bool
    wants_greetings: bool | None
    has_open_complaint: bool
    is_erased: bool = False


def reason_against(
    rule: CourtesyRule | None, facts: CourtesyFacts, today: date
) -> NoCourtesy | None:
    """Return why the customer gets nothing, None when he does; `rule` is the one in force, if any.

    No consent is asked for: nobody is sent a message. Whoever wants no greetings gets no visit.
    """
    against = (
        (facts.is_erased, NoCourtesy.ERASED),
        (today > facts.on, NoCourtesy.TOO_LATE),
        (rule is None or facts.grade not in rule.grades, NoCourtesy.NOT_OF_GRADE),
        (not facts.has_owner, NoCourtesy.NO_OWNER),
        (facts.wants_greetings is False, NoCourtesy.OPTED_OUT),
        (facts.has_open_complaint, NoCourtesy.OPEN_COMPLAINT),
    )
    return next((reason for is_so, reason in against if is_so), None)

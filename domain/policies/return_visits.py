"""The return visit policy (回访): when a customer is asked how satisfied he is, and when not (R46).

The figures are ours: the source only says that return visits are periodic.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MAX_DAYS = 365


class VisitCause(StrEnum):
    """What a customer is visited after."""

    PURCHASE = "purchase"
    COMPLAINT = "complaint"
    """A complaint that was closed."""
    SERVICE = "service"
    """A contact whose purpose was service."""


class NoVisit(StrEnum):
    """Why a return visit is not made."""

    TOO_LATE = "too-late"
    NO_OWNER = "no-owner"
    DEAD_CUSTOMER = "dead-customer"
    OPEN_COMPLAINT = "open-complaint"
    VISITED = "visited"
    """Somebody has asked him since."""
    VISITED_RECENTLY = "visited-recently"
    """He was asked shortly before; so often nobody is asked, but about a complaint."""
    ALREADY_PLANNED = "already-planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnVisitPolicy:
    """Days from a cause to the visit, None for no visit.

    What is recorded or decided more than `latest_days` after the day of the visit leads to none.
    After a purchase or a service nobody is asked again within `apart_days` of the last time.
    """

    purchase_days: int | None = 3
    complaint_days: int | None = 7
    service_days: int | None = 3
    latest_days: int = 14
    apart_days: int = 30

    def __post_init__(self) -> None:
        """Refuse what lies before the cause or nobody would remember."""
        days = (self.purchase_days, self.complaint_days, self.service_days)
        if not all(1 <= each <= MAX_DAYS for each in days if each is not None):
            msg = f"a return visit takes place 1 to {MAX_DAYS} days after its cause, or never"
            raise ValueError(msg)
        if not (0 <= self.latest_days <= MAX_DAYS and 0 <= self.apart_days <= MAX_DAYS):
            msg = f"latest_days and apart_days need 0 to {MAX_DAYS} days"
            raise ValueError(msg)

    def planned_for(self, cause: VisitCause, on: date, today: date) -> date | None:
        """Return the day of the visit after a cause of the day `on` that is known `today`.

        None when there is to be none after such a cause, or its day is too long gone by.
        """
        days: int | None = getattr(self, f"{cause.value}_days")
        if days is None:
            return None
        planned = on + timedelta(days=days)
        return None if self.is_too_late(planned, today) else planned

    def is_too_late(self, planned: date, today: date) -> bool:
        """Tell whether `today` is too long after the day that was planned."""
        return today > planned + timedelta(days=self.latest_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """What speaks for or against a visit `planned` after a `cause` of the day `caused_on`."""

    cause: VisitCause
    caused_on: date
    planned: date
    visited_on: date | None
    has_owner: bool
    is_dead: bool
    has_bought: bool
    has_open_complaint: bool
    has_open_visit: bool


def reason_against(policy: ReturnVisitPolicy, facts: VisitFacts, today: date) -> NoVisit | None:
    """Return why the visit is not to be made, None when it is.

    A dead customer (E) is left alone unless he has bought. While he complains nobody asks how
    satisfied he is; the end of the complaint is a cause of its own.
    """
    since = facts.visited_on
    is_close = since is not None and facts.planned < since + timedelta(days=policy.apart_days)
    against = (
        (policy.is_too_late(facts.planned, today), NoVisit.TOO_LATE),
        (not facts.has_owner, NoVisit.NO_OWNER),
        (facts.is_dead and not facts.has_bought, NoVisit.DEAD_CUSTOMER),
        (facts.has_open_complaint, NoVisit.OPEN_COMPLAINT),
        (since is not None and since >= facts.caused_on, NoVisit.VISITED),
        (is_close and facts.cause is not VisitCause.COMPLAINT, NoVisit.VISITED_RECENTLY),
        (facts.has_open_visit, NoVisit.ALREADY_PLANNED),
    )
    return next((reason for is_so, reason in against if is_so), None)

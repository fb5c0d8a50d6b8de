"""The facts of a customer's life, in the order it goes (客户).

Each event says what it changes of the customer; `Customer` decides when it happens.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.card import Verification
from domain.contact import ContactMethod, ContactPurpose
from domain.grade import DealStage, Grade
from domain.journal import Due

if TYPE_CHECKING:
    from domain.customer import Customer


class CustomerEvent(CareAggregate.Event):
    """A fact about a customer."""


class Created(CustomerEvent, CareAggregate.Created):
    """The customer's file was opened (建档), with its source (R3) and first grade.

    `card` holds the filled fields of the card, `classification` those of the other axes.
    """

    TOPIC = "customer.created"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "card", "reference"})
    owner_id: UUID | None
    second_owner_id: UUID | None
    source: str
    source_cost: Decimal | None
    verification: str
    grade: str
    grade_basis: str
    grading_version: int
    needs_estimate: bool
    classification: dict[str, Any]
    registered_on: date
    due: Due
    claim_ids: list[UUID]
    card: dict[str, Any] | None = None
    reference: str = ""

    def apply(self, aggregate: Customer) -> None:
        """Start the file."""
        aggregate.card = self.card or {}
        aggregate.classification = self.classification
        aggregate.verification = Verification(self.verification)
        aggregate.owner_id = self.owner_id
        aggregate.second_owner_id = self.second_owner_id
        aggregate.claim_ids = frozenset(self.claim_ids)
        aggregate.reference = self.reference
        aggregate.grade = Grade(self.grade)
        aggregate.registered_on = self.registered_on
        aggregate.last_contact_on = aggregate.return_visited_on = None
        aggregate.needs_estimate = self.needs_estimate
        aggregate.next_method = ContactMethod.PHONE
        aggregate.due = self.due
        aggregate.care = {}
        aggregate.owned_since = self.timestamp
        aggregate.bought_on = aggregate.claimed_on = aggregate.pool_warning = None
        aggregate.former_owners = {}
        aggregate.is_on_hold = aggregate.is_purged = False
        aggregate.erased_on = None
        aggregate.begin_ladder()


class CardCorrected(CustomerEvent):
    """Fields of the card were corrected; `before` and `after` hold only those (R6).

    A field that was or is empty stands there as "" or [].
    """

    TOPIC = "customer.card_corrected"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "before", "after"})
    changed: list[str]
    claim_ids: list[UUID]
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None

    def apply(self, aggregate: Customer) -> None:
        """Take the corrected fields over."""
        aggregate.card = {**aggregate.card, **(self.after or {})}
        aggregate.claim_ids = frozenset(self.claim_ids)


class Reclassified(CustomerEvent):
    """The customer moved on an axis other than the grade (R16-R26)."""

    TOPIC = "customer.reclassified"
    before: dict[str, Any]
    after: dict[str, Any]

    def apply(self, aggregate: Customer) -> None:
        """Take the new places over."""
        aggregate.classification = {**aggregate.classification, **self.after}


class CardVerified(CustomerEvent):
    """Somebody checked the card's data, or found it disputable (R4)."""

    TOPIC = "customer.card_verified"
    from_verification: str
    to_verification: str

    def apply(self, aggregate: Customer) -> None:
        """Take the new state over."""
        aggregate.verification = Verification(self.to_verification)


class Contacted(CustomerEvent):
    """A contact took place, ended in a grade decision and set the next date (R41, R43, R49).

    `due` explains itself: the rule, the day it counts from, the interval, the policy versions.
    `next_method` is how the next contact is to be made, by which it moves to a working day or not.
    `satisfaction` is the customer's own, 1 (worst) to 5, null when he did not say (R46).
    """

    TOPIC = "customer.contacted"
    class_version: ClassVar[int] = 3
    PERSONAL: ClassVar[frozenset[str]] = frozenset(
        {"why", "text", "feedback", "suggestions", "defer_reason"}
    )
    contacted_by: UUID | None
    contacted_on: date
    method: str
    purpose: str
    from_grade: str
    to_grade: str
    grade_basis: str
    grading_version: int
    needs_estimate: bool
    demand: str | None
    expected_on: date | None
    promised_on: date | None
    quick_note: str
    next_method: str
    due: Due
    satisfaction: int | None
    text: str = ""
    feedback: str = ""
    suggestions: str = ""
    defer_reason: str = ""

    def apply(self, aggregate: Customer) -> None:
        """Refresh grade, next date and last contact."""
        aggregate.grade = Grade(self.to_grade)
        aggregate.needs_estimate = self.needs_estimate
        aggregate.next_method = ContactMethod(self.next_method)
        aggregate.due = self.due
        aggregate.begin_ladder()
        last = aggregate.last_contact_on
        if last is None or self.contacted_on > last:
            aggregate.last_contact_on = self.contacted_on
        visited = aggregate.return_visited_on
        if self.purpose == ContactPurpose.RETURN_VISIT and (
            visited is None or self.contacted_on > visited
        ):
            aggregate.return_visited_on = self.contacted_on
        if self.demand is not None:
            aggregate.take_demand(self.demand, self.expected_on)

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Say what was taken for granted: the next contact is made as this one was."""
        state["next_method"] = state["method"]

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        """Say that nobody was asked how satisfied he is."""
        state["satisfaction"] = None


class Regraded(CustomerEvent):
    """The grade was decided anew without a contact (重新定格划分等级), or only the next date.

    That happens when demand or a day of need is corrected and the grade stays as it is.
    """

    TOPIC = "customer.regraded"
    from_grade: str
    to_grade: str
    grade_basis: str
    grading_version: int
    needs_estimate: bool
    demand: str | None
    expected_on: date | None
    due: Due

    def apply(self, aggregate: Customer) -> None:
        """Take grade and next date over; another date is not overdue yet, or overdue anew."""
        aggregate.grade = Grade(self.to_grade)
        aggregate.needs_estimate = self.needs_estimate
        if self.due.on != aggregate.due.on:
            aggregate.begin_ladder()
        aggregate.due = self.due
        if self.demand is not None:
            aggregate.take_demand(self.demand, self.expected_on)


class DueMoved(CustomerEvent):
    """The next date was reckoned anew, because the policy `policy` was amended (D8).

    `before` is the date as it stood, with the rules it was made under.
    """

    TOPIC = "customer.due_moved"
    policy: str
    before: Due
    due: Due

    def apply(self, aggregate: Customer) -> None:
        """Take the new date over; it is not overdue yet, or overdue anew."""
        aggregate.due = self.due
        aggregate.begin_ladder()


class CareChosen(CustomerEvent):
    """The customer chose how he wants to be cared for, or took his consent back (关怀偏好).

    `before` and `after` hold what changed; `why` says how he told us.
    """

    TOPIC = "customer.care_chosen"
    before: dict[str, Any]
    after: dict[str, Any]

    def apply(self, aggregate: Customer) -> None:
        """Take the choices over."""
        aggregate.care = {**aggregate.care, **self.after}


class FollowUpEscalated(CustomerEvent):
    """A follow-up stayed undone and climbed to a rung of the ladder (逾期升级).

    It was due on `due_on` and is overdue by at least `days`. `is_flagged` marks the customer for
    reassignment until somebody contacts him or gets him. `to_ids` were to be told.
    """

    TOPIC = "customer.follow_up_escalated"
    owner_id: UUID
    level: int
    days: int
    due_on: date
    climbed_on: date
    is_flagged: bool
    cadence_version: int
    calendar_version: int
    to_ids: list[UUID]

    def apply(self, aggregate: Customer) -> None:
        """Stand on that rung."""
        aggregate.follow_up_level = self.level
        aggregate.climbed_on = self.climbed_on
        aggregate.is_flagged = self.is_flagged


class OwnerChanged(CustomerEvent):
    """The customer got another owner (替换跟单人, R56)."""

    TOPIC = "customer.owner_changed"
    from_owner_id: UUID | None
    to_owner_id: UUID | None

    def apply(self, aggregate: Customer) -> None:
        """Take the owner over; both clocks of the pool and the ladder begin anew."""
        aggregate.belong_to(self.to_owner_id, self.timestamp)


class SecondOwnerChanged(CustomerEvent):
    """The customer got another second owner (跟单人2), or none (R56)."""

    TOPIC = "customer.second_owner_changed"
    from_owner_id: UUID | None
    to_owner_id: UUID | None

    def apply(self, aggregate: Customer) -> None:
        """Take the second owner over."""
        aggregate.second_owner_id = self.to_owner_id


class PartnerLinked(CustomerEvent):
    """The customer is a trading partner (往来单位) now, under his number in the books (R10, X11).

    A prospect becomes a partner by this alone, never by buying.
    """

    TOPIC = "customer.partner_linked"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "reference"})
    claim_ids: list[UUID]
    reference: str = ""

    def apply(self, aggregate: Customer) -> None:
        """Take the number over."""
        aggregate.reference = self.reference
        aggregate.claim_ids = frozenset(self.claim_ids)


class PurchaseRecorded(CustomerEvent):
    """The customer bought something (R7); whoever bought is a closed deal (已成交)."""

    TOPIC = "customer.purchase_recorded"
    class_version: ClassVar[int] = 2
    purchased_on: date
    product: str
    quantity: Decimal
    amount: Decimal
    currency: str
    order_no: str

    def apply(self, aggregate: Customer) -> None:
        """Close the deal, and count the pool's days without one from the latest."""
        if aggregate.bought_on is None or self.purchased_on > aggregate.bought_on:
            aggregate.bought_on = self.purchased_on
        closed = {"deal_stage": DealStage.CLOSED.value}
        aggregate.classification = {**aggregate.classification, **closed}

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Say what went without saying when companies sold in yuan and numbered no orders."""
        state["currency"] = "CNY"
        state["order_no"] = ""

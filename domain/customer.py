"""The customer (客户): his card, grade, owners and every contact with him."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain import customer_events as events
from domain.aggregate import CareAggregate
from domain.card import (
    Card,
    CardSource,
    Classification,
    Purchase,
    Verification,
    updated,
)
from domain.contact import ContactMethod, ContactPurpose
from domain.errors import (
    FutureDateError,
    NothingChangedError,
    PastDateError,
    ReasonRequiredError,
    UnknownQuickNoteError,
)
from domain.grade import Demand, Grade, GradeBasis
from domain.identity import Claim
from domain.journal import Due, next_due
from domain.policies.book import PolicyBook, PolicyKind
from domain.policies.grading import assess
from domain.provenance import current_provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What a rep reports of one contact (跟进记录, R43, R47).

    `grade` None leaves the decision to the assessment when `demand` is given, else keeps the
    grade. `promised_on` is the next date promised to the customer.
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
    quick_note: str = ""


class Customer(CareAggregate):
    """A client we look after (客户)."""

    TOPIC = "customer"

    Event = events.CustomerEvent
    Created = events.Created
    CardCorrected = events.CardCorrected
    Reclassified = events.Reclassified
    CardVerified = events.CardVerified
    Contacted = events.Contacted
    Regraded = events.Regraded
    OwnerChanged = events.OwnerChanged
    SecondOwnerChanged = events.SecondOwnerChanged
    PurchaseRecorded = events.PurchaseRecorded

    card: dict[str, Any]
    classification: dict[str, Any]
    verification: Verification
    owner_id: UUID | None
    second_owner_id: UUID | None
    claim_ids: frozenset[UUID]
    reference: str
    grade: Grade
    registered_on: date
    last_contact_on: date | None
    due: Due

    @classmethod
    def register(
        cls,
        book: PolicyBook,
        card: Card,
        classification: Classification,
        *,
        owner_id: UUID | None,
        source: CardSource,
        id: UUID | None = None,  # noqa: A002 - the library's own name
        second_owner_id: UUID | None = None,
        source_cost: Decimal | None = None,
        grade: Grade | None = None,
        reference: str = "",
        promised_on: date | None = None,
        claims: list[Claim] | None = None,
    ) -> Customer:
        """Open a customer's file; the first due date counts from today (D8).

        Without `grade` it follows from demand and expected date; with neither it is D, to be
        estimated. Data from a form filled in by the customer starts unverified (R4).
        """
        today = book.today(current_provenance().at)
        decided, basis, needs_estimate = _decide_grade(
            book,
            grade=grade,
            demand=classification.demand,
            expected_on=classification.expected_on,
            today=today,
            kept=Grade.D,
        )
        due = next_due(
            book,
            grade=decided,
            counted_from=today,
            promised_on=promised_on,
            defer_reason="promised at registration",
            needed_by=classification.needed_by,
            expected_on=classification.expected_on,
        )
        trusted = source not in {CardSource.CUSTOMER_FORM, CardSource.IMPORT}
        return cls.begin(
            cls.Created,
            id=id,
            card=card.plain(),
            reference=reference,
            classification=classification.plain(),
            owner_id=owner_id,
            second_owner_id=second_owner_id,
            source=source.value,
            source_cost=source_cost,
            verification=(Verification.VERIFIED if trusted else Verification.UNVERIFIED).value,
            grade=decided.value,
            grade_basis=basis.value,
            grading_version=book.versions[PolicyKind.GRADING],
            needs_estimate=needs_estimate or basis is GradeBasis.KEPT,
            registered_on=today,
            due=due,
            claim_ids=[claim.id for claim in claims or ()],
        )

    def correct_card(self, changes: dict[str, Any], claims: list[Claim]) -> None:
        """Correct fields of the card; the reason stands in the provenance.

        `claims` are the identities of the corrected card. Raises ReasonRequiredError without a
        reason, NothingChangedError when all fields stand like that already.
        """
        if not current_provenance().why:
            raise ReasonRequiredError(field="reason")
        after = updated(self.card, changes).plain()
        fields = [name for name in changes if after.get(name) != self.card.get(name)]
        if not fields:
            raise NothingChangedError(of="card")
        self.trigger_event(
            self.CardCorrected,
            changed=fields,
            before={name: self.card.get(name) for name in fields},
            after={name: after.get(name, "") for name in fields},
            claim_ids=[claim.id for claim in claims],
        )

    def reclassify(self, changes: dict[str, Any]) -> None:
        """Move the customer on the axes named in `changes`, which hold plain values."""
        before = {name: self.classification.get(name) for name in changes}
        after = {name: value for name, value in changes.items() if value != before[name]}
        if not after:
            raise NothingChangedError(of="classification")
        self.trigger_event(
            self.Reclassified, before={name: before[name] for name in after}, after=after
        )

    def verify_card(self, verification: Verification) -> None:
        """Record that the card's data was checked (R4)."""
        if verification is self.verification:
            raise NothingChangedError(of="verification")
        self.trigger_event(
            self.CardVerified,
            from_verification=self.verification.value,
            to_verification=verification.value,
        )

    def contact(self, book: PolicyBook, contact: Contact) -> None:
        """Record a contact with its grade decision and next date: one fact (R41, R43, D8).

        Raises FutureDateError for a contact that has not happened yet, PastDateError for a next
        date before it, DeferralNeedsReasonError for a next date later than the cadence allows.
        """
        provenance = current_provenance()
        today = book.today(provenance.at)
        if contact.contacted_on > today:
            raise FutureDateError(field="contacted_on", today=today.isoformat())
        if contact.promised_on is not None and contact.promised_on < contact.contacted_on:
            raise PastDateError(field="promised_on", earliest=contact.contacted_on.isoformat())
        grade, basis, needs_estimate = _decide_grade(
            book,
            grade=contact.grade,
            demand=contact.demand,
            expected_on=contact.expected_on,
            today=today,
            kept=self.grade,
        )
        if contact.quick_note:
            basis = GradeBasis.QUICK_NOTE
        expected = contact.expected_on if contact.demand else self._date("expected_on")
        due = self._next_due_after(book, grade, contact, expected)
        self.trigger_event(
            self.Contacted,
            contacted_by=provenance.principal.id,
            contacted_on=contact.contacted_on,
            method=contact.method.value,
            purpose=contact.purpose.value,
            text=contact.text,
            feedback=contact.feedback,
            from_grade=self.grade.value,
            to_grade=grade.value,
            grade_basis=basis.value,
            grading_version=book.versions[PolicyKind.GRADING],
            needs_estimate=needs_estimate,
            demand=contact.demand.value if contact.demand else None,
            expected_on=contact.expected_on,
            promised_on=contact.promised_on,
            defer_reason=contact.defer_reason,
            quick_note=contact.quick_note,
            due=due,
        )

    def contact_by_quick_note(self, book: PolicyBook, key: str, contacted_on: date) -> None:
        """Record the contact that the quick note under `key` stands for (R44).

        The note's own interval is the company's decision, so it needs no further reason where it
        is longer than the cadence. Raises UnknownQuickNoteError.
        """
        note = book.quick_notes.find(key)
        if note is None:
            raise UnknownQuickNoteError(key=key)
        promised = None
        if note.interval_days is not None:
            promised = contacted_on + timedelta(days=note.interval_days)
        contact = Contact(
            contacted_on=contacted_on,
            method=note.method,
            text=note.text,
            grade=note.grade,
            promised_on=promised,
            defer_reason=f"quick note {key}" if promised else "",
            quick_note=key,
        )
        self.contact(book, contact)

    def regrade(
        self,
        book: PolicyBook,
        *,
        grade: Grade | None,
        demand: Demand | None = None,
        expected_on: date | None = None,
    ) -> None:
        """Give another grade without a contact; the next date counts from the last contact."""
        today = book.today(current_provenance().at)
        decided, basis, needs_estimate = _decide_grade(
            book, grade=grade, demand=demand, expected_on=expected_on, today=today, kept=self.grade
        )
        if decided is self.grade and demand is None:
            raise NothingChangedError(of="grade")
        due = next_due(
            book,
            grade=decided,
            counted_from=self.last_contact_on or self.registered_on,
            needed_by=self._date("needed_by"),
            expected_on=expected_on if demand else self._date("expected_on"),
        )
        # A grade that should have been followed up long ago is due now, not in the past.
        due = due if due.on >= today else replace(due, on=today)
        self.trigger_event(
            self.Regraded,
            from_grade=self.grade.value,
            to_grade=decided.value,
            grade_basis=basis.value,
            grading_version=book.versions[PolicyKind.GRADING],
            needs_estimate=needs_estimate,
            demand=demand.value if demand else None,
            expected_on=expected_on,
            due=due,
        )

    def change_owner(self, owner_id: UUID | None) -> None:
        """Give the customer another owner (R56)."""
        if owner_id == self.owner_id:
            raise NothingChangedError(of="owner")
        self.trigger_event(self.OwnerChanged, from_owner_id=self.owner_id, to_owner_id=owner_id)

    def change_second_owner(self, owner_id: UUID | None) -> None:
        """Give the customer another second owner, or none (R56)."""
        if owner_id == self.second_owner_id:
            raise NothingChangedError(of="second-owner")
        self.trigger_event(
            self.SecondOwnerChanged, from_owner_id=self.second_owner_id, to_owner_id=owner_id
        )

    def record_purchase(self, book: PolicyBook, purchase: Purchase) -> None:
        """Record one line of trade history (R7)."""
        today = book.today(current_provenance().at)
        if purchase.purchased_on > today:
            raise FutureDateError(field="purchased_on", today=today.isoformat())
        self.trigger_event(self.PurchaseRecorded, **purchase.plain())

    def take_demand(self, demand: str, expected_on: date | None) -> None:
        """Take demand and expected date over; called by events that carry them."""
        fresh = {"demand": demand, "expected_on": expected_on.isoformat() if expected_on else None}
        self.classification = {**self.classification, **fresh}

    def _next_due_after(
        self, book: PolicyBook, grade: Grade, contact: Contact, expected_on: date | None
    ) -> Due:
        return next_due(
            book,
            grade=grade,
            counted_from=contact.contacted_on,
            next_method=contact.next_method or contact.method,
            promised_on=contact.promised_on,
            defer_reason=contact.defer_reason,
            needed_by=self._date("needed_by"),
            expected_on=expected_on,
        )

    def _date(self, axis: str) -> date | None:
        value = self.classification.get(axis)
        return date.fromisoformat(value) if value else None


def _decide_grade(
    book: PolicyBook,
    *,
    grade: Grade | None,
    demand: Demand | None,
    expected_on: date | None,
    today: date,
    kept: Grade,
) -> tuple[Grade, GradeBasis, bool]:
    """Return the grade, how it came about, and whether a new estimate is needed (R41, X5)."""
    if demand is not None:
        assessed = assess(
            book.grading, demand=demand, expected_on=expected_on, today=today, kept=kept
        )
        if grade is None:
            return assessed.grade, GradeBasis.ASSESSED, assessed.needs_estimate
        return grade, GradeBasis.JUDGED, assessed.needs_estimate
    if grade is None:
        return kept, GradeBasis.KEPT, False
    return grade, GradeBasis.JUDGED, False

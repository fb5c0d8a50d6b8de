"""The customer (客户): his card, grade, owners and every contact with him."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain import customer_events as events
from domain import erasure_events, pool_events
from domain.aggregate import CareAggregate
from domain.card import Card, CardSource, Classification, Purchase, Verification, differences
from domain.contact import Contact, ContactMethod
from domain.errors import (
    FutureDateError,
    InvalidError,
    NothingChangedError,
    UnknownQuickNoteError,
)
from domain.grade import Demand, Grade, GradeBasis, Outlook
from domain.identity import Claim
from domain.journal import Due, due_after_regrading, next_due
from domain.plain import from_plain
from domain.policies.attention import PoolWarning
from domain.policies.book import PolicyBook, PolicyKind
from domain.policies.grading import decide_grade, lacks_estimate, regraded
from domain.policies.quick_notes import QuickNote
from domain.provenance import current_provenance, require_reason


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
    DueMoved = events.DueMoved
    CareChosen = events.CareChosen
    FollowUpEscalated = events.FollowUpEscalated
    OwnerChanged = events.OwnerChanged
    SecondOwnerChanged = events.SecondOwnerChanged
    PoolWarned = pool_events.PoolWarned
    ReturnedToPool = pool_events.ReturnedToPool
    Claimed = pool_events.Claimed
    PartnerLinked = events.PartnerLinked
    PurchaseRecorded = events.PurchaseRecorded
    Held = erasure_events.Held
    HoldLifted = erasure_events.HoldLifted
    Erased = erasure_events.Erased
    ErasureCompleted = erasure_events.ErasureCompleted

    card: dict[str, Any]
    classification: dict[str, Any]
    verification: Verification
    owner_id: UUID | None
    second_owner_id: UUID | None
    claim_ids: frozenset[UUID]
    reference: str
    grade: Grade
    needs_estimate: bool
    registered_on: date
    last_contact_on: date | None
    next_method: ContactMethod
    return_visited_on: date | None
    due: Due
    care: dict[str, Any]
    follow_up_level: int
    climbed_on: date | None
    is_flagged: bool
    owned_since: datetime
    bought_on: date | None
    pool_warning: PoolWarning | None
    claimed_on: date | None
    former_owners: Mapping[UUID, date]
    is_on_hold: bool
    erased_on: date | None
    is_purged: bool

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
        claims: Sequence[Claim] = (),
    ) -> Customer:
        """Open a customer's file; the first due date counts from today (D8).

        Without `grade` it follows from demand and expected date; with neither it is D, to be
        estimated. Data from a form or a sheet starts unverified (R4). Raises PastDateError for a
        promise before today, InvalidError for a cost below zero, one person as both owners or a
        birthday that could be more than one day.
        """
        card.require_clear_days()
        if source_cost is not None and not (source_cost.is_finite() and source_cost >= 0):
            raise InvalidError(field="source_cost", problem="out-of-range")
        _require_two_owners(owner_id, second_owner_id)
        today = book.today(current_provenance().at)
        outlook = classification.outlook
        decided, basis = decide_grade(
            book.grading, judged=grade, outlook=outlook, today=today, kept=Grade.D
        )
        due = next_due(
            book,
            grade=decided,
            counted_from=today,
            is_contacted=False,
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
            needs_estimate=basis is GradeBasis.KEPT or lacks_estimate(decided, outlook, today),
            registered_on=today,
            due=due,
            claim_ids=[claim.id for claim in claims],
        )

    def correct_card(self, card: Card, claims: Sequence[Claim]) -> None:
        """Put `card`, which holds the identities `claims`, in place of what was known.

        The reason stands in the provenance. Raises ReasonRequiredError without one,
        NothingChangedError when all fields stand like that already, InvalidError for a new birthday
        that could be more than one day.
        """
        before, after = differences(from_plain(Card, self.card), card)
        if not after:
            raise NothingChangedError(of="card")
        card.require_clear_days(after)
        require_reason()
        self.trigger_event(
            self.CardCorrected,
            changed=list(after),
            before=before,
            after=after,
            claim_ids=[claim.id for claim in claims],
        )

    def reclassify(self, book: PolicyBook, axes: Classification) -> None:
        """Move the customer to other places on the axes.

        Another demand or expected day decides the grade anew, another day of need the next date.
        Raises NothingChangedError when the customer stands there already.
        """
        before, after = differences(self.axes, axes)
        if not after:
            raise NothingChangedError(of="classification")
        self.trigger_event(self.Reclassified, before=before, after=after)
        is_told = not after.keys().isdisjoint({"demand", "expected_on"})
        if is_told or "needed_by" in after:
            self._regrade(book, None, axes.outlook if is_told else None)

    def verify_card(self, verification: Verification) -> None:
        """Record that the card's data was checked (R4)."""
        if verification is self.verification:
            raise NothingChangedError(of="verification")
        self.trigger_event(
            self.CardVerified,
            from_verification=self.verification.value,
            to_verification=verification.value,
        )

    def contact(self, book: PolicyBook, contact: Contact, note: QuickNote | None = None) -> None:
        """Record a contact with its grade decision and next date: one fact (R41, R43, D8).

        `note` is the quick note that stands for it, if one does. Raises FutureDateError for a
        contact that has not happened yet, PastDateError for a next date before it,
        DeferralNeedsReasonError for a next date later than the cadence allows.
        """
        provenance = current_provenance()
        today = book.today(provenance.at)
        if contact.contacted_on > today:
            raise FutureDateError(field="contacted_on", today=today.isoformat())
        decision = self._decide(book, contact.grade, contact.outlook)
        if note is not None:
            decision["grade_basis"] = GradeBasis.QUICK_NOTE.value
        due, next_method = self._due_after(book, Grade(decision["to_grade"]), contact, note)
        self.trigger_event(
            self.Contacted,
            **decision,
            contacted_by=provenance.principal.id,
            contacted_on=contact.contacted_on,
            method=contact.method.value,
            purpose=contact.purpose.value,
            text=contact.text,
            feedback=contact.feedback,
            suggestions=contact.suggestions,
            satisfaction=contact.satisfaction,
            promised_on=contact.promised_on,
            defer_reason=contact.defer_reason,
            quick_note=note.key if note else "",
            next_method=next_method.value,
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
        contact = Contact(
            contacted_on=contacted_on, method=note.method, text=note.text, grade=note.grade
        )
        self.contact(book, contact, note)

    def regrade(
        self,
        book: PolicyBook,
        *,
        grade: Grade | None,
        demand: Demand | None = None,
        expected_on: date | None = None,
    ) -> None:
        """Decide the grade anew without a contact; the next date counts from the last contact.

        What was promised to the customer stands. Raises NothingChangedError when grade, demand
        and expected day are these already.
        """
        outlook = Outlook.stated(demand, expected_on)
        if outlook in {None, self.outlook} and grade in {None, self.grade}:
            raise NothingChangedError(of="grade")
        self._regrade(book, grade, outlook)

    def change_owner(self, owner_id: UUID | None) -> None:
        """Give the customer another owner (R56); was he the second one, that place is free."""
        if owner_id == self.owner_id:
            raise NothingChangedError(of="owner")
        self.trigger_event(self.OwnerChanged, from_owner_id=self.owner_id, to_owner_id=owner_id)
        if owner_id is not None and owner_id == self.second_owner_id:
            self.change_second_owner(None)

    def change_second_owner(self, owner_id: UUID | None) -> None:
        """Give the customer another second owner, or none (R56)."""
        if owner_id == self.second_owner_id:
            raise NothingChangedError(of="second-owner")
        _require_two_owners(self.owner_id, owner_id)
        self.trigger_event(
            self.SecondOwnerChanged, from_owner_id=self.second_owner_id, to_owner_id=owner_id
        )

    def link_partner(self, reference: str, claims: Sequence[Claim]) -> None:
        """Say that the customer is a trading partner under `reference`, his number in the books.

        `claims` are his identities with it. Another number than before needs a reason; nobody
        becomes a prospect again. Raises InvalidError, NothingChangedError, ReasonRequiredError.
        """
        if not reference.strip():
            raise InvalidError(field="reference", problem="required")
        if reference == self.reference:
            raise NothingChangedError(of="reference")
        if self.reference:
            require_reason()
        claim_ids = [claim.id for claim in claims]
        self.trigger_event(self.PartnerLinked, reference=reference, claim_ids=claim_ids)

    def record_purchase(self, book: PolicyBook, purchase: Purchase) -> None:
        """Record one line of trade history (R7)."""
        today = book.today(current_provenance().at)
        if purchase.purchased_on > today:
            raise FutureDateError(field="purchased_on", today=today.isoformat())
        self.trigger_event(self.PurchaseRecorded, **purchase.plain())

    def belong_to(self, owner_id: UUID | None, since: datetime) -> None:
        """Have another owner, for whom everything counts from `since`; called by events."""
        self.owner_id, self.owned_since, self.pool_warning = owner_id, since, None
        self.begin_ladder()

    def begin_ladder(self) -> None:
        """Stand below the ladder of overdue follow-ups; called by events."""
        self.follow_up_level, self.climbed_on, self.is_flagged = 0, None, False

    def take_demand(self, demand: str, expected_on: date | None) -> None:
        """Take demand and expected date over; called by events that carry them."""
        fresh = {"demand": demand, "expected_on": expected_on.isoformat() if expected_on else None}
        self.classification = {**self.classification, **fresh}

    @property
    def axes(self) -> Classification:
        """Where the customer stands on the axes besides the grade."""
        return from_plain(Classification, self.classification)

    @property
    def needed_by(self) -> date | None:
        """The day by which the customer needs us (X6)."""
        return self._date("needed_by")

    @property
    def expected_on(self) -> date | None:
        """The day on which a deal is expected."""
        return self._date("expected_on")

    @property
    def outlook(self) -> Outlook | None:
        """What is expected of the customer, None when nothing is known."""
        demand = self.classification.get("demand")
        return Outlook.stated(Demand(demand) if demand else None, self.expected_on)

    def _due_after(
        self, book: PolicyBook, grade: Grade, contact: Contact, note: QuickNote | None
    ) -> tuple[Due, ContactMethod]:
        """Return the next date, and how that contact is to be made.

        A contact written down late does not move the date back in time.
        """
        latest = self.last_contact_on or contact.contacted_on
        if contact.contacted_on < latest and contact.promised_on is None:
            return self._due_again(book, grade, contact.outlook), self.next_method
        next_method = contact.next_method or contact.method
        due = next_due(
            book,
            grade=grade,
            counted_from=max(contact.contacted_on, latest),
            next_method=next_method,
            interval_days=note.interval_days if note else None,
            promised_on=contact.promised_on,
            defer_reason=contact.defer_reason,
            needed_by=self.needed_by,
            expected_on=self._expected_on(contact.outlook),
        )
        return due, next_method

    def _regrade(self, book: PolicyBook, judged: Grade | None, outlook: Outlook | None) -> None:
        decision = self._decide(book, judged, outlook)
        due = self._due_again(book, Grade(decision["to_grade"]), outlook)
        self.trigger_event(self.Regraded, **decision, due=due)

    def _due_again(self, book: PolicyBook, grade: Grade, outlook: Outlook | None) -> Due:
        last = self.last_contact_on or self.registered_on
        fresh = next_due(
            book,
            grade=grade,
            counted_from=max(last, self.claimed_on or last),
            is_contacted=self.last_contact_on is not None,
            next_method=self.next_method,
            needed_by=self.needed_by,
            expected_on=self._expected_on(outlook),
        )
        return due_after_regrading(self.due, fresh, book.today(current_provenance().at))

    def _decide(
        self, book: PolicyBook, judged: Grade | None, outlook: Outlook | None
    ) -> dict[str, Any]:
        decision = regraded(
            book.grading,
            before=self.grade,
            known=self.outlook,
            is_uncertain=self.needs_estimate,
            judged=judged,
            outlook=outlook,
            today=book.today(current_provenance().at),
        )
        return {**decision, "grading_version": book.versions[PolicyKind.GRADING]}

    def _expected_on(self, outlook: Outlook | None) -> date | None:
        return outlook.expected_on if outlook else self.expected_on

    def _date(self, axis: str) -> date | None:
        plain = self.classification.get(axis)
        return date.fromisoformat(plain) if plain else None


def _require_two_owners(owner_id: UUID | None, second_owner_id: UUID | None) -> None:
    if owner_id is not None and owner_id == second_owner_id:
        raise InvalidError(field="second_owner_id", problem="same-as-owner")

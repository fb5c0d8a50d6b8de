"""What the commands about customers do."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain import commands
from domain.access import Role
from domain.access_record import AccessKind, AccessRecord, access_key
from domain.card import Card, corrected
from domain.care_choices import CareChoices
from domain.caring import choices_of, choose
from domain.customer import Customer
from domain.errors import (
    DuplicateCustomerError,
    ForbiddenError,
    NothingChangedError,
    ReasonRequiredError,
)
from domain.handlers.work import Work
from domain.identity import Claim, ClaimKind, IdentityClaim
from domain.ids import new_id
from domain.plain import from_plain, require_fields, to_plain

_CLAIMED_FIELD = {
    ClaimKind.PHONE: "phones",
    ClaimKind.COMPANY: "company",
    ClaimKind.REFERENCE: "reference",
}


_GIVEN_OUT = frozenset(AccessKind) - {AccessKind.HISTORY}


def register(work: Work, command: commands.RegisterCustomer) -> Customer:
    """Open a file and claim its identities in the same save."""
    principal = work.principal
    owner_id = command.owner_id or (principal.id if principal.role is Role.REP else None)
    owners = {"owner_id": owner_id, "second_owner_id": command.second_owner_id}
    for field, rep_id in owners.items():
        if rep_id is not None:
            work.require_present(rep_id, field)
    if owner_id is not None and not principal.visibility.covers(owner_id):
        raise ForbiddenError(needs="scope over the owner", role=principal.role.value)
    customer_id = new_id()
    claims = work.claims_of(command.card, command.reference)
    customer = Customer.register(
        work.book,
        command.card,
        command.classification,
        id=customer_id,
        owner_id=owner_id,
        second_owner_id=command.second_owner_id,
        source=command.source,
        source_cost=command.source_cost,
        grade=command.grade,
        reference=command.reference,
        promised_on=command.promised_on,
        claims=claims,
    )
    work.add(customer)
    _take(work, claims, customer_id, shares_company=command.shares_company)
    return customer


def correct(work: Work, command: commands.CorrectCustomer) -> Customer:
    """Correct the card and move the customer on other axes, as one save; only what changes."""
    customer = work.customer(command.customer_id)
    known = from_plain(Card, customer.card)
    card = corrected(known, command.card)
    axes = corrected(customer.axes, command.classification)
    if card != known:
        claims, before = work.claims_of(card, customer.reference), customer.claim_ids
        customer.correct_card(card, claims)
        _exchange(work, before, claims, customer.id, shares_company=command.shares_company)
    if axes != customer.axes:
        customer.reclassify(work.book, axes)
    if not customer.pending_events:
        raise NothingChangedError(of="customer")
    return customer


def verify_card(work: Work, command: commands.VerifyCard) -> Customer:
    """Record that the card was checked."""
    customer = work.customer(command.customer_id)
    customer.verify_card(command.verification)
    return customer


def regrade(work: Work, command: commands.RegradeCustomer) -> Customer:
    """Give another grade."""
    customer = work.customer(command.customer_id)
    customer.regrade(
        work.book, grade=command.grade, demand=command.demand, expected_on=command.expected_on
    )
    return customer


def choose_care(work: Work, command: commands.ChooseCare) -> Customer:
    """Record what the customer chose."""
    customer = work.customer(command.customer_id)
    known = to_plain(choices_of(customer))
    require_fields(CareChoices, command.choices)
    wanted = {**known, **to_plain(command.choices)}
    wanted["consents"] = {**known["consents"], **wanted["consents"]}
    choose(customer, from_plain(CareChoices, wanted))
    return customer


def change_owner(work: Work, command: commands.ChangeOwner) -> Customer:
    """Give another owner; only a manager decides that."""
    work.principal.require_manager()
    customer = work.customer(command.customer_id)
    work.require_present(command.owner_id, "owner_id")
    customer.change_owner(command.owner_id)
    return customer


def change_second_owner(work: Work, command: commands.ChangeSecondOwner) -> Customer:
    """Give another second owner; the owner decides that himself, or a manager."""
    customer = work.customer(command.customer_id)
    if work.principal.id is None or work.principal.id != customer.owner_id:
        work.principal.require_manager()
    if command.owner_id is not None:
        work.require_present(command.owner_id, "owner_id")
    customer.change_second_owner(command.owner_id)
    return customer


def link_partner(work: Work, command: commands.LinkPartner) -> Customer:
    """Say that a prospect is a trading partner now, and claim his number."""
    customer = work.customer(command.customer_id)
    claims = work.claims_of(from_plain(Card, customer.card), command.reference)
    before = customer.claim_ids
    customer.link_partner(command.reference, claims)
    _exchange(work, before, claims, customer.id)
    return customer


def record_purchase(work: Work, command: commands.RecordPurchase) -> Customer:
    """Record a line of trade history."""
    customer = work.customer(command.customer_id)
    customer.record_purchase(work.book, command.purchase)
    return customer


def _take(work: Work, claims: Sequence[Claim], customer_id: UUID, *, shares_company: bool) -> None:
    """Claim identities for a customer, or refuse when another customer holds one (R66, D4)."""
    held = work.holders(claim.id for claim in claims)
    for claim in claims:
        known = held.get(claim.id)
        if known is None:
            work.add(IdentityClaim.claim(claim, customer_id))
            continue
        if known.holder_ids:
            _require_sharing(work, claim, known.holder_ids[0], shares_company=shares_company)
        known.add_holder(customer_id)
        work.add(known)


def _require_sharing(work: Work, claim: Claim, holder_id: UUID, *, shares_company: bool) -> None:
    """Refuse, unless a manager lets two customers have one company name, with a reason (D4)."""
    if not (shares_company and claim.kind is ClaimKind.COMPANY):
        raise DuplicateCustomerError(field=_CLAIMED_FIELD[claim.kind], customer_id=str(holder_id))
    work.principal.require_manager()
    if not work.provenance.why:
        raise ReasonRequiredError(field="reason")


def _exchange(
    work: Work,
    before: frozenset[UUID],
    claims: Sequence[Claim],
    customer_id: UUID,
    *,
    shares_company: bool = False,
) -> None:
    """Claim what is new among `claims` and give up what was held `before` and is not among them."""
    fresh = [claim for claim in claims if claim.id not in before]
    _take(work, fresh, customer_id, shares_company=shares_company)
    for claim in work.holders(before - {claim.id for claim in claims}).values():
        claim.release(customer_id)
        work.add(claim)


def record_access(work: Work, command: commands.RecordAccess) -> AccessRecord:
    """Record who looked into a customer's past.

    ReasonRequiredError for what is given out without one.
    """
    customer = work.customer_for_audit(command.customer_id)
    if command.access in _GIVEN_OUT and not command.once and not work.provenance.why:
        raise ReasonRequiredError(field="reason")
    day = work.book.today(work.provenance.at)
    key = access_key(work.principal.name, customer.id, command.access, day, command.once)
    may_be_known = command.once or command.access is AccessKind.HISTORY
    return (work.access_record(key) if may_be_known else None) or work.add(
        AccessRecord.record(key, customer_id=customer.id, access=command.access, day=day)
    )

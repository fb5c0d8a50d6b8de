"""Who holds a phone, a company name, a reference (查重, D4, R65, R66)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.card import Card
from domain.commands import CorrectCustomer, RegisterCustomer
from domain.customer import Customer
from domain.errors import DuplicateCustomerError, ForbiddenError, ReasonRequiredError
from domain.identity import ClaimKind, IdentityClaim, claims_of_card, login_claim
from tests.support.examples import BLINDING_SECRET, a_card, a_customer, claims_held_by, everybody
from tests.support.moments import LI, WANG, ZHAO, an_id
from tests.support.scenario import Scenario, an_event, given

FIRST = an_id("customer")
OTHER = a_card(name="赵大", company="远东贸易", phones=("13700137000",))
"""Somebody else of the same company."""


def company(**changes: Any) -> Scenario:
    """Return a company whose only customer holds a phone and a company name."""
    customer = a_customer(**changes)
    return given(customer, *claims_held_by(customer), *everybody())


def claim_on(kind: ClaimKind, card: Card, reference: str = "") -> Any:
    claims = claims_of_card(BLINDING_SECRET, card, reference)
    return next(claim.id for claim in claims if claim.kind is kind)


@pytest.mark.parametrize(
    ("card", "reference", "field"),
    [
        (a_card(name="赵大", company=""), "", "phones"),
        (a_card(company="", phones=("13700137000", "+86 138 0013 8000")), "", "phones"),
        (OTHER, "", "company"),
        (a_card(company="", phones=()), " k-0042 ", "reference"),
        (a_card(company="", phones=()), "Ｋ-0042", "reference"),
    ],
)
def test_who_is_there_already_is_not_registered_again(
    card: Card, reference: str, field: str
) -> None:
    """R66: the refusal names the field and the customer, who is shown masked if out of scope."""
    command = RegisterCustomer(card=card, reference=reference)

    company(reference="K-0042").when(command, by=WANG).then_refused(
        DuplicateCustomerError, field=field, customer_id=str(FIRST)
    )


def test_the_same_name_is_no_clash() -> None:
    command = RegisterCustomer(card=a_card(company="", phones=()))

    company().when(command).then(an_event(Customer.Created))


def test_a_manager_lets_two_customers_have_one_company_with_a_reason() -> None:
    shop = company()
    command = RegisterCustomer(card=OTHER, shares_company=True)
    customer = shop.when(command, by=ZHAO, why="分公司").then(
        an_event(Customer.Created),
        an_event(IdentityClaim.Claimed, kind="phone"),
        an_event(IdentityClaim.Shared, why="分公司"),
    )

    held = shop.now(claim_on(ClaimKind.COMPANY, OTHER))
    assert held.holder_ids == [FIRST, customer.id]


def test_without_a_reason_he_does_not() -> None:
    command = RegisterCustomer(card=OTHER, shares_company=True)

    company().when(command, by=ZHAO).then_refused(ReasonRequiredError, field="reason")


def test_a_representative_does_not() -> None:
    command = RegisterCustomer(card=OTHER, shares_company=True)

    company().when(command, by=LI, why="分公司").then_refused(ForbiddenError, needs="manager")


def test_nobody_lets_two_customers_have_one_phone() -> None:
    command = RegisterCustomer(card=a_card(company=""), shares_company=True)

    company().when(command, by=ZHAO, why="夫妻").then_refused(
        DuplicateCustomerError, field="phones"
    )


class TestCorrecting:
    def correct(self, shop: Scenario, customer_id: Any = FIRST, **card: Any) -> Any:
        command = CorrectCustomer(customer_id=customer_id, card=card)
        return shop.when(command, by=ZHAO, why="更正")

    def test_a_phone_given_up_can_be_claimed_again(self) -> None:
        shop = company()
        self.correct(shop, phones=["13900139000"])

        command = RegisterCustomer(card=a_card(name="赵大", company=""))
        customer = shop.when(command).then(
            an_event(Customer.Created), an_event(IdentityClaim.Reclaimed)
        )
        held = shop.now(claim_on(ClaimKind.PHONE, command.card))
        assert held.holder_ids == [customer.id]

    def test_who_gave_it_up_can_take_it_back(self) -> None:
        shop = company()
        self.correct(shop, phones=["13900139000"])

        self.correct(shop, phones=["13800138000"]).then(
            an_event(Customer.CardCorrected),
            an_event(IdentityClaim.Reclaimed, holder_id=FIRST),
            an_event(IdentityClaim.Released, holder_id=FIRST),
        )

    def test_a_phone_of_another_customer_is_refused(self) -> None:
        shop = company()
        other = shop.when(RegisterCustomer(card=a_card(name="赵大", company="", phones=()))).subject

        self.correct(shop, other.id, phones=["13800138000"]).then_refused(
            DuplicateCustomerError, field="phones", customer_id=str(FIRST)
        )

    def test_one_more_phone_leaves_the_others_alone(self) -> None:
        self.correct(company(), phones=["13800138000", "13900139000"]).then(
            an_event(Customer.CardCorrected), an_event(IdentityClaim.Claimed, kind="phone")
        )

    def test_the_reference_is_kept(self) -> None:
        shop = company(reference="K-0042")
        self.correct(shop, phones=[])

        held = shop.now(claim_on(ClaimKind.REFERENCE, a_card(), "K-0042"))
        assert held.holder_ids == [FIRST]
        assert held.id in shop.now().claim_ids


def test_a_claim_tells_nothing_to_who_does_not_know_the_secret() -> None:
    """D4: a plain hash of a phone number could be found by trying them all."""
    (phone, _) = claims_of_card(BLINDING_SECRET, a_card())
    (same, _) = claims_of_card(b"another secret", a_card())

    assert phone.id != same.id


def test_the_same_text_of_two_kinds_is_two_claims() -> None:
    card = a_card(phones=(), company="zhang")
    (company_claim,) = claims_of_card(BLINDING_SECRET, card)

    assert company_claim.id != login_claim(BLINDING_SECRET, "zhang").id


def test_a_card_without_a_company_claims_none() -> None:
    assert claims_of_card(BLINDING_SECRET, a_card(company=" - ", phones=()), "  ") == []


def test_holding_twice_and_giving_up_what_is_not_held_change_nothing() -> None:
    (phone, *_) = claims_held_by(a_customer())
    claims = given(phone)

    claims.when(lambda claim: claim.add_holder(FIRST)).then_nothing()
    claims.when(lambda claim: claim.release(an_id("nobody"))).then_nothing()

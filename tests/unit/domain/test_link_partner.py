"""A prospect becomes a trading partner (往来单位), in so many words and for good (R10, X11)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.commands import LinkPartner
from domain.customer import Customer
from domain.errors import (
    DuplicateCustomerError,
    InvalidError,
    NotFoundError,
    NothingChangedError,
    ReasonRequiredError,
)
from domain.identity import IdentityClaim
from tests.support.examples import a_card, a_customer, claims_held_by
from tests.support.moments import WANG, an_id
from tests.support.scenario import Scenario, an_event, given


def linking(reference: str = "K-0042", customer: str = "customer") -> LinkPartner:
    return LinkPartner(customer_id=an_id(customer), reference=reference)


def with_customer(**changes: Any) -> Scenario:
    customer = a_customer(**changes)
    return given(customer, *claims_held_by(customer))


def test_a_prospect_becomes_a_partner_and_holds_his_number() -> None:
    customer = (
        with_customer()
        .when(linking())
        .then(
            an_event(Customer.PartnerLinked, reference="K-0042"),
            an_event(IdentityClaim.Claimed, kind="reference"),
        )
    )

    assert customer.reference == "K-0042"
    assert len(customer.claim_ids) == 3


def test_one_number_belongs_to_one_customer() -> None:
    company = with_customer()
    other = a_customer(id=an_id("other"), card=a_card(company="", phones=()), reference="K-0042")
    for aggregate in (other, *claims_held_by(other)):
        company.log.append(aggregate.collect_events())

    company.when(linking(" k-0042")).then_refused(
        DuplicateCustomerError, field="reference", customer_id=str(other.id)
    )


def test_a_wrong_number_is_put_right_with_a_reason() -> None:
    company = with_customer(reference="K-0024")
    company.when(linking()).then_refused(ReasonRequiredError, field="reason")

    company.when(linking(), why="录入错误").then(
        an_event(Customer.PartnerLinked, reference="K-0042"),
        an_event(IdentityClaim.Claimed),
        an_event(IdentityClaim.Released),
    )


def test_the_number_he_has_changes_nothing() -> None:
    with_customer(reference="K-0042").when(linking()).then_refused(
        NothingChangedError, of="reference"
    )


@pytest.mark.parametrize("reference", ["", "  "])
def test_nobody_becomes_a_prospect_again(reference: str) -> None:
    with_customer(reference="K-0042").when(linking(reference), why="撤销").then_refused(
        InvalidError, field="reference", problem="required"
    )


def test_a_stranger_sees_no_customer_to_link() -> None:
    with_customer().when(linking(), by=WANG).then_refused(NotFoundError, of="customer")

"""Recording trade history (R7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from domain.commands import RecordPurchase
from domain.customer import Customer
from domain.errors import FutureDateError
from domain.grade import DealStage
from tests.support.examples import a_customer, a_purchase
from tests.support.moments import TODAY, TOMORROW, YESTERDAY, an_id
from tests.support.scenario import an_event, given


def buying(**changes: Any) -> RecordPurchase:
    return RecordPurchase(customer_id=an_id("customer"), purchase=a_purchase(**changes))


def test_a_purchase_says_what_when_how_many_for_how_much() -> None:
    given(a_customer()).when(buying(order_no="S-17", purchased_on=YESTERDAY)).then(
        an_event(
            Customer.PurchaseRecorded,
            purchased_on=YESTERDAY,
            product="地板",
            quantity=Decimal(20),
            amount=Decimal("3999.50"),
            currency="CNY",
            order_no="S-17",
        )
    )


def test_whoever_bought_is_a_closed_deal_but_no_partner_by_that() -> None:
    """R16, X11: a partner is one only by a link of its own."""
    customer = given(a_customer()).when(buying()).then(an_event(Customer.PurchaseRecorded))

    assert customer.classification["deal_stage"] == DealStage.CLOSED
    assert customer.reference == ""


def test_a_purchase_of_tomorrow_is_refused() -> None:
    given(a_customer()).when(buying(purchased_on=TOMORROW)).then_refused(
        FutureDateError, field="purchased_on", today=TODAY.isoformat()
    )


def test_buying_is_no_contact() -> None:
    customer = given(a_customer()).when(buying()).then(an_event(Customer.PurchaseRecorded))

    assert customer.last_contact_on is None

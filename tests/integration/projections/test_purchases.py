from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.card import Purchase
from domain.ids import new_id
from projections.purchases.projection import PurchasesProjection
from projections.purchases.queries import PurchaseQueries, PurchaseRow, PurchaseTotal
from tests.support.care import Company

DAY = date(2026, 3, 1)


@pytest.fixture
def purchases(company: Company) -> PurchaseQueries:
    company.project(PurchasesProjection)
    return PurchaseQueries(company.database)


@pytest.fixture
def customer_id(company: Company) -> UUID:
    return company.registers(company.chen, "王小明")


def buys(company: Company, customer_id: UUID, amount: str, **fields: Any) -> int:
    line = {"purchased_on": DAY, "product": "地板", "quantity": Decimal(1), **fields}
    purchase = Purchase(amount=Decimal(amount), **line)
    command = commands.RecordPurchase(customer_id=customer_id, purchase=purchase)
    return company.does(command, company.chen).position


def test_a_line_says_what_was_bought_to_the_last_cent(
    company: Company, purchases: PurchaseQueries, customer_id: UUID
) -> None:
    position = buys(
        company,
        customer_id,
        "3999.50",
        quantity=Decimal("20.125"),
        product="地板",
        currency="EUR",
        order_no="A-17",
    )
    company.project(PurchasesProjection)

    assert purchases.page(customer_id) == [
        PurchaseRow(position, DAY, "地板", Decimal("20.125"), Decimal("3999.50"), "EUR", "A-17")
    ]
    assert purchases.page(new_id()) == []


def test_the_latest_come_first_and_pages_leave_nothing_out(
    company: Company, purchases: PurchaseQueries, customer_id: UUID
) -> None:
    other = company.registers(company.chen, "李小红")
    for n in range(11):
        buys(company, customer_id, str(n), purchased_on=DAY - timedelta(days=n * 5 % 4))
        buys(company, other, "1")
    company.project(PurchasesProjection)
    whole = purchases.page(customer_id)
    pages: list[PurchaseRow] = []
    while page := purchases.page(customer_id, after=pages[-1].sort_key if pages else None, limit=3):
        pages += page

    assert pages == whole
    assert len(whole) == 11
    assert [row.sort_key for row in whole] == sorted((row.sort_key for row in whole), reverse=True)


def test_totals_are_kept_apart_by_currency_and_refunds_count_against_them(
    company: Company, purchases: PurchaseQueries, customer_id: UUID
) -> None:
    buys(company, customer_id, "0.10")
    buys(company, customer_id, "0.20", purchased_on=DAY - timedelta(days=40))
    buys(company, customer_id, "-0.05")
    buys(company, customer_id, "7", currency="EUR")
    company.project(PurchasesProjection)

    assert purchases.totals(customer_id) == [
        PurchaseTotal("CNY", 3, Decimal("0.25"), DAY - timedelta(days=40), DAY),
        PurchaseTotal("EUR", 1, Decimal(7), DAY, DAY),
    ]
    assert purchases.totals(new_id()) == []


def test_a_rebuild_gives_the_same_lines(
    company: Company, purchases: PurchaseQueries, customer_id: UUID
) -> None:
    for n in range(4):
        buys(company, customer_id, str(n))
        company.project(PurchasesProjection)
    followed = purchases.page(customer_id)
    company.rebuild(PurchasesProjection)

    assert purchases.page(customer_id) == followed
    assert len(followed) == 4

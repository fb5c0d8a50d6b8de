"""The customer card (客户档案卡) and how its values are compared (R2, R6, R65, D4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.card import (
    Card,
    Classification,
    company_key,
    corrected,
    differences,
    phone_number,
)
from domain.errors import InvalidError
from domain.grade import DealStage, Demand
from tests.support.examples import a_card, a_purchase
from tests.support.scenario import refused


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "0086 13800138000",
        "１３８００１３８０００",
        "(138)00138000",
    ],
)
def test_one_phone_number_written_in_many_ways_is_the_same(text: str) -> None:
    assert phone_number(text) == "+8613800138000"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("010-6552 9988", "+861065529988"),
        ("021-6552 9988 ext. 12", "+862165529988"),
        ("021-65529988转801", "+862165529988"),
        ("021-65529988 分机：12", "+862165529988"),
        ("（021）65529988-803", "+862165529988"),
        ("0571-8655 2998", "+8657186552998"),
        ("400-820-8820", "+864008208820"),
        ("+49 30 901820", "+4930901820"),
        ("+1 650-253-0000", "+16502530000"),
    ],
)
def test_land_lines_and_foreign_numbers_are_understood(text: str, number: str) -> None:
    assert phone_number(text) == number


@pytest.mark.parametrize("text", ["", "12", "王小明", "1" * 30, "+999 123"])
def test_what_is_no_phone_number_is_refused_by_name(text: str) -> None:
    with refused(InvalidError, field="phones", problem="not-a-phone-number", value=text):
        phone_number(text)


def test_digits_of_other_scripts_make_a_number_of_plain_digits() -> None:
    assert phone_number("١٣٨٠٠١٣٨٠٠٠").isascii()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("远东贸易有限公司", "远东贸易"),
        ("远东（上海）贸易有限公司", "远东(上海)贸易有限责任公司"),
        ("Far East Trading Co., Ltd.", "FAR EAST TRADING"),
        ("ＡＢＣ GmbH", "abc"),
        ("远东 贸易", "远东贸易"),
    ],
)
def test_a_company_is_known_under_any_writing_of_its_name(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


def test_different_companies_stay_apart() -> None:
    assert company_key("远东贸易") != company_key("远东物流")
    assert company_key("公司") == "公司"


@pytest.mark.parametrize("name", ["", "---", "  ", "()"])
def test_a_name_of_signs_alone_identifies_no_company(name: str) -> None:
    assert company_key(name) == ""


@pytest.mark.parametrize("name", ["", "   "])
def test_a_card_needs_a_name(name: str) -> None:
    with refused(InvalidError, field="name", problem="required"):
        a_card(name=name)


def test_a_card_keeps_each_phone_once() -> None:
    card = a_card(phones=("13800138000", "+86 138 0013 8000", "13900139000"))

    assert card.phones == ("+8613800138000", "+8613900139000")


def test_an_event_holds_only_what_is_filled_in() -> None:
    assert Card(name="王小明", phones=()).plain() == {"name": "王小明"}
    assert Classification(needed_by=date(2026, 12, 1), tags=("vip",)).plain() == {
        "deal_stage": "prospect",
        "importance": "ordinary",
        "needed_by": "2026-12-01",
        "tags": ["vip"],
    }


def test_the_first_place_of_a_route_is_a_place() -> None:
    assert Classification(route_position=0).plain()["route_position"] == 0


def test_a_day_a_deal_is_expected_on_means_present_demand() -> None:
    day = date(2026, 12, 1)

    assert Classification(expected_on=day).demand is Demand.PRESENT
    assert Classification(expected_on=day, demand=Demand.LATENT).demand is Demand.LATENT


class TestCorrecting:
    def test_only_named_fields_change(self) -> None:
        card = corrected(a_card(wechat="wxm"), {"company": "新远东", "email": "a@example.com"})

        assert card == a_card(wechat="wxm", company="新远东", email="a@example.com")

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_nothing_clears_a_field(self, nothing: str | None) -> None:
        card = corrected(a_card(email="a@example.com"), {"email": nothing})

        assert card.email == ""

    def test_new_phones_are_read_like_the_first_ones(self) -> None:
        assert corrected(a_card(), {"phones": ["139 0013 9000"]}).phones == ("+8613900139000",)
        assert corrected(a_card(), {"phones": ()}).phones == ()

    def test_values_may_be_typed_or_plain(self) -> None:
        plain = {"deal_stage": "closed", "needed_by": "2026-12-01"}
        typed = {"deal_stage": DealStage.CLOSED, "needed_by": date(2026, 12, 1)}

        assert corrected(Classification(), plain) == corrected(Classification(), typed)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"nose": "long"}, "nose"),
            ({"deal_stage": "maybe"}, "deal_stage"),
            ({"needed_by": "soon"}, "needed_by"),
            ({"tags": "vip"}, "tags"),
            ({"route_position": "first"}, "route_position"),
        ],
    )
    def test_a_mistake_is_named(self, changes: dict[str, Any], field: str) -> None:
        with refused(InvalidError, field=field):
            corrected(Classification(), changes)

    def test_differences_hold_the_same_fields_before_and_after(self) -> None:
        before, after = differences(a_card(email="a@example.com"), a_card(phones=(), wechat="wxm"))

        assert before == {"phones": ["+8613800138000"], "email": "a@example.com", "wechat": ""}
        assert after == {"phones": [], "email": "", "wechat": "wxm"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"product": " "}, "product"),
        ({"quantity": Decimal(0)}, "quantity"),
        ({"quantity": Decimal("NaN")}, "quantity"),
        ({"amount": Decimal("Infinity")}, "amount"),
        ({"currency": "yuan"}, "currency"),
        ({"currency": "￥"}, "currency"),
    ],
)
def test_a_purchase_that_cannot_be_counted_is_refused(changes: dict[str, Any], field: str) -> None:
    """R7."""
    with refused(InvalidError, field=field):
        a_purchase(**changes)


def test_a_gift_and_a_refund_are_purchases() -> None:
    assert a_purchase(amount=Decimal(0)).amount == 0
    assert a_purchase(amount=Decimal("-12.50")).amount < 0

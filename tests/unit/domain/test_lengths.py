"""Whatever is stored fits into every list and index, whichever door it came through."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.card import Card, Classification, Purchase
from domain.errors import InvalidError


@pytest.mark.parametrize("field", ["industry", "district", "region", "route", "level"])
def test_an_axis_takes_no_essay(field: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        Classification(**{field: "长" * 101})

    assert refusal.value.fields == {"field": field, "problem": "too-long", "limit": 100}


def test_a_tag_takes_no_essay_and_there_are_not_hundreds_of_them() -> None:
    with pytest.raises(InvalidError, match="too-long"):
        Classification(tags=("标" * 51,))
    with pytest.raises(InvalidError, match="too-many"):
        Classification(tags=tuple(map(str, range(51))))


def test_a_card_takes_long_notes_but_not_endless_ones() -> None:
    assert Card(name="张三", notes="记" * 4_000).notes

    with pytest.raises(InvalidError, match="too-long"):
        Card(name="张三", notes="记" * 4_001)


def test_a_product_has_a_name_and_not_a_description() -> None:
    with pytest.raises(InvalidError, match="too-long"):
        Purchase(
            purchased_on=date(2026, 3, 2),
            product="瓷" * 201,
            quantity=Decimal(1),
            amount=Decimal(1),
        )

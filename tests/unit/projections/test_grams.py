from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.duplicates.projection import indexed
from projections.duplicates.text import (
    address_grams,
    all_grams,
    digits_of,
    fine_grams,
    grams,
    initial_grams,
    parts,
    spelling,
    whole,
)
from projections.folding import fold

TEXTS = st.text(
    st.sampled_from("张伟单麒麟abcXYZ019 -%_ü０Ａ（）𠮷") | st.characters(), max_size=12
)


@given(TEXTS, st.data())
def test_a_text_has_every_gram_of_each_of_its_fragments(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))
    fragment = folded[start:end]

    assert set(grams(fragment)) <= set(all_grams(folded))
    assert set(fine_grams(fragment)) <= set(fine_grams(folded))
    assert set(initial_grams(fragment)) <= {*initial_grams(folded), *initial_grams(fragment[:1])}


@given(TEXTS)
def test_folding_is_final_and_every_gram_fits_the_column(text: str) -> None:
    folded = fold(text)
    every = [*all_grams(folded), *fine_grams(folded), *initial_grams(folded), whole("name", folded)]

    assert fold(folded) == folded
    assert all(0 <= gram < 2**31 for gram in every)
    assert set(address_grams(folded)) == {-gram for gram in grams(folded)}


@settings(deadline=None)  # The first reading loads the dictionaries.
@given(TEXTS, TEXTS)
def test_any_card_can_be_indexed(name: str, company: str) -> None:
    row = indexed({"name": name, "company": company, "address": name})

    assert row["folded_names"].split("\x1f") == [fold(name), fold(company)]
    assert (row["folded_contact"], row["folded_address"]) == ("", fold(name))


def test_width_case_and_punctuation_make_no_difference() -> None:
    assert fold(" Ｋｅｚｈｉ（客志）_No.１ ") == "kezhi客志no1"


def test_digits_are_looked_for_with_and_without_the_zeros_dialled_first() -> None:
    assert digits_of("02162345678") == ["02162345678", "2162345678"]
    assert digits_of("138") == ["138"]
    assert digits_of("7天") == []


def test_pinyin_is_taken_as_it_is_typed() -> None:
    assert (spelling("lübu"), spelling("zhangwei"), spelling("zhang伟")) == ("lvbu", "zhangwei", "")


def test_parts_are_all_that_have_a_length() -> None:
    assert parts(["甲乙丙"]) == {"甲乙", "乙丙", "甲乙丙"}
    assert parts(["甲乙丙"], shortest=3) == {"甲乙丙"}
    assert parts([]) == set()

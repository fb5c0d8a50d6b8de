from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.transfer.safe_cells import cell, uncell

PAYLOADS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "%0A=1",
    "|cmd",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    '"=1+1',
    "'=1+1",
    "\0=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("//x","y")',
    "\tname",
]
NASTY = st.text(alphabet="=+-@|%'\" \t\r\n　＝＋abc王1")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_spreadsheet_would_run_is_marked_as_text(payload: str) -> None:
    assert str(cell(payload)).startswith("'")


@pytest.mark.parametrize("text", ["王小明", "O'Brien", "a=b", "", "x@y.cn", "1-2", "'tis", "100%"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert cell(text) == text


def test_numbers_stay_numbers_and_nothing_is_blank() -> None:
    assert cell(-5) == -5
    assert cell(2.5) == 2.5
    assert cell(None) == ""
    assert cell(True) == "True"  # noqa: FBT003 - a truth value is no number in a sheet


def test_a_phone_number_with_its_country_code_is_marked_as_text() -> None:
    assert cell("+8613800138000") == "'+8613800138000"


@given(st.text().filter(lambda text: "\0" not in text) | NASTY)
def test_the_mark_is_taken_off_exactly_where_it_was_put(text: str) -> None:
    assert uncell(str(cell(text))) == text

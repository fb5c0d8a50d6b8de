from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.messages import Language
from api.transfer.cells import (
    parse_date,
    parse_number,
    parse_phones,
    parse_yearly_day,
    split_list,
)
from api.transfer.faults import CellError


def _refused(read: Callable[[str], object], text: str) -> str:
    with pytest.raises(CellError) as refused:
        read(text)
    assert text in refused.value.message.translated(Language.CHINESE)
    return refused.value.message.code


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22",
        "2026/11/22",
        "2026.11.22",
        "20261122",
        "2026年11月22日",
        "2026年11月22",
        " 2026-11-22 ",
        "'2026-11-22",
        "２０２６／１１／２２",
        "2026-11-22 00:00:00",
        "2026/11/22 9:30",
        "2026-11-22T09:30:00",
        "46348",
        "46348.0",
        "46348.396",
    ],
)
def test_a_day_is_understood_however_it_is_written(text: str) -> None:
    assert parse_date(text) == date(2026, 11, 22)


@pytest.mark.parametrize("text", ["2026/1/2", "2026年1月2日", "2026-01-02"])
def test_months_and_days_may_have_one_digit(text: str) -> None:
    assert parse_date(text) == date(2026, 1, 2)


@pytest.mark.parametrize(
    "text", ["11/22/2026", "22/11/2026", "26/11/22", "01-02-03", "5.6.2026 9:00"]
)
def test_a_day_whose_order_is_not_clear_is_refused(text: str) -> None:
    assert _refused(parse_date, text) == "cell-date-ambiguous"


@pytest.mark.parametrize(
    "text",
    ["", "明天", "2026-02-30", "2026-13-01", "1899-12-31", "2201-01-01", "99999", "00001", "9999"],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    assert _refused(parse_date, text) == "cell-not-date"


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_survives_every_way_of_writing_it(day: date) -> None:
    for text in (day.isoformat(), f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", f"{day:%Y年%m月%d日}"):
        assert parse_date(text) == day


@given(st.dates(date(1927, 6, 1), date(2100, 12, 31)))
def test_a_day_without_its_format_is_found_again(day: date) -> None:
    assert parse_date(str((day - date(1899, 12, 30)).days)) == day


@pytest.mark.parametrize(
    ("text", "birthday"),
    [
        ("1980-05-03", "1980-05-03"),
        ("1980年5月3日", "1980-05-03"),
        ("5月3日", "--05-03"),
        ("05-03", "--05-03"),
        ("5/3", "--05-03"),
        ("2-29", "--02-29"),
        ("农历五月初三", "lunar:--05-03"),
        ("1980-05-03(农历)", "lunar:1980-05-03"),
        # As Excel and databases leave them.
        ("1980-05-03 00:00:00", "1980-05-03"),
        ("29344", "1980-05-03"),
    ],
)
def test_a_birthday_may_lack_its_year_and_be_of_the_lunar_calendar(
    text: str, birthday: str
) -> None:
    assert parse_yearly_day(text) == birthday


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2-30", "problem-no-such-day"),
        ("13-1", "problem-no-such-day"),
        ("五月三", "problem-calendar-unclear"),
        ("属马", "problem-not-a-yearly-day"),
        ("5", "problem-not-a-yearly-day"),
        ("03/05/1980", "problem-not-a-yearly-day"),
    ],
)
def test_what_is_no_birthday_is_refused(text: str, code: str) -> None:
    assert _refused(parse_yearly_day, text) == code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("12.50", "12.50"),
        ("-3", "-3"),
        ("1,234,567.5", "1234567.5"),
        ("１，２３４", "1234"),
        ("¥1,234.50", "1234.50"),
        ("￥99", "99"),
        ("99元", "99"),
        ("CNY 5", "5"),
        ("(100.00)", "-100.00"),
        ("（100）", "-100"),
        (" 7 ", "7"),
        ("'007", "7"),
    ],
)
def test_an_amount_is_understood_however_it_is_written(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1,23", "1.2.3", "12万", "1e5", "NaN", "Infinity", "--5", "9" * 16, "٣", "元"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    assert _refused(parse_number, text) == "cell-not-number"


@given(st.decimals(-(10**12), 10**12, places=2))
def test_every_amount_survives_its_separators(amount: Decimal) -> None:
    assert parse_number(f"{amount:,.2f}") == amount


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("13800138000", ("13800138000",)),
        ("13800138000.0", ("13800138000",)),
        ("'+8613800138000", ("+8613800138000",)),
        ("１３８００１３８０００", ("13800138000",)),
        ("13800138000；010-62345678", ("13800138000", "010-62345678")),
        ("13800138000/13900139000、13800138000", ("13800138000", "13900139000")),
        ("138 0013 8000\n139-0013-9000", ("138 0013 8000", "139-0013-9000")),
        ("", ()),
    ],
)
def test_several_phones_may_stand_in_one_cell(text: str, phones: tuple[str, ...]) -> None:
    assert parse_phones(text) == phones


@pytest.mark.parametrize("text", ["1.38E+10", "1.38001E10"])
def test_a_phone_that_excel_has_rounded_is_refused(text: str) -> None:
    assert _refused(parse_phones, text) == "cell-phone-rounded"


def test_a_list_keeps_its_order_and_drops_repeats() -> None:
    assert split_list("新；老,新、 vip ") == ("新", "老", "vip")


@given(st.text(max_size=30))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    for read in (parse_date, parse_yearly_day, parse_number, parse_phones):
        with suppress(CellError):
            read(text)

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.characters import FORBIDDEN, composed
from api.messages import Language, Phrase
from api.transfer.error_file import ErrorFile, error_file_suffix
from api.transfer.faults import Fault
from api.transfer.sheets import Sheet, open_sheet
from tests.support.workbooks import workbook

BAD_PHONE = Fault(Phrase("cell-phone-rounded", value="1.38E+10"), "电话")
HEADER = ["名称", "电话", "备注"]
CELLS = st.text(max_size=12).filter(lambda text: not FORBIDDEN.search(text)).map(composed)
ROWS = st.lists(
    st.lists(CELLS, min_size=3, max_size=3).filter(lambda row: any(map(str.strip, row))),
    min_size=1,
    max_size=5,
)


def _sheet(text: str, encoding: str = "utf-8") -> Sheet:
    return open_sheet(io.BytesIO(text.encode(encoding)))


def _errors(sheet: Sheet, language: Language = Language.CHINESE) -> io.BytesIO:
    """Return an error file with every row of `sheet`."""
    target = io.BytesIO()
    with ErrorFile(target, sheet, language) as errors:
        for row in sheet.rows():
            errors.add(row, row.faults or [BAD_PHONE])
    return target


def test_a_failed_row_is_written_as_it_came_with_what_is_wrong() -> None:
    raw = _errors(_sheet("名称,电话,备注\n王小明,1.38E+10,老客户\n")).getvalue().decode()

    assert raw.split("\r\n")[0] == '"名称","电话","备注","错误","错误代码"'
    assert raw.split("\r\n")[1].startswith('"王小明","1.38E+10","老客户","电话：')
    assert raw.split("\r\n")[1].endswith('"cell-phone-rounded"')


def test_what_is_wrong_is_told_in_the_language_of_the_reader() -> None:
    raw = _errors(_sheet("name,phone\nWang,1\n"), Language.ENGLISH).getvalue().decode()

    assert '"error","error code"' in raw
    assert "Excel has rounded this number" in raw


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_an_error_file_is_written_like_the_sheet_it_came_from(
    encoding: str, delimiter: str
) -> None:
    sheet = _sheet(f"名称{delimiter}电话\n王小明{delimiter}1\n", encoding)

    again = open_sheet(_errors(sheet))

    assert again.form == sheet.form


@given(rows=ROWS)
def test_an_error_file_can_be_fed_again_and_says_the_same(rows: list[list[str]]) -> None:
    first = open_sheet(workbook([HEADER, *rows]))
    again = open_sheet(_errors(first))
    text = io.BytesIO(
        (
            "\n".join(
                [
                    ",".join(HEADER),
                    *(
                        '"' + '","'.join(cell.replace('"', '""') for cell in row) + '"'
                        for row in rows
                    ),
                ]
            )
        ).encode()
    )
    as_text = open_sheet(text)
    text_again = open_sheet(_errors(as_text))

    assert again.header == first.header
    assert [row.cells for row in again.rows()] == [row.cells for row in first.rows()]
    assert [row.cells for row in text_again.rows()] == [row.cells for row in as_text.rows()]


def test_formulas_are_harmless_in_the_file_and_themselves_again_when_it_is_fed() -> None:
    sheet = _sheet("名称,电话\n=cmd|' /C calc'!A0,+8613800138000\n")

    errors = _errors(sheet)

    assert "\"'=cmd" in errors.getvalue().decode()
    assert next(open_sheet(errors).rows()).cells == ("=cmd|' /C calc'!A0", "+8613800138000")


def test_a_row_that_could_not_be_separated_fails_again_until_it_is_mended() -> None:
    sheet = _sheet('名称,电话\n"王" 小明,1\n李,2,3\n')

    again = open_sheet(_errors(sheet))
    once_more = open_sheet(_errors(again))

    for table in (sheet, again, once_more):
        broken, wide = table.rows()
        assert broken.cells == ("", "", '"王" 小明,1\n')
        assert wide.cells == ("李", "2", "3")
        assert broken.faults
        assert wide.faults


def test_a_workbook_gets_a_workbook_back_in_which_phones_stay_text() -> None:
    sheet = open_sheet(workbook([["名称", "电话"], ["王小明", "057188888888"]]))

    errors = _errors(sheet)

    assert error_file_suffix(sheet) == ".xlsx"
    assert errors.getvalue().startswith(b"PK")
    again = open_sheet(errors)
    assert again.header == ("名称", "电话")
    assert next(again.rows()).cells == ("王小明", "057188888888")


def test_messages_that_big5_cannot_write_are_written_in_utf_8() -> None:
    raw = "名稱,電話\n王小明,1\n".encode("big5")
    sheet = open_sheet(io.BytesIO(raw), encoding="big5")

    errors = _errors(sheet)

    assert error_file_suffix(sheet) == ".csv"
    assert next(open_sheet(errors).rows()).cells == ("王小明", "1")


def test_columns_of_that_name_in_the_middle_belong_to_the_sheet() -> None:
    sheet = _sheet("名称,错误,错误代码,备注\n王,一,二,三\n")

    assert sheet.header == ("名称", "错误", "错误代码", "备注")
    assert next(sheet.rows()).cells == ("王", "一", "二", "三")


def test_the_number_of_failed_rows_is_counted_and_the_target_stays_open() -> None:
    sheet = _sheet("名称,电话\n王,1\n李,2\n")
    target = io.BytesIO()

    with ErrorFile(target, sheet, Language.CHINESE) as errors:
        for row in sheet.rows():
            errors.add(row, [BAD_PHONE])

    assert errors.count == 2
    assert not target.closed

from __future__ import annotations

import io

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from api.transfer import xlsx_writer
from api.transfer.sheets import XlsxForm, open_sheet
from api.transfer.xlsx_writer import MAX_CELL_CHARACTERS, XlsxWriter

TEXTS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20)


class OneWay:
    """Takes bytes and can neither seek nor tell, as a response over HTTP."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def write(self, data: bytes) -> int:
        self.taken += data
        return len(data)

    def flush(self) -> None: ...


def written(*rows: list[str]) -> io.BytesIO:
    target = OneWay()
    writer = XlsxWriter(target)
    for row in rows:
        writer.write(row)
    writer.close()
    return io.BytesIO(bytes(target.taken))


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=4))
def test_another_reader_reads_what_was_written(rows: list[list[str]]) -> None:
    book = written(["名称", "备注"], *rows, ["end", "end"])

    read = python_calamine.CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()

    assert [[str(cell) for cell in row] for row in read] == [
        ["名称", "备注"],
        *rows,
        ["end", "end"],
    ]


def test_what_a_spreadsheet_would_run_stays_text_and_every_character_survives() -> None:
    rows = [["=1+1", "+8613800138000"], ["<b>&amp;", "_x000D_\n\x0b\U0001f600"]]

    sheet = open_sheet(written(["名称", "备注"], *rows))

    first, second = sheet.rows()
    assert first.cells == ("=1+1", "+8613800138000")
    assert second.cells == ("<b>&amp;", "_x000D_\n\x0b\U0001f600")


def test_what_does_not_fit_into_a_sheet_goes_on_in_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlsx_writer, "MAX_ROWS", 3)
    book = written(["名称", "备注"], *([str(number), "x"] for number in range(5)))

    read = python_calamine.CalamineWorkbook.from_filelike(book)
    assert [
        [[str(cell) for cell in row] for row in read.get_sheet_by_name(name).to_python()]
        for name in read.sheet_names
    ] == [
        [["名称", "备注"], ["0", "x"], ["1", "x"]],
        [["名称", "备注"], ["2", "x"], ["3", "x"]],
        [["名称", "备注"], ["4", "x"]],
    ]
    assert open_sheet(book).form == XlsxForm("Sheet1", ("Sheet1", "Sheet2", "Sheet3"))


def test_more_columns_than_letters_and_no_cell_longer_than_excel_allows() -> None:
    header = [f"c{number}" for number in range(100)]
    sheet = open_sheet(written(header, ["x" * (MAX_CELL_CHARACTERS + 9), *[""] * 98, "last"]))

    (row,) = sheet.rows()
    assert sheet.header == tuple(header)
    assert (len(row.cells[0]), row.cells[-1]) == (MAX_CELL_CHARACTERS, "last")

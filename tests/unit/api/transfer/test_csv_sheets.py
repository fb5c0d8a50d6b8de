from __future__ import annotations

import codecs
import csv
import io
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.messages import Language
from api.transfer.csv_sheet import CsvForm
from api.transfer.encodings import Encoding
from api.transfer.faults import SheetError
from api.transfer.sheets import MAX_CELL_CHARACTERS, SheetRow, open_sheet

HANZI = "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会"
WORDS = st.text(alphabet=HANZI + "abcXYZ0123456789 éü€", min_size=1, max_size=12).map(
    lambda text: text.strip() or "空"
)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(WORDS, min_size=width, max_size=width), min_size=1, max_size=8)
)
HEADER = "名称,电话,备注\n"


def _rows(content: str | bytes, **options: str) -> list[SheetRow]:
    raw = content.encode() if isinstance(content, str) else content
    return list(open_sheet(io.BytesIO(raw), **options).rows())


def _refused(content: bytes, **options: str) -> str:
    with pytest.raises(SheetError) as refused:
        _rows(content, **options)
    assert refused.value.values is not None
    assert str(refused.value)
    return refused.value.code


@given(
    table=TABLES,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_a_table_reads_the_same_however_it_is_written(
    table: list[list[str]], encoding: str, delimiter: str, ending: str, quoting: int
) -> None:
    header = [f"列{number}" for number in range(len(table[0]))]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([header, *table])
    raw = text.getvalue().encode(encoding)
    if encoding == "utf-16-be":
        raw = codecs.BOM_UTF16_BE + raw

    sheet = open_sheet(io.BytesIO(raw))

    assert sheet.header == tuple(header)
    assert [list(row.cells) for row in sheet.rows()] == table
    assert [row.number for row in sheet.rows()] == list(range(2, len(table) + 2))
    assert isinstance(sheet.form, CsvForm)
    assert sheet.form.delimiter == delimiter


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("count", [1, 2, 5, 20, 100, 200])
def test_chinese_files_of_any_length_are_decoded_without_being_told(
    encoding: str, count: int
) -> None:
    lines = [f"客户{HANZI[n % 40]}{n},1380000{n:04},上海市浦东新区{n}号" for n in range(count)]
    raw = (HEADER + "\n".join(lines)).encode(encoding)

    rows = _rows(raw)

    assert [",".join(row.cells) for row in rows] == lines


def test_an_encoding_can_be_named_when_it_cannot_be_found() -> None:
    raw = "名稱,電話\n臺灣積體電路,0912345678\n".encode("big5")

    assert _rows(raw, encoding="Big5")[0].cells == ("臺灣積體電路", "0912345678")
    assert _refused(raw, encoding="utf-8") == "sheet-undecodable"
    assert _refused(raw, encoding="klingon") == "sheet-unknown-encoding"


@pytest.mark.parametrize("name", ["GBK", "gb2312", "GB18030"])
def test_every_name_of_the_national_standard_is_understood(name: str) -> None:
    assert _rows("名称,电话\n王小明,1\n".encode("gbk"), encoding=name)[0].cells[0] == "王小明"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet-empty"),
        (codecs.BOM_UTF8, "sheet-empty"),
        (b"\r\n , ,\r\n\n", "sheet-empty"),
        ("名称,电话\n".encode("utf-16-le"), "sheet-nul-bytes"),
        (b"name,phone\nWang\0,1\n", "sheet-nul-bytes"),
        (codecs.BOM_UTF16_LE + b"a", "sheet-undecodable"),
        (codecs.BOM_UTF8 + b"\xff\xfe", "sheet-undecodable"),
        (b"name,phone\n\xff\xff\xff,1\n", "sheet-undecodable"),
        (b"\x01\x02\x03,\x04\x05\n" * 9, "sheet-binary"),
        (b"%PDF-1.7\n1 obj\n", "sheet-binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "sheet-binary"),
        (b"<html><table><tr><td>name</td></tr></table>", "sheet-html"),
        (b"\xef\xbb\xbf  <!DOCTYPE html>", "sheet-html"),
        (b'name,"phone\n1,2\n3,4\n', "sheet-header-unreadable"),
        (b",".join([b"x"] * 600), "sheet-too-many-columns"),
    ],
)
def test_what_is_no_table_is_refused_by_name(content: bytes, code: str) -> None:
    assert _refused(content) == code


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_but_never_break(content: bytes) -> None:
    try:
        rows = _rows(content)
    except SheetError as error:
        assert error.code.startswith("sheet-")  # noqa: PT017 - either outcome is right
    else:
        assert all(row.cells for row in rows)


def test_excels_own_line_about_the_delimiter_is_obeyed_and_left_out() -> None:
    [row] = _rows("sep=;\r\n名称;备注\r\n王小明;a,b,c\r\n")

    assert row == SheetRow(3, ("王小明", "a,b,c"))


def test_the_delimiter_is_the_one_that_fits_most_rows() -> None:
    sheet = open_sheet(io.BytesIO("名称\t备注\n王\t一,二,三\n李\t四;五\n".encode()))

    assert isinstance(sheet.form, CsvForm)
    assert sheet.form.delimiter == "\t"


def test_a_delimiter_can_be_named() -> None:
    assert _rows("a;b,c\n1;2,3\n", delimiter=";")[0].cells == ("1", "2,3")
    assert _refused(b"a|b\n", delimiter="|") == "sheet-unknown-delimiter"


def test_a_title_above_the_header_is_passed_over() -> None:
    sheet = open_sheet(io.BytesIO("客户资料表,,\n\n名称,电话,备注\n王,1,\n".encode()))

    assert sheet.header == ("名称", "电话", "备注")
    assert [row.number for row in sheet.rows()] == [4]


def test_a_table_of_one_column_is_a_table() -> None:
    assert [row.cells for row in _rows("名称\n王小明\n李雷\n")] == [("王小明",), ("李雷",)]


def test_rows_are_counted_as_excel_counts_them() -> None:
    rows = _rows(HEADER + '\n王,1,"两\n行"\n, ,\n李,2,\n')

    assert [(row.number, row.cells[0]) for row in rows] == [(3, "王"), (5, "李")]
    assert rows[0].cells[2] == "两\n行"


def test_short_rows_are_filled_and_blank_cells_at_the_end_are_dropped() -> None:
    rows = _rows(HEADER + "王\n李,2,三,,\n")

    assert [row.cells for row in rows] == [("王", "", ""), ("李", "2", "三")]
    assert not any(row.faults for row in rows)


def test_a_row_with_too_many_columns_is_marked_and_the_rest_is_read() -> None:
    wide, good = _rows(HEADER + "王,1,a,b,c\n李,2,\n")

    assert [fault.message.code for fault in wide.faults] == ["row-too-wide"]
    assert wide.cells == ("王", "1", "a", "b", "c")
    assert good == SheetRow(3, ("李", "2", ""))


def test_a_row_with_wrong_quotes_is_marked_with_its_text_and_the_rest_is_read() -> None:
    bad, good = _rows(HEADER + '"王" 小明,1,\n李,2,\n')

    assert [fault.message.code for fault in bad.faults] == ["row-badly-quoted"]
    assert bad.cells == ("", "", "", '"王" 小明,1,\n')
    assert good == SheetRow(3, ("李", "2", ""))


def test_a_quote_that_never_ends_costs_some_rows_and_says_which() -> None:
    lines = [f"客户{n},{n},备注" for n in range(30_000)]
    lines[10] = '"客户10,10,备注'

    rows = _rows(HEADER + "\n".join(lines))

    bad = [row for row in rows if row.faults]
    assert [fault.message.code for fault in bad[0].faults] == ["row-field-endless"]
    assert bad[0].faults[0].message.values["first"] == 12
    assert rows[-1].cells == ("客户29999", "29999", "备注")
    assert rows[-1].number == 30_001
    assert len(bad) <= 2


def test_a_quote_open_at_the_end_of_the_file_is_marked() -> None:
    good, bad = _rows(HEADER + '王,1,\n李,2,"备注\n')

    assert not good.faults
    assert [fault.message.code for fault in bad.faults] == ["row-badly-quoted"]


def test_a_cell_that_is_too_long_is_marked_by_its_column() -> None:
    [row] = _rows(HEADER + f"王,1,{'长' * (MAX_CELL_CHARACTERS + 1)}\n")

    [fault] = row.faults
    assert (fault.column, fault.message.code) == ("备注", "field-too-long")


@pytest.mark.parametrize("cell", ["a\x07b", "a\x0bb", "a\u202eb", "a\ufdd0b", "a\x7fb"])
def test_a_cell_with_characters_that_cannot_be_stored_is_marked(cell: str) -> None:
    bad, good = _rows(HEADER + f"王,1,{cell}\n" + "李,2,很正常的备注\n")

    [fault] = bad.faults
    assert (fault.column, fault.message.code) == ("备注", "field-forbidden-character")
    assert "控制字符" in fault.message.translated(Language.CHINESE)
    assert not good.faults


def test_line_ends_within_a_cell_become_line_feeds_and_text_is_composed() -> None:
    [row] = _rows(HEADER + 'Cafe\u0301,1,"一\r\n二\r三"\n')

    assert row == SheetRow(2, ("Café", "1", "一\n二\n三"))


def test_digits_that_were_kept_by_a_formula_are_read_as_they_are_shown() -> None:
    rows = _rows(HEADER + '张三,"=""013800138000""",="K""01"\n李四,\t13900139000,=1+1\n')

    assert [row.cells for row in rows] == [
        ("张三", "013800138000", 'K"01'),
        ("李四", "\t13900139000", "=1+1"),
    ]


def test_a_formula_that_failed_is_marked_and_other_number_signs_are_text() -> None:
    bad, good = _rows(HEADER + "王,#N/A,\n#1号店,1,C#\n")

    assert [(fault.column, fault.message.code) for fault in bad.faults] == [
        ("电话", "cell-formula-error")
    ]
    assert not good.faults


def test_reading_goes_on_after_a_given_row() -> None:
    sheet = open_sheet(io.BytesIO((HEADER + "a,1,\nb,2,\nc,3,\n").encode()))

    assert [row.cells[0] for row in sheet.rows(after=3)] == ["c"]
    assert [row.cells[0] for row in sheet.rows()] == ["a", "b", "c"]


def test_a_preview_shows_the_first_rows_and_reading_starts_again() -> None:
    sheet = open_sheet(io.BytesIO((HEADER + "王,1,\n" * 20).encode("gb18030")))

    assert [row.cells[0] for row in sheet.preview()] == ["王"] * 5
    assert len(list(sheet.rows())) == 20
    assert isinstance(sheet.form, CsvForm)
    assert sheet.form.encoding is Encoding.GB18030


def test_the_stream_stays_open_and_tells_how_far_reading_has_come() -> None:
    stream = io.BytesIO((HEADER + "王,1,\n" * 50_000).encode())
    sheet = open_sheet(stream)
    rows = sheet.rows()

    next(rows)
    early = sheet.progress()
    list(rows)

    assert 0 <= early < 0.5
    assert sheet.progress() == 1
    assert not stream.closed


def test_an_uploaded_file_that_was_spooled_to_disk_is_read() -> None:
    with tempfile.SpooledTemporaryFile(max_size=10) as upload:
        upload.write((HEADER + "王,1,\n").encode())

        assert next(open_sheet(upload).rows()).cells[0] == "王"


def test_memory_stays_flat_however_long_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="gb18030") as file:
        file.write(HEADER)
        file.writelines(f"客户{n},1380000{n:07},没有什么可说的\n" for n in range(100_000))

    with path.open("rb") as stream:
        tracemalloc.start()
        count = sum(1 for _ in open_sheet(stream).rows())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert count == 100_000
    assert peak < 12 * 1024 * 1024

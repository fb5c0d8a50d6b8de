from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from api.transfer.faults import SheetError
from api.transfer.sheets import SheetRow, XlsxForm, open_sheet
from api.transfer.xlsx_parts import MAX_UNPACKED_BYTES
from api.transfer.xlsx_writer import MAX_CELL_CHARACTERS
from tests.support.workbooks import with_part, workbook

SAMPLES = Path(__file__).parent / "samples"
SHEET = "xl/worksheets/sheet1.xml"
VALUES = (
    st.text(alphabet="客户王小明 abc1-._x000D_&<>\"'\n", max_size=8)
    | st.integers(-(10**14), 10**14)
    | st.decimals(-(10**6), 10**6, places=3).map(float)
    | st.dates(date(1900, 3, 1), date(2199, 12, 31))
)


def _refused(content: io.BytesIO, **options: str) -> str:
    with pytest.raises(SheetError) as refused:
        list(open_sheet(content, **options).rows())
    assert str(refused.value)
    return refused.value.code


def _expected(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return format(value, ".3f").rstrip("0").rstrip(".") or "0"
    return str(value)


def test_every_kind_of_cell_comes_out_as_a_person_sees_it() -> None:
    row = [
        "王小明",
        13800138000,
        1.5,
        -0.1,
        True,
        date(2026, 11, 22),
        datetime(2026, 11, 22, 9, 30),  # noqa: DTZ001 - a sheet knows no zone
        time(9, 30),
        None,
        123456789012345678,
    ]

    [read] = open_sheet(workbook([["列"] * 10, row])).rows()

    assert read.cells == (
        "王小明",
        "13800138000",
        "1.5",
        "-0.1",
        "TRUE",
        "2026-11-22",
        "2026-11-22 09:30:00",
        "09:30:00",
        "",
        "123456789012346000",
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=5), min_size=1, max_size=5))
def test_any_workbook_is_read_as_it_was_written(rows: list[list[object]]) -> None:
    header = ["a", "b", "c", "d", "e"]

    read = {row.number: row.cells for row in open_sheet(workbook([header, *rows])).rows()}

    for number, row in enumerate(rows, start=2):
        expected = tuple(_expected(value) for value in row) + ("",) * (5 - len(row))
        if any(cell.strip() for cell in expected):
            assert read[number] == expected


def test_another_reader_of_workbooks_sees_the_same_table() -> None:
    content = workbook(
        [["名称", "日期", "数"]]
        + [[f"客户{n}", date(2026, 1, 1 + n % 28), n / 4] for n in range(300)]
    )
    theirs = [
        tuple(
            cell.isoformat()
            if isinstance(cell, date)
            else f"{cell:g}"
            if not isinstance(cell, str)
            else cell
            for cell in row
        )
        for row in CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).iter_rows()
    ]

    sheet = open_sheet(content)

    assert [sheet.header, *(row.cells for row in sheet.rows())] == theirs


def test_the_first_sheet_that_shows_is_read_unless_another_is_named() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name in ("隐藏", "客户", "采购"):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["名称", "表"])
        sheet.write_row(1, 0, ["王", name])
        if name == "隐藏":
            sheet.hide()
    book.worksheets()[1].activate()
    book.close()

    assert open_sheet(stream).form == XlsxForm("客户", ("隐藏", "客户", "采购"))
    assert next(open_sheet(stream, sheet="采购").rows()).cells == ("王", "采购")
    assert _refused(stream, sheet="没有") == "sheet-unknown-name"


def test_a_sheet_that_nobody_has_written_on_is_passed_over() -> None:
    book = workbook([], 客户=[["名称", "电话"], ["王", "1"]])

    assert open_sheet(book).form == XlsxForm("客户", ("Sheet1", "客户"))
    assert _refused(book, sheet="Sheet1") == "sheet-empty"


def test_rows_keep_the_numbers_that_excel_shows() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(2, 1, ["名称", "电话"])
    sheet.write_row(6, 1, ["王", "1"])
    book.close()

    table = open_sheet(stream)

    assert table.header == ("", "名称", "电话")
    assert list(table.rows()) == [SheetRow(7, ("", "王", "1"))]


def test_a_formula_counts_by_its_result_and_a_failed_one_is_marked() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["名称", "金额"])
    sheet.write_formula(1, 0, '="王"&"明"', None, "王明")
    sheet.write_formula(1, 1, "=1+1", None, 2)
    sheet.write_row(2, 0, ["李"])
    sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    book.close()

    good, bad = open_sheet(stream).rows()

    assert good.cells == ("王明", "2")
    assert [(fault.column, fault.message.code) for fault in bad.faults] == [
        ("金额", "cell-formula-error")
    ]


def test_rich_text_is_joined_and_phonetic_guides_are_left_out() -> None:
    content = workbook([["名称", "x"], ["王小明", "y"]])
    rich = (
        "<si><r><t>王</t></r><r><rPr><b/></rPr><t>小明</t></r>"
        "<rPh sb='0' eb='1'><t>wang</t></rPh><phoneticPr fontId='1'/></si>"
    )
    changed = with_part(
        content,
        "xl/sharedStrings.xml",
        lambda xml: xml.replace("<si><t>王小明</t></si>".encode(), rich.encode()),
    )

    assert next(open_sheet(changed).rows()).cells == ("王小明", "y")


def test_texts_may_stand_in_the_cells_and_elements_may_have_a_prefix() -> None:
    xml = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<x:sheetData><x:row><x:c t='inlineStr'><x:is><x:t>名称</x:t></x:is></x:c>"
        "<x:c t='str'><x:v>电_x0041_话</x:v></x:c></x:row>"
        "<x:row r='5'><x:c r='B5' t='d'><x:v>2026-11-22T00:00:00</x:v></x:c></x:row>"
        "</x:sheetData></x:worksheet>"
    )
    table = open_sheet(with_part(workbook([["a"]]), SHEET, lambda _: xml.encode()))

    assert table.header == ("名称", "电A话")
    assert list(table.rows()) == [SheetRow(5, ("", "2026-11-22"))]


@pytest.mark.parametrize(
    ("written", "seen"), [("_xD83D__xDE00_", "😀"), ("a_xD800_", "a\ufffd"), ("_x4E2D_", "中")]
)
def test_characters_that_are_written_as_numbers_are_whole_ones(written: str, seen: str) -> None:
    book = workbook([["姓名", "备注"], ["甲", "here"]])
    book = with_part(
        book, "xl/sharedStrings.xml", lambda xml: xml.replace(b"here", written.encode())
    )

    (row,) = open_sheet(book).rows()
    assert row.cells == ("甲", seen)


def test_a_text_longer_than_a_cell_may_hold_is_cut_where_it_stands() -> None:
    book = workbook([["姓名", "备注"], ["甲", "here"]])
    long = b"a" * 1_000_000
    book = with_part(book, "xl/sharedStrings.xml", lambda xml: xml.replace(b"here", long))

    (row,) = open_sheet(book).rows()
    assert len(row.cells[1]) == MAX_CELL_CHARACTERS + 1
    assert [fault.column for fault in row.faults] == ["备注"]


def test_a_header_nobody_writes_is_refused_before_it_is_understood() -> None:
    assert _refused(io.BytesIO(b"name," + b"(" * 10_000)) == "sheet-header-unreadable"


def test_old_macintosh_days_are_counted_from_1904() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["名称", "日期"])
    sheet.write(1, 0, "王")
    sheet.write_datetime(1, 1, date(2026, 11, 22), book.add_format({"num_format": 14}))
    book.close()

    assert next(open_sheet(stream).rows()).cells == ("王", "2026-11-22")


@pytest.mark.parametrize(
    ("number_format", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ('yyyy"年"m"月"d"日"', True),
        ("[$-804]yyyy年m月d日", True),
        ("[h]:mm", True),
        ("m/d/yy h:mm;@", True),
        ("General", False),
        ("0.00", False),
        ('0"日"', False),
        ("[Red]0", False),
        ("#,##0.00_d", False),
        ("@", False),
        ("0.00E+00", False),
    ],
)
def test_a_date_is_known_by_its_format(number_format: str, is_date: bool) -> None:  # noqa: FBT001
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["名称", "日期"])
    sheet.write(1, 0, "王")
    sheet.write_number(1, 1, 46348.5, book.add_format({"num_format": number_format}))
    book.close()

    shown = next(open_sheet(stream).rows()).cells[1]

    assert shown == ("2026-11-22 12:00:00" if is_date else "46348.5")


def test_a_cell_in_the_far_corner_costs_nothing() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["名称", "电话"])
    sheet.write(1_048_575, 16_383, "!")
    book.close()

    [row] = open_sheet(stream).rows()

    assert row.number == 1_048_576
    assert [fault.message.code for fault in row.faults] == ["row-too-wide"]


def test_old_and_protected_files_are_refused_by_name() -> None:
    for name, code in [("old.xls", "sheet-xls"), ("password.xlsx", "sheet-encrypted")]:
        with (SAMPLES / name).open("rb") as stream, pytest.raises(SheetError) as refused:
            open_sheet(stream)
        assert refused.value.code == code


def test_other_archives_are_refused_by_name() -> None:
    book = workbook([["名称"]])
    binary = with_part(book, "xl/workbook.xml", lambda _: None)
    with zipfile.ZipFile(binary, "a") as archive:
        archive.writestr("xl/workbook.bin", b"\0")
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("content.xml", "<x/>")

    assert _refused(binary) == "sheet-xlsb"
    assert _refused(document) == "sheet-not-a-workbook"
    assert _refused(io.BytesIO(b"PK\x03\x04 and nothing more")) == "sheet-damaged"
    assert _refused(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 a letter")) == (
        "sheet-not-a-workbook"
    )


def test_an_empty_workbook_is_empty() -> None:
    assert _refused(workbook([])) == "sheet-empty"


def test_a_workbook_that_unpacks_to_more_than_it_should_is_refused() -> None:
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(workbook([["名称"]])) as source,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
        with target.open("xl/media/zeros", "w", force_zip64=True) as zeros:
            for _ in range(MAX_UNPACKED_BYTES // (1 << 24)):
                zeros.write(bytes(1 << 24))

    assert _refused(bomb) == "sheet-unpacks-too-large"


def test_a_document_type_is_never_expanded() -> None:
    xml = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        b"<worksheet><sheetData><row><c t='str'><v>&b;</v></c></row></sheetData></worksheet>"
    )

    assert _refused(with_part(workbook([["a"]]), SHEET, lambda _: xml)) == "sheet-damaged"


@pytest.mark.parametrize(
    "cell",
    [
        b"<c r='A2' t='s'><v>999</v></c>",
        b"<c r='A2' t='s'><v>x</v></c>",
        b"<c r='2'><v>1</v></c>",
        b"<c r='A2'><v>1</c>",
    ],
)
def test_a_cell_that_refers_to_nothing_is_damage(cell: bytes) -> None:
    xml = (
        b"<worksheet><sheetData><row><c t='str'><v>name</v></c><c t='str'><v>b</v></c></row>"
        b"<row>" + cell + b"</row></sheetData></worksheet>"
    )

    assert _refused(with_part(workbook([["a"]]), SHEET, lambda _: xml)) == "sheet-damaged"


def test_a_number_that_is_none_is_passed_on_as_text() -> None:
    xml = (
        b"<worksheet><sheetData><row><c t='str'><v>name</v></c><c t='str'><v>b</v></c></row>"
        b"<row><c><v>1e9999999</v></c><c><v>abc</v></c></row></sheetData></worksheet>"
    )

    [row] = open_sheet(with_part(workbook([["a"]]), SHEET, lambda _: xml)).rows()

    assert row.cells == ("1e9999999", "abc")


@pytest.mark.parametrize("seed", range(20))
def test_no_damage_whatever_breaks_more_than_the_file(seed: int) -> None:
    chance = random.Random(seed)
    whole = workbook(
        [["名称", "电话", "日期"]] + [[f"客户{n}", n, date(2026, 1, 1)] for n in range(20)]
    ).getvalue()
    for _ in range(30):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with suppress(SheetError):
            list(open_sheet(io.BytesIO(bytes(damaged))).rows())


@pytest.mark.parametrize("seed", range(20))
def test_no_change_inside_the_parts_breaks_more_than_the_file(seed: int) -> None:
    chance = random.Random(seed)
    whole = workbook([["名称", "日期"]] + [[f"客户{n}", date(2026, 1, 1)] for n in range(5)])

    def spoiled(part: bytes) -> bytes:
        changed = bytearray(part)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(len(changed))] = chance.choice(b'0123456789<>"=/ABZ:')
        return bytes(changed)

    for path in (SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "_rels/.rels"):
        with suppress(SheetError):
            list(open_sheet(with_part(whole, path, spoiled)).rows())

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.browsers import DESK, HAN, PHONE, Visitor
from tests.support.workbooks import workbook

Comes = Callable[..., Visitor]
SHEET = """客户名称,手机,等级,内部代号
页面导入甲,13577770001,A,007
页面导入乙,13577770002,B,008
页面导入丙,12,Z,009
"""
LOOKS = [
    {"language": "zh-CN", "size": DESK},
    {"language": "en", "scheme": "dark", "size": PHONE},
]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A sheet with a column that nobody understands, and a row that cannot be imported."""
    file = tmp_path / "展会名单.csv"
    file.write_bytes(SHEET.encode("gb18030"))
    return file


def test_a_sheet_is_uploaded_explained_checked_and_imported(
    a_visitor: Comes, tokens: dict[str, str], sheet: Path
) -> None:
    page = a_visitor(language="en").signs_in(tokens["wangfang"])
    page.goto("/imports")
    page.set_input_files("#file", sheet)
    page.click("#upload .strong")
    page.wait_for_selector("#mapping")
    assert page.input_value("tr:has-text('手机') select") == "phones"
    assert "Say of each what it means" in page.inner_text(".notice")

    page.select_option("tr:has-text('内部代号') select", "notes")
    page.fill("#reason", "Trade fair")
    page.click("#mapping [value=check]")
    page.wait_for_selector(".wrong")
    assert page.inner_text("[data-verdict=new]") == "2"
    assert page.inner_text("[data-verdict=invalid]") == "1"
    assert "12" in page.inner_text(".wrong")

    page.click("#mapping [value=start]")
    page.wait_for_selector("text=See the customers")
    with page.expect_download() as download:
        page.click("a[download]")
    errors = download.value.path().read_bytes().decode("gb18030")
    assert "页面导入丙" in errors
    assert "页面导入甲" not in errors
    page.goto("/customers?grade=A&sort=-registered_on")
    assert "页面导入甲" in page.inner_text("tbody")


def test_which_worksheet_is_read_and_what_no_column_says_is_chosen_on_the_page(
    a_visitor: Comes, tokens: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "book.xlsx"
    persons = [["姓名", "备注", "备注"], ["工作表甲", "VIP", "only mornings"]]
    file.write_bytes(workbook([["公司"], ["封面"]], Persons=persons).getvalue())
    page = a_visitor(language="en").signs_in(tokens["wangfang"])
    page.goto("/imports")
    page.set_input_files("#file", file)
    page.click("#upload .strong")
    page.wait_for_selector("#mapping")

    page.select_option("#worksheet", "Persons")
    page.wait_for_selector("tr:has-text('备注 (2)')")
    assert "same name: 备注." in page.inner_text("#mapping")
    page.select_option("tr:has-text('only mornings') select", "needs")
    page.click("#mapping summary")
    page.fill("#all-region", "East")
    page.click("#mapping [value=start]")
    page.click("text=See the customers")
    page.goto("/customers?region=East")
    assert "工作表甲" in page.inner_text("tbody")


def test_how_a_text_file_is_separated_is_chosen_on_the_page(
    a_visitor: Comes, tokens: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "semicolons.csv"
    file.write_text("姓名;备注\n分号甲;VIP\n", "utf-8")
    page = a_visitor(language="en").signs_in(tokens["wangfang"])
    page.goto("/imports")
    page.set_input_files("#file", file)
    page.click("#upload .strong")
    page.wait_for_selector("#mapping")
    assert page.input_value("#delimiter") == "semicolon"

    page.select_option("#delimiter", "comma")
    page.wait_for_selector("tr:has-text('姓名;备注')")
    page.select_option("#delimiter", "semicolon")
    page.wait_for_selector("tr:has-text('VIP') th:has-text('备注')")


@pytest.mark.parametrize("looks", LOOKS)
def test_everybody_can_use_the_page_of_an_import(
    a_visitor: Comes, tokens: dict[str, str], sheet: Path, looks: dict[str, object]
) -> None:
    visitor = a_visitor(**looks)
    page = visitor.signs_in(tokens["liqiang"])
    page.goto("/imports")
    page.set_input_files("#file", sheet)
    page.press("#upload .strong", "Enter")
    page.wait_for_selector("#mapping")
    page.click("#mapping [value=check]")
    page.wait_for_selector(".wrong")
    faults = visitor.faults()
    fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    said = visitor.says()
    page.click("[data-cancel]")
    page.wait_for_selector("#mapping", state="detached")

    assert (faults, fits) == ([], True)
    if looks["language"] == "en":
        assert HAN.findall(said) == []


def test_whom_the_list_shows_a_manager_takes_out_with_a_reason(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["zhaojing"])
    page.goto("/customers?grade=A")
    names = page.locator("tbody th a").all_inner_texts()
    page.click("text=Export these")
    page.select_option("#format", "csv")
    page.fill("#reason", "Year-end visits")
    with page.expect_download() as download:
        page.click("#export .strong")

    rows = csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"), newline=""))
    header, *customers = rows
    assert set(names) <= {row[header.index("name")] for row in customers}
    assert {row[header.index("grade")] for row in customers} == {"A"}


def test_a_rep_is_offered_no_export(a_visitor: Comes, tokens: dict[str, str]) -> None:
    page = a_visitor(language="en").signs_in(tokens["liqiang"])
    page.goto("/customers")

    assert page.locator("text=Export these").count() == 0

from __future__ import annotations

import io

import pytest

from api.messages import Language, say
from api.transfer.columns import CUSTOMERS, PURCHASES, Kind, match_columns
from api.transfer.faults import SheetError
from api.transfer.sheets import open_sheet


def _refused(header: list[str], kind: Kind, meanings: dict[str, str] | None = None) -> SheetError:
    with pytest.raises(SheetError) as refused:
        match_columns(header, kind, meanings)
    return refused.value


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            ["客户名称", "公司名称", "联系人", "电话", "邮箱", "微信", "地址", "行业", "地区"],
            [
                "name",
                "company",
                "contact",
                "phones",
                "email",
                "wechat",
                "address",
                "industry",
                "district",
            ],
        ),
        (
            [
                "姓名",
                "等级",
                "跟单人",
                "跟单人2",
                "来源",
                "客户编号",
                "下次联系日期",
                "备注",
                "标签",
            ],
            [
                "name",
                "grade",
                "owner",
                "second_owner",
                "source",
                "reference",
                "promised_on",
                "notes",
                "tags",
            ],
        ),
        (
            ["Name", "Company", "Mobile", "E-mail", "Next contact", "External Ref", "Birthday"],
            ["name", "company", "phones", "email", "promised_on", "reference", "birthday"],
        ),
        (
            ["second owner", "OWNER", "name", "Grade ", "district", "source", "tags", "notes"],
            ["second_owner", "owner", "name", "grade", "district", "source", "tags", "notes"],
        ),
    ],
)
def test_customer_headers_are_understood(header: list[str], fields: list[str]) -> None:
    found = match_columns(header, CUSTOMERS)

    assert {field: index for field, (index, *_) in found.indexes.items()} == {
        field: index for index, field in enumerate(fields)
    }
    assert not found.unknown


@pytest.mark.parametrize(
    "header",
    [
        ["客户编号", "日期", "产品", "数量", "金额", "币种", "单号"],
        ["customer", "date", "product", "quantity", "amount", "currency", "order no"],
        ["Customer ID", "Order_Date", "SKU", "Qty", "Total", "Currency", "Order Number"],
    ],
)
def test_purchase_headers_are_understood(header: list[str]) -> None:
    found = match_columns(header, PURCHASES)

    assert list(found.indexes) == [
        "customer",
        "purchased_on",
        "product",
        "quantity",
        "amount",
        "currency",
        "order_no",
    ]


@pytest.mark.parametrize(
    "text", ["*客户名称", "客户名称（必填）", "客户 名称", "客户名称：", "ＮＡＭＥ"]
)
def test_marks_remarks_and_width_do_not_change_a_header(text: str) -> None:
    assert match_columns([text, "电话"], CUSTOMERS).indexes["name"] == (0,)


def test_the_texts_of_a_row_are_trimmed_blank_ones_left_out_and_several_phones_joined() -> None:
    columns = match_columns(["名称", "电话", "手机", "备注", "生日"], CUSTOMERS)

    assert columns.texts([" 王小明 ", "010-62345678", "13800138000", "", "1980-05-03"]) == {
        "name": "王小明",
        "phones": "010-62345678;13800138000",
        "birthday": "1980-05-03",
    }


@pytest.mark.parametrize("nothing", ["无", "暂无", "-", "——", " / ", "N/A", "NULL"])
def test_a_cell_that_says_there_is_nothing_is_blank(nothing: str) -> None:
    columns = match_columns(["名称", "电话", "手机", "备注"], CUSTOMERS)

    assert columns.texts(["王小明", nothing, "13800138000", nothing]) == {
        "name": "王小明",
        "phones": "13800138000",
    }


def test_columns_nobody_knows_are_reported_and_left_out() -> None:
    columns = match_columns(["名称", "星座", "", "电话"], CUSTOMERS)

    assert columns.unknown == ("星座",)
    assert set(columns.indexes) == {"name", "phones"}


def test_a_meaning_that_is_told_wins_over_the_one_that_is_known() -> None:
    columns = match_columns(
        ["客户名称", "姓名", "星座", "备注"],
        CUSTOMERS,
        {"姓名": "contact", "星座": "tags", "备注": ""},
    )

    assert columns.indexes == {"name": (0,), "contact": (1,), "tags": (2,)}
    assert not columns.unknown


def test_two_columns_of_one_meaning_must_be_told_apart() -> None:
    refused = _refused(["客户名称", "姓名", "电话"], CUSTOMERS)

    assert refused.code == "columns-ambiguous"
    assert "客户名称、姓名" in say(refused.code, Language.CHINESE, refused.values)


def test_columns_of_one_name_are_numbered_and_mean_what_the_first_does() -> None:
    sheet = open_sheet(io.BytesIO("客户名称,电话,电话,电话,,\n王,1,2,3,,\n".encode()))

    assert sheet.header == ("客户名称", "电话", "电话 (2)", "电话 (3)")
    assert sheet.repeated == ("电话",)
    (row,) = sheet.rows()
    columns = match_columns(sheet.header, CUSTOMERS)
    assert columns.texts(row.cells) == {"name": "王", "phones": "1;2;3"}
    told = match_columns(sheet.header, CUSTOMERS, {"电话 (2)": "notes", "电话 (3)": ""})
    assert told.texts(row.cells) == {"name": "王", "phones": "1", "notes": "2"}


def test_a_number_that_stood_there_already_is_nobody_elses() -> None:
    sheet = open_sheet(io.BytesIO("电话,电话,电话 (2)\n1,2,3\n".encode()))

    assert sheet.header == ("电话", "电话 (2)", "电话 (2) (2)")


def test_what_is_the_same_in_every_row_needs_no_column() -> None:
    columns = match_columns(["日期", "金额"], PURCHASES, constants={"customer": "K1"})

    assert set(columns.indexes) == {"purchased_on", "amount"}


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["产品", "日期", "金额"], ("customer",)),
        (["客户编号", "金额"], ("purchased_on",)),
        (["客户编号", "日期"], ("amount",)),
    ],
)
def test_a_column_that_is_needed_is_missed_by_name(
    header: list[str], missing: tuple[str, ...]
) -> None:
    refused = _refused(header, PURCHASES)

    assert refused.code == "columns-missing"
    assert refused.values["missing"] == missing


def test_a_customer_sheet_needs_a_name_or_a_company() -> None:
    assert match_columns(["公司", "电话"], CUSTOMERS).indexes
    assert _refused(["电话", "地址"], CUSTOMERS).code == "columns-missing"


def test_a_sheet_whose_first_row_is_data_has_no_header() -> None:
    refused = _refused(["王小明", "13800138000", "上海"], CUSTOMERS)

    assert refused.code == "columns-unrecognised"
    told = say(refused.code, Language.CHINESE, refused.values)
    assert "客户名称" in told
    assert "王小明" in told


def test_meanings_of_columns_or_fields_that_do_not_exist_are_refused() -> None:
    assert _refused(["名称"], CUSTOMERS, {"姓": "name"}).code == "mapping-unknown-column"
    assert _refused(["名称"], CUSTOMERS, {"名称": "shoe_size"}).code == "mapping-unknown-field"


@pytest.mark.parametrize("kind", [CUSTOMERS, PURCHASES], ids=["customers", "purchases"])
def test_no_header_has_two_meanings(kind: Kind) -> None:
    free = Kind(kind.columns, required=())
    for column in kind.columns:
        for text in column.headers:
            assert list(match_columns([text], free).indexes) == [column.field]


def test_a_field_is_called_what_the_sheet_calls_it() -> None:
    header = ["姓名", "手机号"]
    columns = match_columns(header, CUSTOMERS)

    assert columns.header_of("phones", header) == "手机号"
    assert columns.header_of("email", header) == "email"

"""What the columns of a sheet mean: headers in Chinese and English to the names of fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.transfer.faults import SheetError

_REMARK = re.compile(r"[(\[【<].*?[)\]】>]")
_NOT_IN_NAMES = re.compile(r"[\s_\-*:#.、/·]+")


NOTHING = frozenset({"", "-", "--", "—", "——", "/", "无", "暂无", "N/A", "n/a", "NULL", "null"})
"""What people and programs write into a cell to say that there is nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field and the headers under which people keep it, in several columns if `several`."""

    field: str
    headers: tuple[str, ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """What a sheet is about; of each group in `required` one field at least must be there."""

    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]


CUSTOMERS = Kind(
    columns=(
        Column("name", ("客户名称", "名称", "姓名", "客户", "客户姓名", "name", "customer name")),
        Column(
            "company",
            ("公司", "公司名称", "单位", "单位名称", "企业名称", "company", "company name"),
        ),
        Column("contact", ("联系人", "联系人姓名", "contact", "contact person", "contact name")),
        Column(
            "phones",
            (
                *("电话", "手机", "手机号", "手机号码", "联系电话", "电话号码", "固定电话", "座机"),
                *("phone", "phones", "mobile", "telephone", "tel", "phone number", "mobile phone"),
            ),
            several=True,
        ),
        Column("email", ("邮箱", "电子邮箱", "邮件", "电子邮件", "email", "mail", "email address")),
        Column("wechat", ("微信", "微信号", "wechat", "wechat id", "weixin")),
        Column("address", ("地址", "联系地址", "详细地址", "公司地址", "address")),
        Column("birthday", ("生日", "出生日期", "birthday", "date of birth", "birth date")),
        Column(
            "company_day",
            (
                "公司周年日",
                "公司成立日期",
                "成立日期",
                "司庆",
                "company day",
                "founded",
                "founded on",
            ),
        ),
        Column("needs", ("需求", "客户需求", "needs", "requirements")),
        Column("notes", ("备注", "说明", "notes", "note", "remark", "remarks", "comment")),
        Column("industry", ("行业", "行业类别", "所属行业", "industry")),
        Column("district", ("地区", "区域", "地段", "district", "area")),
        Column("region", ("省份", "大区", "region", "province")),
        Column("grade", ("等级", "客户等级", "客户级别", "级别", "grade", "customer grade")),
        Column("tags", ("标签", "客户标签", "tags", "tag", "labels"), several=True),
        Column(
            "owner", ("跟单人", "跟单人1", "业务员", "负责人", "销售", "owner", "rep", "sales rep")
        ),
        Column("second_owner", ("跟单人2", "第二跟单人", "协作人", "second owner", "owner 2")),
        Column("source", ("来源", "客户来源", "资料来源", "source", "lead source")),
        Column(
            "reference",
            (
                *("编号", "客户编号", "客户代码", "客户号"),
                *("id", "external ref", "external reference", "external id"),
                *("reference", "customer id", "customer no", "customer number", "customer code"),
            ),
        ),
        Column(
            "promised_on",
            (
                *("下次联系日期", "下次接触日期", "下次联系时间", "下次联系"),
                *("next contact", "next contact date", "next contact on", "next follow up"),
            ),
        ),
    ),
    required=(("name", "company"),),
)

PURCHASES = Kind(
    columns=(
        Column(
            "customer",
            (
                *("客户编号", "编号", "客户代码", "客户号", "客户"),
                *(
                    "customer",
                    "customer id",
                    "customer ref",
                    "customer no",
                    "customer number",
                    "id",
                ),
            ),
        ),
        Column(
            "purchased_on",
            (
                *("日期", "购买日期", "成交日期", "订单日期", "下单日期"),
                *("date", "purchase date", "purchased on", "order date"),
            ),
        ),
        Column(
            "product", ("产品", "产品名称", "商品", "商品名称", "品名", "product", "item", "sku")
        ),
        Column("quantity", ("数量", "购买数量", "件数", "quantity", "qty")),
        Column("amount", ("金额", "总金额", "成交金额", "订单金额", "合计", "amount", "total")),
        Column("currency", ("币种", "货币", "currency")),
        Column("order_no", ("单号", "订单号", "订单编号", "order no", "order number", "order id")),
    ),
    required=(("customer",), ("purchased_on",), ("amount",)),
)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which field stands in which columns, and the headers nobody knows the meaning of."""

    indexes: Mapping[str, tuple[int, ...]]
    unknown: tuple[str, ...]

    def texts(self, cells: Sequence[str]) -> dict[str, str]:
        """Return field to text for the cells that hold any; several columns are joined by `;`.

        A cell that says there is nothing holds nothing.
        """
        found: dict[str, str] = {}
        for field, indexes in self.indexes.items():
            text = cells[indexes[0]].strip()
            if len(indexes) > 1:
                texts = (cells[index].strip() for index in indexes)
                text = ";".join(text for text in texts if text not in NOTHING)
            if text not in NOTHING:
                found[field] = text
        return found

    def header_of(self, field: str, header: Sequence[str]) -> str:
        """Return what the sheet itself calls `field`, or `field` when it has no such column."""
        indexes = self.indexes.get(field, ())
        return header[indexes[0]] if indexes else field


def match_columns(
    header: Sequence[str], kind: Kind, meanings: Mapping[str, str] | None = None
) -> ColumnMap:
    """Return what the columns of `header` mean; SheetError when that is not clear or not enough.

    `meanings` says it for single headers, header to field, and wins; an empty field leaves the
    column out. Columns without a header are left out.
    """
    meanings = meanings or {}
    _check_meanings(meanings, header, kind)
    fields = {_key(text): column.field for column in kind.columns for text in column.headers}
    found: dict[str, list[int]] = {}
    unknown: list[str] = []
    for index, text in enumerate(header):
        field = meanings[text] if text in meanings else fields.get(_key(text))
        if field:
            found.setdefault(field, []).append(index)
        elif field is None and text:
            unknown.append(text)
    if not found:
        raise SheetError("columns-unrecognised", examples=_first_headers(kind))
    _check_clear(found, header, kind)
    for group in kind.required:
        if not any(field in found for field in group):
            raise SheetError(
                "columns-missing", missing=group, found=[text for text in header if text]
            )
    return ColumnMap({field: tuple(indexes) for field, indexes in found.items()}, tuple(unknown))


def _check_meanings(meanings: Mapping[str, str], header: Sequence[str], kind: Kind) -> None:
    known = [column.field for column in kind.columns]
    for text, field in meanings.items():
        if text not in header:
            raise SheetError("mapping-unknown-column", column=text, found=[h for h in header if h])
        if field and field not in known:
            raise SheetError("mapping-unknown-field", field=field, known=known)


def _check_clear(found: Mapping[str, list[int]], header: Sequence[str], kind: Kind) -> None:
    for column in kind.columns:
        indexes = found.get(column.field, [])
        if len(indexes) > 1 and not column.several:
            columns = [header[index] for index in indexes]
            raise SheetError("columns-ambiguous", columns=columns, field=column.field)


def _first_headers(kind: Kind) -> list[str]:
    return [column.headers[0] for column in kind.columns[:4]]


def _key(header: str) -> str:
    """Return `header` as it is compared: without case, width, punctuation and remarks (必填)."""
    plain = unicodedata.normalize("NFKC", header).casefold()
    return _NOT_IN_NAMES.sub("", _REMARK.sub("", plain)) or _NOT_IN_NAMES.sub("", plain)

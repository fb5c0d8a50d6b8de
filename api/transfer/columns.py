"""What the columns of a sheet mean: headers in Chinese and English to the names of fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from api.messages import Language
from api.transfer.faults import SheetError

_REMARK = re.compile(r"[(\[【<].*?[)\]】>]")
_NOT_IN_NAMES = re.compile(r"[\s_\-*:#.、/·]+")


SHOWN = 6
"""How many headers are shown to somebody who may have taken another encoding or another file."""

NOTHING = frozenset({"", "-", "--", "—", "——", "/", "无", "暂无", "N/A", "n/a", "NULL", "null"})
"""What people and programs write into a cell to say that there is nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field and the headers under which people keep it, in several columns if `several`."""

    field: str
    headers: tuple[str, ...]
    several: bool = False

    def called(self, language: Language) -> str:
        """Return the header that is written for the column, which is understood again."""
        is_chinese = language is Language.CHINESE
        return self.headers[0] if is_chinese else self.field.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a sheet is about; of each group in `required` one field at least must be there."""

    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]


CUSTOMERS = Kind(
    columns=(
        Column(
            "name",
            (
                *("客户名称", "名称", "姓名", "客户", "客户姓名", "客户名", "客户全称"),
                *("客戶名稱", "客戶姓名", "客戶"),
                *("name", "customer name", "customer", "full name"),
            ),
        ),
        Column(
            "company",
            (
                *("公司", "公司名称", "公司全称", "单位", "单位名称", "企业名称", "所属公司"),
                *("公司名稱", "company", "company name", "organization", "organisation"),
            ),
        ),
        Column(
            "contact",
            (
                *("联系人", "联系人姓名", "主要联系人", "对接人", "聯絡人"),
                *("contact", "contact person", "contact name"),
            ),
        ),
        Column(
            "phones",
            (
                *("电话", "手机", "手机号", "手机号码", "移动电话", "联系电话", "联系手机"),
                *("电话号码", "固定电话", "座机", "办公电话", "公司电话", "家庭电话", "备用电话"),
                *("联系方式", "联系人电话", "联系人手机", "客户电话", "客户手机", "客户手机号"),
                *("电话1", "电话2", "手机1", "手机2", "手機", "電話", "聯絡電話"),
                *("phone", "phones", "phone number", "phone 1", "phone 2", "work phone"),
                *("mobile", "mobile phone", "mobile number", "cell", "cell phone"),
                *("telephone", "telephone number", "tel", "contact phone", "contact number"),
            ),
            several=True,
        ),
        Column(
            "email",
            (
                *("邮箱", "电子邮箱", "邮箱地址", "邮件", "电子邮件", "電子郵件"),
                *("email", "mail", "email address"),
            ),
        ),
        Column(
            "wechat", ("微信", "微信号", "微信号码", "微信账号", "wechat", "wechat id", "weixin")
        ),
        Column(
            "address",
            (
                *("地址", "联系地址", "详细地址", "公司地址", "通讯地址", "通信地址", "客户地址"),
                *("单位地址", "家庭住址", "住址", "address", "street address", "mailing address"),
            ),
        ),
        Column(
            "birthday",
            ("生日", "客户生日", "出生日期", "birthday", "date of birth", "birth date"),
        ),
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
        Column("needs", ("需求说明", "需求", "客户需求", "needs", "requirements")),
        Column(
            "notes",
            (
                *("备注", "备注信息", "说明", "備註"),
                *("notes", "note", "remark", "remarks", "comment", "comments"),
            ),
        ),
        Column("industry", ("行业", "行业类别", "所属行业", "客户行业", "行業", "industry")),
        Column("district", ("地区", "区域", "地段", "所在地区", "所在区域", "district", "area")),
        Column("region", ("省份", "所在省份", "大区", "region", "province")),
        Column(
            "grade",
            ("等级", "客户等级", "客户级别", "客户分级", "级别", "grade", "customer grade"),
        ),
        Column("tags", ("标签", "客户标签", "tags", "tag", "labels"), several=True),
        Column(
            "owner",
            (
                *("跟单人", "跟单人1", "跟单员", "跟进人", "业务员", "所属业务员", "业务代表"),
                *("负责人", "客户经理", "销售", "销售员", "销售代表", "所属销售"),
                *("owner", "rep", "sales rep", "salesperson", "account manager", "account owner"),
            ),
        ),
        Column("second_owner", ("跟单人2", "第二跟单人", "协作人", "second owner", "owner 2")),
        Column("source", ("来源", "客户来源", "资料来源", "来源渠道", "source", "lead source")),
        Column(
            "reference",
            (
                *("编号", "客户编号", "客户编码", "客户代码", "客户号", "会员号", "会员编号"),
                *("id", "external ref", "external reference", "external id"),
                *("reference", "customer id", "customer no", "customer number", "customer code"),
            ),
        ),
        Column(
            "promised_on",
            (
                *("下次联系日期", "下次联系时间", "下次联系", "下次接触日期", "下次跟进日期"),
                *("下次跟进时间", "下次跟进", "下次回访日期", "下次回访时间", "下次拜访日期"),
                *("next contact", "next contact date", "next contact on"),
                *("next follow up", "next follow up date"),
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
                *("客户编号", "编号", "客户编码", "客户代码", "客户号", "客户", "会员号"),
                *("会员编号", "customer", "customer id", "customer ref", "customer no"),
                *("customer number", "customer code", "id"),
            ),
        ),
        Column(
            "purchased_on",
            (
                *("日期", "购买日期", "购买时间", "成交日期", "成交时间", "订单日期", "订单时间"),
                *("下单日期", "下单时间", "交易日期", "交易时间", "消费日期", "销售日期"),
                *("date", "purchase date", "purchased on", "order date", "transaction date"),
            ),
        ),
        Column(
            "product",
            (
                *("产品", "产品名称", "商品", "商品名称", "品名", "货品", "货品名称"),
                *("product", "product name", "item", "item name", "sku"),
            ),
        ),
        Column("quantity", ("数量", "购买数量", "件数", "quantity", "qty")),
        Column(
            "amount",
            (
                *("金额", "总金额", "成交金额", "订单金额", "消费金额", "实付金额", "销售额"),
                *("合计", "总价", "amount", "total", "total amount", "total price"),
            ),
        ),
        Column("currency", ("币种", "货币", "currency")),
        Column(
            "order_no",
            (
                *("单号", "订单号", "订单编号", "单据编号", "流水号"),
                *("order no", "order number", "order id", "invoice no", "invoice number"),
            ),
        ),
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
    header: Sequence[str],
    kind: Kind,
    meanings: Mapping[str, str] | None = None,
    constants: Collection[str] = (),
) -> ColumnMap:
    """Return what the columns of `header` mean; SheetError when that is not clear or not enough.

    `meanings` says it for single headers, header to field, and wins; an empty field leaves the
    column out. Columns without a header are left out. `constants` are fields that are given
    otherwise, and need no column.
    """
    meant = meanings_of(header, kind, meanings)
    found: dict[str, list[int]] = {}
    unknown: list[str] = []
    for index, text in enumerate(header):
        field = meant.get(text)
        if field:
            found.setdefault(field, []).append(index)
        elif field is None and text:
            unknown.append(text)
    if not found:
        seen = [text for text in header if text][:SHOWN]
        raise SheetError("columns-unrecognised", examples=_first_headers(kind), found=seen)
    _check_clear(found, header, kind)
    for group in kind.required:
        if not any(field in found or field in constants for field in group):
            raise SheetError(
                "columns-missing", missing=group, found=[text for text in header if text]
            )
    return ColumnMap({field: tuple(indexes) for field, indexes in found.items()}, tuple(unknown))


def meanings_of(
    header: Sequence[str], kind: Kind, meanings: Mapping[str, str] | None = None
) -> dict[str, str | None]:
    """Return the field of each header that names one; None where nobody knows its meaning.

    `meanings` as for `match_columns`; SheetError when they name what is not there.
    """
    meanings = meanings or {}
    _check_meanings(meanings, header, kind)
    fields = {_key(text): column.field for column in kind.columns for text in column.headers}
    return {text: meanings.get(text, fields.get(_key(text))) for text in header if text}


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

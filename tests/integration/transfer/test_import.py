"""Sheets as people keep them: every row gets its verdict, nothing is half-written."""

from __future__ import annotations

from uuid import UUID

import pytest

from api.transfer.importing import ImportKind, Verdict
from domain.customer import Customer
from domain.grade import Grade
from tests.integration.transfer.conftest import Import
from tests.support.care import Company

SHEET = """客户名称,公司名称,手机,等级,跟单人,下次联系日期
张三,上海麒麟有限公司,138 0013 8000,A级,chen,2026-03-10
李四,,13900139000;010-12345678,C,Li,
"""


def customers_of(company: Company) -> list[Customer]:
    topics = [Customer.Created.TOPIC]
    found = company.log.recorder.select_notifications(None, 1_000, topics=topics)
    ids = [UUID(str(n.originator_id)) for n in found]
    return [company.log.get(customer_id) for customer_id in ids]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_sheet_is_understood_in_every_usual_encoding(
    company: Company, feed: Import, encoding: str
) -> None:
    report, rejected = feed(ImportKind.CUSTOMERS, SHEET.encode(encoding))

    assert report.counts == {Verdict.NEW: 2}
    assert not rejected.rows
    zhang, li = customers_of(company)
    assert (zhang.card["company"], zhang.grade, zhang.owner_id) == (
        "上海麒麟有限公司",
        Grade.A,
        company.chen,
    )
    assert li.card["phones"] == ["+8613900139000", "+861012345678"]


def test_a_dry_run_gives_the_verdicts_and_stores_nothing(company: Company, feed: Import) -> None:
    head = company.log.head

    report, _ = feed(ImportKind.CUSTOMERS, SHEET.encode(), dry_run=True)

    assert report.counts == {Verdict.NEW: 2}
    assert company.log.head == head


def test_a_row_with_several_mistakes_names_them_all(feed: Import) -> None:
    sheet = "客户名称,手机,等级,跟单人\n王五,12,Z,nobody\n赵六,13700137000,Ｂ类客户,wang\n"

    report, rejected = feed(ImportKind.CUSTOMERS, sheet.encode())

    assert report.counts == {Verdict.INVALID: 1, Verdict.NEW: 1}
    assert rejected.rows == {
        2: ["field-not-choice", "cell-unknown-rep", "problem-not-a-phone-number"]
    }


def test_a_purchase_with_several_mistakes_names_them_all(feed: Import) -> None:
    sheet = "客户编号,日期,产品,数量,金额\nK404,3/4/2026,,-1,\n"

    _, rejected = feed(ImportKind.PURCHASES, sheet.encode())

    assert rejected.rows == {
        2: [
            *("field-required", "cell-unknown-customer", "cell-date-ambiguous"),
            "problem-required",
        ]
    }


def test_the_totals_at_the_end_of_a_sheet_are_no_customer(feed: Import) -> None:
    sheet = "客户名称,手机\n张三,13800138000\n合计：,1\n"

    report, rejected = feed(ImportKind.CUSTOMERS, sheet.encode())

    assert report.counts == {Verdict.NEW: 1, Verdict.INVALID: 1}
    assert rejected.rows[3][0] == "row-totals"


def test_a_second_customer_with_the_same_phone_is_a_duplicate(feed: Import) -> None:
    sheet = "客户名称,手机\n张三,13800138000\n张叁,+86 138-0013-8000\n"

    report, rejected = feed(ImportKind.CUSTOMERS, sheet.encode())

    assert report.counts == {Verdict.NEW: 1, Verdict.DUPLICATE: 1}
    assert rejected.rows == {3: ["duplicate-customer"]}


def test_equal_purchases_of_one_day_are_all_kept_once(feed: Import) -> None:
    feed(ImportKind.CUSTOMERS, "编号,客户名称\nK1,张三\n".encode())
    sheet = "客户编号,日期,产品,数量,金额\nK1,2026/2/1,瓷砖,2,256.00\nK1,2026/2/1,瓷砖,2,256.00\n"

    first, _ = feed(ImportKind.PURCHASES, sheet.encode())
    again, _ = feed(ImportKind.PURCHASES, (sheet + "K1,2026/2/1,瓷砖,2,256.00\n").encode())

    assert first.counts == {Verdict.NEW: 2}
    assert again.counts == {Verdict.KNOWN: 2, Verdict.NEW: 1}


def test_a_purchase_of_an_unknown_customer_is_refused_with_his_number(feed: Import) -> None:
    sheet = "客户编号,日期,产品,金额\nK404,2026-02-01,瓷砖,10\n"

    report, rejected = feed(ImportKind.PURCHASES, sheet.encode())

    assert report.counts == {Verdict.INVALID: 1}
    assert rejected.rows == {2: ["cell-unknown-customer"]}

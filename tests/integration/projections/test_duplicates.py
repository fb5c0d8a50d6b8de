from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.access import EVERYTHING, Visibility
from domain.contact import Contact, ContactMethod
from domain.ids import new_id
from projections.duplicates.projection import DuplicatesProjection
from projections.duplicates.queries import CANDIDATES, DuplicateQueries
from tests.support.care import Company


@pytest.fixture
def duplicates(company: Company) -> DuplicateQueries:
    company.project(DuplicatesProjection)
    return DuplicateQueries(company.database)


@pytest.fixture
def shan(company: Company) -> UUID:
    return company.registers(
        company.chen,
        "单田芳",
        company="上海麒麟科技有限公司",
        contact="解晓东",
        phones=("138-0013-8000", "021-62345678"),
        address="上海市浦东新区张江路 88 号",
    )


def found(
    company: Company, duplicates: DuplicateQueries, text: str, visibility: Visibility = EVERYTHING
) -> list[str]:
    company.project(DuplicatesProjection)
    return [hit.name for hit in duplicates.search(text, visibility)]


def checked(at: Company, duplicates: DuplicateQueries, **card: str) -> dict[str, Any]:
    at.project(DuplicatesProjection)
    return {hit.name: hit.matched for hit in duplicates.check(**card)}


FRAGMENTS = {
    "单田芳": "name",
    "田芳": "name",
    "田": "name",
    "麒麟": "company",
    "上海麒麟科技有限公司": "company",
    "上海麒麟 科技": "company",
    "科技有限": "company",
    "麟": "company",
    "晓东": "contact",
    "浦东新区张江": "address",
    "张江路88号": "address",
    "13800138000": "phone",
    "+86 138 0013 8000": "phone",
    "0013": "phone",
    "8000": "phone",
    "138-0013": "phone",
    "021-6234": "phone",
    "６２３４５６７８": "phone",
    "shantianfang": "name",
    "dantianfang": "name",
    "tianfang": "name",
    "TianF": "name",
    "stf": "name",
    "dtf": "name",
    "tf": "name",
    "shanghaiqilin": "company",
    "qilinkeji": "company",
    "shqlkj": "company",
    "xiexiaodong": "contact",
    "jiexiaodong": "contact",
    "xxd": "contact",
    "jxd": "contact",
}


def test_a_customer_is_found_by_any_fragment_of_what_identifies_him(
    company: Company, duplicates: DuplicateQueries, shan: UUID
) -> None:
    company.registers(company.li, "李四", company="北京宏达贸易", phones=("13911112222",))
    company.project(DuplicatesProjection)
    hits = {text: duplicates.search(text, EVERYTHING) for text in FRAGMENTS}

    for text, customers in hits.items():
        assert [hit.customer_id for hit in customers] == [shan], text
    assert {text: hit.matched[0] for text, [hit] in hits.items()} == FRAGMENTS
    [hit] = hits["麒麟"]
    assert (hit.name, hit.company, hit.contact) == ("单田芳", "上海麒麟科技有限公司", "解晓东")
    assert hit.phones == ("+8613800138000", "+862162345678")
    assert (hit.owner_id, hit.second_owner_id, hit.last_contact_on) == (company.chen, None, None)


READINGS = {
    "曾国藩": ["zengguofan", "cengguofan", "zgf", "cgf"],
    "仇英": ["qiuying", "chouying", "qy", "cy"],
    "朴树": ["piaoshu", "pushu", "ps"],
    "解放军": ["jiefangjun", "xiefangjun", "jfj"],
    "重庆火锅": ["chongqing", "chongqinghuoguo", "cqhg"],
    "四川重庆商会": ["sichuanchongqing", "chongqing"],
    "吕布": ["lvbu", "LüBu", "lb"],
    "IBM中国": ["ibm", "ibmzhongguo", "bmzg"],
}


def test_a_name_is_found_however_it_may_be_read(
    company: Company, duplicates: DuplicateQueries
) -> None:
    for name in READINGS:
        company.registers(company.chen, name)
    company.project(DuplicatesProjection)

    for name, spellings in READINGS.items():
        for text in spellings:
            assert name in [hit.name for hit in duplicates.search(text, EVERYTHING)], (name, text)


def test_what_nobody_holds_is_not_found_and_nothing_is_a_wildcard(
    company: Company, duplicates: DuplicateQueries, shan: UUID
) -> None:
    for text in ("", "   ", "-_%", "%", "_", "单%芳", "单_芳", "麒麟贸易", "999", "'", "\x00"):
        assert found(company, duplicates, text) == [], text
    assert [hit.customer_id for hit in duplicates.search("田%芳", EVERYTHING)] == [shan]


def test_pieces_that_stand_apart_do_not_make_a_fragment(
    company: Company, duplicates: DuplicateQueries
) -> None:
    company.registers(company.chen, "甲乙丙", company="乙丁甲乙戊", contact="丙丁")

    assert found(company, duplicates, "甲乙戊") == ["甲乙丙"]
    assert found(company, duplicates, "乙丙丁") == []
    assert found(company, duplicates, "丙乙丁") == []


def test_the_best_fit_comes_first(company: Company, duplicates: DuplicateQueries) -> None:
    for name in ("大张伟", "张伟明", "章玮", "张伟"):
        company.registers(company.chen, name)

    assert found(company, duplicates, "张伟") == ["张伟", "张伟明", "大张伟"]
    assert found(company, duplicates, "zhangwei") == ["张伟", "章玮", "张伟明", "大张伟"]


def test_a_search_sees_own_and_shared_customers_and_those_of_the_team(
    company: Company, duplicates: DuplicateQueries
) -> None:
    company.registers(company.chen, "麒麟一")
    company.registers(company.li, "麒麟二", second_owner_id=company.chen)
    third = company.registers(company.li, "麒麟三")

    def seen(*rep_ids: UUID) -> list[str]:
        return sorted(found(company, duplicates, "麒麟", Visibility(frozenset(rep_ids))))

    assert seen(company.chen) == ["麒麟一", "麒麟二"]
    assert seen(company.li) == ["麒麟三", "麒麟二"]
    assert seen(company.chen, company.li) == ["麒麟一", "麒麟三", "麒麟二"]
    assert seen(company.wang) == []
    assert seen() == []

    company.does(commands.ChangeOwner(customer_id=third, owner_id=company.wang))
    assert seen(company.wang) == ["麒麟三"]
    assert seen(company.li) == ["麒麟二"]


def test_a_corrected_card_is_found_by_what_it_says_now(
    company: Company, duplicates: DuplicateQueries, shan: UUID
) -> None:
    company.project(DuplicatesProjection)
    changes: list[dict[str, Any]] = [
        {"name": "单雄信"},
        {"phones": ("13900139000",), "contact": ""},
        {"company": "远东贸易有限公司"},
    ]
    for card in changes:
        company.does(commands.CorrectCustomer(customer_id=shan, card=card), why="更正")

    for text in ("田芳", "13800138000", "晓东", "麒麟", "stf"):
        assert found(company, duplicates, text) == [], text
    for text in ("雄信", "13900139000", "远东", "sxx", "张江"):
        assert found(company, duplicates, text) == ["单雄信"], text


def test_a_fragment_that_very_many_share_still_finds_the_whole_name_first(
    company: Company, duplicates: DuplicateQueries
) -> None:
    for n in range(CANDIDATES + 20):
        company.registers(company.chen, f"宏达{n:03}")
    exact = company.registers(company.chen, "宏达")
    company.project(DuplicatesProjection)
    hits = duplicates.search("宏达", EVERYTHING, limit=CANDIDATES * 2)

    assert hits[0].customer_id == exact
    assert CANDIDATES <= len(hits) <= CANDIDATES + 1
    assert len(duplicates.search("宏达", EVERYTHING, limit=7)) == 7


CARDS: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({"phone": "13800138000"}, ("phone",)),
    ({"phone": "+86 138-0013-8000"}, ("phone",)),
    ({"phone": "62345678"}, ("phone",)),
    ({"phone": "021 6234 5678"}, ("phone",)),
    ({"company": "上海麒麟科技"}, ("company",)),
    ({"company": "上海麒麟科技股份有限公司"}, ("company",)),
    ({"company": "麒麟科技"}, ("company",)),
    ({"company": "（上海）麒麟科技"}, ("company",)),
    ({"company": "中国上海麒麟科技集团"}, ("company",)),
    ({"company": "shanghaiqilinkeji"}, ("company",)),
    ({"name": "单田芳"}, ("name",)),
    ({"name": "田芳"}, ("name",)),
    ({"name": "ShanTianFang"}, ("name",)),
    ({"name": "上海麒麟科技"}, ("name",)),
    ({"contact": "解晓东"}, ("contact",)),
    ({"contact": "xiexiaodong"}, ("contact",)),
    ({"address": "浦东新区张江路88号"}, ("address",)),
    (
        {
            "name": "单田芳",
            "company": "麒麟科技",
            "phone": "13800138000",
            "contact": "解晓东",
            "address": "张江路88号",
        },
        ("phone", "company", "name", "address", "contact"),
    ),
    ({"name": "单田芳", "phone": "13999999999", "contact": "王五"}, ("name",)),
]


def test_a_card_about_to_be_entered_is_recognised(
    company: Company, duplicates: DuplicateQueries, shan: UUID
) -> None:
    company.registers(company.li, "李四", company="北京宏达贸易", phones=("13911112222",))
    company.project(DuplicatesProjection)

    for card, matched in CARDS:
        hits = duplicates.check(**card)
        assert [(hit.customer_id, hit.matched) for hit in hits] == [(shan, matched)], card


STRANGERS: list[dict[str, str]] = [
    {},
    {"phone": "138"},
    {"phone": "ab"},
    {"phone": "13800138001"},
    {"company": "上海宏达"},
    {"company": "有限公司"},
    {"name": "单"},
    {"name": "%"},
    {"address": "上海市"},
    {"contact": "解晓西"},
]


def test_a_card_that_is_another_is_not_taken_for_it(
    company: Company, duplicates: DuplicateQueries, shan: UUID
) -> None:
    for card in STRANGERS:
        assert checked(company, duplicates, **card) == {}, card
    assert shan


def test_a_check_finds_customers_of_everybody_and_says_whose_and_when_last_seen(
    company: Company, duplicates: DuplicateQueries
) -> None:
    customer_id = company.registers(company.chen, "单田芳", second_owner_id=company.li)
    company.wait(days=5)
    for day in (date(2026, 3, 6), date(2026, 3, 4)):
        contact = Contact(contacted_on=day, method=ContactMethod.PHONE)
        company.does(commands.RecordContact(customer_id=customer_id, contact=contact))
        company.project(DuplicatesProjection)
    [hit] = duplicates.check(name="单田芳")

    assert (hit.customer_id, hit.name) == (customer_id, "单田芳")
    assert (hit.owner_id, hit.second_owner_id) == (company.chen, company.li)
    assert hit.last_contact_on == date(2026, 3, 6)


def test_who_has_most_in_common_comes_first_however_many_share_one_field(
    company: Company, duplicates: DuplicateQueries
) -> None:
    for n in range(CANDIDATES + 20):
        company.registers(company.chen, f"客户{n}", contact="王先生", address=f"人民路{n}号")
    close = company.registers(
        company.li, "远东贸易", contact="王先生", address="人民路5号院", phones=("13800138000",)
    )
    company.project(DuplicatesProjection)
    entered = {"name": "远东", "contact": "王先生", "address": "人民路5号院"}
    hits = duplicates.check(**entered, limit=3)

    assert hits[0].customer_id == close
    assert hits[0].matched == ("name", "address", "contact")
    assert len(hits) == 3


def test_a_name_is_not_lost_among_contacts_and_addresses_that_are_called_alike(
    company: Company, duplicates: DuplicateQueries
) -> None:
    for n in range(CANDIDATES + 20):
        company.registers(company.chen, f"客户{n}", contact="张伟", address=f"重庆市人民路{n}号")
    named = company.registers(company.li, "张伟")
    held = company.registers(company.li, "老重庆火锅")
    company.project(DuplicatesProjection)

    assert duplicates.check(name="张伟")[0].customer_id == named
    assert [hit.customer_id for hit in duplicates.check(company="重庆")] == [held]


def test_a_company_is_recognised_under_another_legal_form_or_inside_a_longer_name(
    company: Company, duplicates: DuplicateQueries
) -> None:
    company.registers(company.chen, "甲", company="华为")
    company.registers(company.chen, "乙", company="远东国际贸易（上海）有限公司")
    company.registers(company.chen, "丙", company="Acme Co., Ltd.")

    assert checked(company, duplicates, company="华为技术有限公司") == {"甲": ("company",)}
    assert checked(company, duplicates, company="远东国际贸易上海") == {"乙": ("company",)}
    assert checked(company, duplicates, company="ACME Inc.") == {"丙": ("company",)}


def test_a_rebuild_finds_the_same(company: Company, duplicates: DuplicateQueries) -> None:
    names = ["单田芳", "曾国藩", "麒麟科技", "重庆火锅"]
    ids = [company.registers(company.chen, name) for name in names]
    for customer_id in ids:
        card = {"contact": "解晓东"}
        company.does(commands.CorrectCustomer(customer_id=customer_id, card=card), why="补充")
        company.project(DuplicatesProjection)
    texts = ["shan", "zgf", "麒麟", "chongqing", "解", "jxd", "晓东"]
    followed = {text: duplicates.search(text, EVERYTHING) for text in texts}
    company.rebuild(DuplicatesProjection)

    assert {text: duplicates.search(text, EVERYTHING) for text in texts} == followed
    assert all(followed.values())
    assert new_id() not in ids

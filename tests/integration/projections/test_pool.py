from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain import commands, pool_commands
from domain.card import Card, Classification
from domain.contact import Contact, ContactMethod
from domain.grade import Grade
from projections.masking import masked, masked_phone
from projections.pool.projection import PoolProjection
from projections.pool.queries import PoolFilters, PoolQueries, PoolReason, PoolRow
from tests.support.care import Company


@pytest.fixture
def pool(company: Company) -> PoolQueries:
    company.project(PoolProjection)
    return PoolQueries(company.database)


def puts_in(company: Company, *customer_ids: UUID) -> None:
    for customer_id in customer_ids:
        company.does(pool_commands.PutIntoPool(customer_id=customer_id), why="换人")


def listed(company: Company, pool: PoolQueries, **filters: object) -> list[PoolRow]:
    company.project(PoolProjection)
    return pool.page(PoolFilters(**filters))  # type: ignore[arg-type]  # as the test names them


def test_whoever_went_back_is_shown_masked_with_why_and_whose_he_was(
    company: Company, pool: PoolQueries
) -> None:
    customer_id = company.registers(
        company.chen,
        "王小明",
        company="远东贸易有限公司",
        phones=("13800138000",),
        grade=Grade.A,
        classification=Classification(region="华东", industry="家装"),
    )
    assert listed(company, pool) == []
    company.wait(days=4)
    company.does(pool_commands.WarnOfPool(customer_id=customer_id))
    company.wait(days=3)
    company.does(pool_commands.ReturnToPool(customer_id=customer_id))

    assert listed(company, pool) == [
        PoolRow(
            customer_id=customer_id,
            name="王**",
            company="远**",
            phone="138******00",
            grade=Grade.A,
            region="华东",
            industry="家装",
            pooled_at=company.now,
            reason=PoolReason.CONTACT,
            former_owner_id=company.chen,
            last_contact_on=None,
        )
    ]


def test_no_table_of_the_pool_holds_a_whole_name_or_number(
    company: Company, pool: PoolQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明", phones=("13800138000",))
    correction = commands.CorrectCustomer(
        customer_id=customer_id, card={"company": "远东贸易有限公司", "phones": ["13900139000"]}
    )
    company.does(correction, why="更正")
    puts_in(company, customer_id)
    (row,) = listed(company, pool)
    held = str(company.database.fetch(b"SELECT * FROM pool.customer", ()))

    assert (row.company, row.phone) == ("远**", "139******00")
    assert not any(part in held for part in ("小明", "远东", "0013", "3800138", "3900139"))


def test_a_customer_without_an_owner_was_always_there(company: Company, pool: PoolQueries) -> None:
    register = commands.RegisterCustomer(card=Card(name="王小明"))
    customer_id = company.does(register).subject_id
    (row,) = listed(company, pool)

    assert (row.customer_id, row.reason) == (customer_id, PoolReason.NEW)
    assert row.former_owner_id is None


def test_whoever_is_claimed_or_given_out_is_there_no_more(
    company: Company, pool: PoolQueries
) -> None:
    claimed, given = (company.registers(company.chen, name) for name in "甲乙")
    puts_in(company, claimed, given)
    company.does(pool_commands.ClaimCustomer(customer_id=claimed, held=0), by=company.li)
    company.does(commands.ChangeOwner(customer_id=given, owner_id=company.wang), why="换人")

    assert listed(company, pool) == []


def test_a_customer_of_the_pool_who_is_contacted_or_regraded_shows_it(
    company: Company, pool: PoolQueries
) -> None:
    contacted, regraded = (company.registers(company.chen, name) for name in "甲乙")
    puts_in(company, contacted, regraded)
    company.project(PoolProjection)
    company.wait(days=2)
    contact = Contact(contacted_on=company.now.date(), method=ContactMethod.PHONE, grade=Grade.C)
    company.does(commands.RecordContact(customer_id=contacted, contact=contact))
    company.does(commands.RegradeCustomer(customer_id=regraded, grade=Grade.B))
    shown = {row.customer_id: (row.grade, row.last_contact_on) for row in listed(company, pool)}

    assert shown == {contacted: (Grade.C, date(2026, 3, 4)), regraded: (Grade.B, None)}


def test_filters_narrow_the_list_together(company: Company, pool: PoolQueries) -> None:
    places = [("华东", "家装", Grade.A), ("华东", "工程", Grade.B), ("华北", "家装", Grade.A)]
    ids = [
        company.registers(
            (company.chen, company.li)[number % 2],
            f"客户{number}",
            grade=grade,
            classification=Classification(region=region, industry=industry),
        )
        for number, (region, industry, grade) in enumerate(places)
    ]
    puts_in(company, *ids)

    def found(**filters: object) -> set[UUID]:
        return {row.customer_id for row in listed(company, pool, **filters)}

    assert found(region="华东") == {ids[0], ids[1]}
    assert found(region="华东", industry="家装") == {ids[0]}
    assert found(grades=[Grade.A]) == {ids[0], ids[2]}
    assert found(former_owner_id=company.li) == {ids[1]}
    assert found(region="华南") == set()


@pytest.mark.parametrize("sort", ["pooled_at", "-pooled_at", "grade", "-grade"])
def test_pages_follow_one_another_in_every_order(
    company: Company, pool: PoolQueries, sort: str
) -> None:
    for number in range(11):
        grade = list(Grade)[number % 3]
        puts_in(company, company.registers(company.chen, f"客户{number}", grade=grade))
        company.wait(minutes=number % 2)
    company.project(PoolProjection)
    whole = pool.page(sort=sort)
    rows: list[PoolRow] = []
    while page := pool.page(sort=sort, after=rows[-1].sort_key(sort) if rows else None, limit=4):
        rows += page

    assert rows == whole
    keys = [row.sort_key(sort) for row in rows]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


def test_who_owns_how_many_is_known_and_second_owners_do_not_count(
    company: Company, pool: PoolQueries
) -> None:
    first, second, third = (
        company.registers(company.chen, name, second_owner_id=company.wang) for name in "甲乙丙"
    )
    company.does(commands.ChangeOwner(customer_id=second, owner_id=company.li), why="换人")
    puts_in(company, first)
    company.wait(days=1)
    company.does(pool_commands.ClaimCustomer(customer_id=first, held=1), by=company.li)
    company.project(PoolProjection)

    assert [pool.held(rep) for rep in (company.chen, company.li, company.wang)] == [1, 2, 0]
    assert company.log.get(third).owner_id == company.chen


def test_a_pool_built_anew_equals_the_one_that_followed(
    company: Company, pool: PoolQueries
) -> None:
    ids = [company.registers(company.chen, f"客户{number}") for number in range(4)]
    company.project(PoolProjection)
    puts_in(company, *ids)
    company.wait(days=1)
    company.does(pool_commands.ClaimCustomer(customer_id=ids[0], held=0), by=company.li)
    followed = listed(company, pool)
    company.rebuild(PoolProjection)

    assert pool.page() == followed
    assert len(followed) == 3
    assert followed[0].pooled_at == company.now - timedelta(days=1)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613800138000", "138******00"),
        ("+862161234567", "216*****67"),
        ("+12025550123", "+12*******23"),
        ("12345", "1**"),
        ("", ""),
    ],
)
def test_a_number_shows_its_ends_only(number: str, shown: str) -> None:
    assert masked_phone(number) == shown


def test_a_name_shows_its_first_letter_only() -> None:
    assert [masked(name) for name in ("王小明", "王", "")] == ["王**", "王**", ""]

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.access import EVERYTHING, Visibility
from domain.card import (
    CARD_FIELDS,
    CLASSIFICATION_FIELDS,
    Card,
    CardSource,
    Classification,
    Verification,
)
from domain.contact import Contact, ContactMethod
from domain.grade import DealStage, Demand, Grade, Importance
from domain.ids import new_id
from projections.folding import fold
from projections.pinyin import sorting_key
from projections.roster import queries
from projections.roster.filters import NO_FILTERS, RosterFilters
from projections.roster.projection import RosterProjection
from projections.roster.queries import ORDERS, RosterQueries, RosterRow
from tests.support.care import Company

SORTS = [sign + name for name in ORDERS for sign in ("", "-")]


@pytest.fixture
def roster(company: Company) -> RosterQueries:
    company.project(RosterProjection)
    return RosterQueries(company.database)


@pytest.fixture
def crowd(company: Company) -> list[UUID]:
    """Two dozen customers of three reps, two of them shared, who differ in everything."""
    reps = (company.chen, company.li, company.wang)
    stages, demands = list(DealStage), [*Demand, None]
    ids = []
    for n in range(24):
        ids.append(
            company.registers(
                reps[n % 3],
                "单曾解李王张"[n % 6] + "明华"[n % 2] + str(n // 12),
                company=f"{'远东宏达'[n % 4]}{n % 5}公司{n}" if n % 7 else "",
                second_owner_id=reps[(n // 2) % 3]
                if n % 5 == 0 and reps[(n // 2) % 3] != reps[n % 3]
                else None,
                source=list(CardSource)[n % 5],
                grade=list(Grade)[(n * 7) % 5],
                classification=Classification(
                    deal_stage=stages[n % 3],
                    importance=list(Importance)[n % 2],
                    demand=demands[n % 4],
                    expected_on=date(2026, 5, 1) if n % 4 < 2 else None,
                    industry=["", "工程", "家装"][n % 3],
                    district=["浦东", "徐汇"][n % 2],
                    region=f"r{n % 4}",
                    tags=("老客户", "展会")[: n % 3],
                ),
            )
        )
        company.wait(hours=11)
    for n in range(0, 24, 2):
        day = company.now.date() - timedelta(days=n % 9)
        contacts(company, ids[n], day, list(ContactMethod)[n % 7])
    return ids


def contacts(
    company: Company,
    customer_id: UUID,
    day: date,
    method: ContactMethod = ContactMethod.PHONE,
    **fields: Any,
) -> None:
    contact = Contact(contacted_on=day, method=method, **fields)
    company.does(commands.RecordContact(customer_id=customer_id, contact=contact))


def own(*rep_ids: UUID) -> Visibility:
    return Visibility(frozenset(rep_ids))


def paged(
    roster: RosterQueries, visibility: Visibility, sort: str, filters: RosterFilters = NO_FILTERS
) -> list[RosterRow]:
    rows: list[RosterRow] = []
    after = None
    while page := roster.page(visibility, filters, sort=sort, after=after, limit=5):
        rows += page
        after = rows[-1].sort_key(sort)
    return rows


def test_a_row_says_the_same_as_the_customer(company: Company, roster: RosterQueries) -> None:
    classification = Classification(
        demand=Demand.PRESENT,
        expected_on=date(2026, 3, 20),
        needed_by=date(2026, 4, 1),
        tags=("展会", "老客户"),
        route="东线",
        route_position=3,
        level="vip",
        size="large",
    )
    customer_id = company.registers(
        company.chen,
        "单小芳",
        company="远东贸易有限公司",
        contact="王先生",
        phones=("13800138000", "021-62345678"),
        email="a@example.com",
        wechat="wx",
        address="上海市浦东新区",
        birthday="1980-05-06",
        needs="地板",
        notes="急",
        reference="K-1",
        classification=classification,
    )
    contacts(company, customer_id, date(2026, 3, 2), ContactMethod.VISIT, demand=Demand.LATENT)
    company.does(commands.ChangeSecondOwner(customer_id=customer_id, owner_id=company.li))
    company.project(RosterProjection)
    row, customer = roster.get(customer_id, EVERYTHING), company.log.get(customer_id)

    assert row is not None
    for name in CARD_FIELDS:
        assert getattr(row, name) == customer.card.get(name, ""), name
    for name in CLASSIFICATION_FIELDS:
        stored = customer.classification.get(name)
        value = getattr(row, name)
        assert (value.isoformat() if isinstance(value, date) else value) == stored or not (
            value or stored
        ), name
    assert (row.owner_id, row.second_owner_id) == (company.chen, company.li)
    assert (row.version, row.grade, row.due_on) == (
        customer.version,
        customer.grade,
        customer.due.on,
    )
    assert (row.due_rule, row.verification) == (customer.due.rule, customer.verification)
    assert (row.last_contact_on, row.last_method) == (date(2026, 3, 2), ContactMethod.VISIT)
    assert (row.source, row.registered_on) == (CardSource.REP_VISIT, customer.registered_on)
    assert row.reference == "K-1"


def test_every_step_moves_the_version_that_the_next_change_has_to_name(
    company: Company, roster: RosterQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明")
    steps: list[tuple[commands.Command, str]] = [
        (commands.CorrectCustomer(customer_id=customer_id, card={"name": "王大明"}), "笔误"),
        (commands.CorrectCustomer(customer_id=customer_id, classification={"level": "b"}), ""),
        (commands.VerifyCard(customer_id=customer_id, verification=Verification.DISPUTED), ""),
        (commands.RegradeCustomer(customer_id=customer_id, grade=Grade.A), ""),
        (commands.ChangeOwner(customer_id=customer_id, owner_id=company.li), ""),
        (commands.ChangeSecondOwner(customer_id=customer_id, owner_id=company.wang), ""),
        (commands.RecordQuickNote(customer_id=customer_id, key="1"), ""),
    ]
    for command, why in steps:
        receipt = company.does(command, why=why)
        company.project(RosterProjection)
        row = roster.get(customer_id, EVERYTHING)

        assert row is not None
        assert row.version == receipt.version, command
        assert row.grade == company.log.get(customer_id).grade


def test_a_corrected_name_is_sorted_anew(company: Company, roster: RosterQueries) -> None:
    for name in ("张三", "李四", "王五"):
        company.registers(company.chen, name)
    first = company.registers(company.chen, "赵六")
    company.does(commands.CorrectCustomer(customer_id=first, card={"name": "安六"}), why="笔误")
    company.project(RosterProjection)

    assert [row.name for row in roster.page(EVERYTHING)] == ["安六", "李四", "王五", "张三"]


def test_names_are_sorted_as_in_a_telephone_book(company: Company, roster: RosterQueries) -> None:
    book = ["Anna", "重庆火锅", "李四", "仇英", "单田芳", "王五", "解晓东", "曾国藩", "张三"]
    for name in reversed(book):
        company.registers(company.chen, name)
    company.project(RosterProjection)

    assert [row.name for row in roster.page(EVERYTHING, sort="name")] == book
    assert [row.name for row in roster.page(EVERYTHING, sort="-name")] == book[::-1]


@pytest.mark.parametrize("batches", [1, 2])
def test_a_contact_recorded_for_an_earlier_day_is_not_the_last_one(
    company: Company, roster: RosterQueries, batches: int
) -> None:
    customer_id = company.registers(company.chen, "王小明")
    company.wait(days=10)
    contacts(company, customer_id, date(2026, 3, 10), ContactMethod.VISIT)
    if batches > 1:
        company.project(RosterProjection)
    contacts(company, customer_id, date(2026, 3, 5), ContactMethod.PHONE)
    company.project(RosterProjection)
    row = roster.get(customer_id, EVERYTHING)

    assert row is not None
    assert (row.last_contact_on, row.last_method) == (date(2026, 3, 10), ContactMethod.VISIT)
    assert row.version == 3


def test_a_customer_is_visible_to_both_owners_their_managers_and_to_nobody_else(
    company: Company, roster: RosterQueries
) -> None:
    shared = company.registers(company.chen, "王小明", second_owner_id=company.li)
    pooled = company.does(commands.RegisterCustomer(card=Card(name="李小红"))).subject_id
    company.project(RosterProjection)

    def seen(visibility: Visibility) -> list[UUID]:
        rows = roster.page(visibility)
        for customer_id in (shared, pooled):
            one = roster.get(customer_id, visibility)
            assert [one] == ([row for row in rows if row.customer_id == customer_id] or [None])
        return [row.customer_id for row in rows]

    assert seen(Visibility(frozenset({company.chen}))) == [shared]
    assert seen(Visibility(frozenset({company.li}))) == [shared]
    assert seen(Visibility(frozenset({company.chen, company.li, company.wang}))) == [shared]
    assert seen(Visibility(frozenset({company.wang}))) == []
    assert seen(Visibility(frozenset())) == []
    assert seen(EVERYTHING) == [pooled, shared]
    assert roster.get(new_id(), EVERYTHING) is None


def test_every_order_is_complete_and_stable_over_pages_in_every_scope(
    company: Company, roster: RosterQueries, crowd: list[UUID]
) -> None:
    company.project(RosterProjection)
    everybody = {company.chen, company.li, company.wang}
    scopes = [
        EVERYTHING,
        *(
            Visibility(frozenset(reps))
            for reps in ({company.chen}, {company.chen, company.li}, everybody)
        ),
    ]
    whole = roster.page(EVERYTHING, limit=100)
    assert {row.customer_id for row in whole} == set(crowd)

    for visibility, sort in product(scopes, SORTS):
        rows = paged(roster, visibility, sort)
        expected = [row for row in whole if visibility.covers(row.owner_id, row.second_owner_id)]

        assert {row.customer_id for row in rows} == {row.customer_id for row in expected}
        assert len(rows) == len(expected), (visibility, sort)
        keys = [comparable(row, sort) for row in rows]
        assert keys == sorted(keys, reverse=sort.startswith("-")), (visibility, sort)


def comparable(row: RosterRow, sort: str) -> tuple[Any, str]:
    key, customer_id = row.sort_key(sort)
    if sort.removeprefix("-") == "last_contact_on":
        key = key or date.min
    return key, str(customer_id)


FILTERS: list[tuple[dict[str, Any], Callable[[RosterRow], bool]]] = [
    ({"grades": [Grade.A, Grade.C]}, lambda row: row.grade in {Grade.A, Grade.C}),
    ({"grades": [Grade.A]}, lambda row: row.grade is Grade.A),
    ({"deal_stage": DealStage.NEGOTIATING}, lambda row: row.deal_stage is DealStage.NEGOTIATING),
    ({"importance": Importance.KEY}, lambda row: row.importance is Importance.KEY),
    ({"demand": Demand.LATENT}, lambda row: row.demand is Demand.LATENT),
    ({"industry": "工程"}, lambda row: row.industry == "工程"),
    ({"industry": ""}, lambda row: row.industry == ""),
    ({"district": "徐汇"}, lambda row: row.district == "徐汇"),
    ({"region": "r2"}, lambda row: row.region == "r2"),
    ({"tag": "展会"}, lambda row: "展会" in row.tags),
    ({"source": CardSource.IMPORT}, lambda row: row.source is CardSource.IMPORT),
    (
        {"verification": Verification.UNVERIFIED},
        lambda row: row.verification is Verification.UNVERIFIED,
    ),
    ({"due_before": date(2026, 3, 20)}, lambda row: row.due_on < date(2026, 3, 20)),
    ({"due_after": date(2026, 3, 20)}, lambda row: row.due_on > date(2026, 3, 20)),
    (
        {"last_contact_before": date(2026, 3, 10)},
        lambda row: row.last_contact_on is None or row.last_contact_on < date(2026, 3, 10),
    ),
    (
        {"last_contact_after": date(2026, 3, 8)},
        lambda row: row.last_contact_on is not None and row.last_contact_on > date(2026, 3, 8),
    ),
    ({"registered_before": date(2026, 3, 6)}, lambda row: row.registered_on < date(2026, 3, 6)),
    ({"registered_after": date(2026, 3, 6)}, lambda row: row.registered_on > date(2026, 3, 6)),
]


@pytest.fixture(params=[0, queries.FEW], ids=["walked to", "found"])
def _few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read lists in both ways, whatever the planner expects."""
    monkeypatch.setattr(queries, "FEW", request.param)


@pytest.mark.usefixtures("_few")
def test_filters_alone_and_in_pairs_leave_exactly_those_who_match(
    company: Company, roster: RosterQueries, crowd: list[UUID]
) -> None:
    company.project(RosterProjection)
    whole = roster.page(EVERYTHING, limit=100)
    assert len(whole) == len(crowd)
    scopes = [EVERYTHING, Visibility(frozenset({company.chen, company.li}))]

    for (first, is_first), (second, is_second) in product(FILTERS, FILTERS):
        if first.keys() == second.keys() and first != second:
            continue
        filters = RosterFilters(**first, **{k: v for k, v in second.items() if k not in first})
        for visibility in scopes:
            expected = {
                row.customer_id
                for row in whole
                if is_first(row)
                and is_second(row)
                and visibility.covers(row.owner_id, row.second_owner_id)
            }
            found = roster.page(visibility, filters, sort="due_on", limit=100)

            assert {row.customer_id for row in found} == expected, filters
            assert len(found) == len(expected)
    for first, is_first in FILTERS:
        assert 0 < sum(map(is_first, whole)) < len(whole), first


@pytest.mark.usefixtures("_few")
def test_a_filtered_list_is_complete_and_stable_over_pages(
    company: Company, roster: RosterQueries, crowd: list[UUID]
) -> None:
    company.project(RosterProjection)
    filters = RosterFilters(verification=Verification.UNVERIFIED)
    for visibility, sort in product([EVERYTHING, own(company.chen, company.li)], SORTS):
        rows = paged(roster, visibility, sort, filters)

        assert rows == roster.page(visibility, filters, sort, limit=len(crowd))
        assert len(rows) > 5


@pytest.mark.usefixtures("_few")
def test_a_manager_can_look_at_one_owner_alone(
    company: Company, roster: RosterQueries, crowd: list[UUID]
) -> None:
    company.project(RosterProjection)
    team = own(company.chen, company.li)
    for visibility in (EVERYTHING, team):
        found = roster.page(visibility, RosterFilters(owner_id=company.li), limit=100)
        assert {row.customer_id for row in found} == set(crowd[1::3])

    others = roster.page(team, RosterFilters(owner_id=company.wang), limit=100)
    assert {row.owner_id for row in others} == {company.wang}
    assert {row.second_owner_id for row in others} <= {company.chen, company.li}


def test_paging_goes_on_from_where_it_stood_when_rows_before_it_change(
    company: Company, roster: RosterQueries, crowd: list[UUID]
) -> None:
    company.project(RosterProjection)
    whole = roster.page(EVERYTHING, sort="due_on", limit=100)
    first = whole[:10]
    company.wait(days=1)
    contacts(company, first[3].customer_id, company.now.date())
    company.project(RosterProjection)
    after = first[-1].sort_key("due_on")
    rest = roster.page(EVERYTHING, sort="due_on", after=after, limit=100)

    left = {row.customer_id for row in rest} - {first[3].customer_id}
    assert left == {row.customer_id for row in whole[10:]}
    assert len(crowd) == len(whole)


def test_a_rebuild_gives_the_same_rows(
    company: Company, roster: RosterQueries, crowd: list[UUID]
) -> None:
    for customer_id in crowd[::5]:
        company.does(
            commands.CorrectCustomer(
                customer_id=customer_id, card={"company": "新公司" + str(customer_id)}
            ),
            why="改名",
        )
        company.project(RosterProjection)
    followed = roster.page(EVERYTHING, limit=100)
    company.rebuild(RosterProjection)

    assert roster.page(EVERYTHING, limit=100) == followed
    assert [row.company_order for row in followed] == [
        sorting_key(fold(r.company)) for r in followed
    ]

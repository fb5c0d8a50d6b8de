from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.access import EVERYTHING, Visibility
from domain.card import Classification
from domain.contact import Contact, ContactMethod
from domain.grade import Grade
from domain.journal import Due, DueRule
from projections.due_list.projection import DueListProjection
from projections.due_list.queries import ORDERS, DueItem, DueListQueries
from tests.support.care import Company

REGISTERED = date(2026, 3, 2)
"""A Monday, like the days 7 and 14 after it."""


@pytest.fixture
def due_list(company: Company) -> DueListQueries:
    company.project(DueListProjection)
    return DueListQueries(company.database)


@pytest.fixture
def crowd(company: Company) -> list[UUID]:
    """Thirty customers of three reps, due on five days, on two routes or none, some contacted."""
    reps = (company.chen, company.li, company.wang)
    ids = []
    for n in range(30):
        place = Classification(
            route=["", "东线", "西线"][n % 3], route_position=n // 6 if n % 4 else None
        )
        customer_id = company.registers(
            reps[n % 3],
            f"客户{n:02}",
            grade=list(Grade)[n % 5],
            classification=place,
            second_owner_id=reps[(n + 1) % 3] if n % 4 == 0 else None,
        )
        ids.append(customer_id)
        if n % 2:
            contacts(company, customer_id, company.now.date())
        company.wait(hours=5)
    company.project(DueListProjection)
    return ids


def contacts(company: Company, customer_id: UUID, day: date, **fields: Any) -> None:
    contact = Contact(contacted_on=day, **{"method": ContactMethod.PHONE, **fields})
    company.does(commands.RecordContact(customer_id=customer_id, contact=contact))


def own(*rep_ids: UUID) -> Visibility:
    return Visibility(frozenset(rep_ids))


def names(items: list[DueItem]) -> list[str]:
    return [item.name for item in items]


def paged(
    due_list: DueListQueries, visibility: Visibility, today: date, **options: Any
) -> list[DueItem]:
    items: list[DueItem] = []
    after = None
    while page := due_list.page(visibility, today, after=after, limit=4, **options):
        items += page
        after = items[-1].sort_key(options["order"])
    return items


def test_a_new_customer_is_due_after_his_grade_s_days_and_not_before(
    company: Company, due_list: DueListQueries
) -> None:
    company.registers(company.chen, "每周", grade=Grade.B)
    company.project(DueListProjection)
    due = REGISTERED + timedelta(days=7)

    assert names(due_list.page(EVERYTHING, due)) == ["每周"]
    assert due_list.page(EVERYTHING, due - timedelta(days=1)) == []
    assert names(due_list.page(EVERYTHING, REGISTERED, on=due)) == ["每周"]
    assert due_list.page(EVERYTHING, due, overdue=True) == []
    assert names(due_list.page(EVERYTHING, due + timedelta(days=1), overdue=True)) == ["每周"]


def test_an_item_says_why_it_is_due(company: Company, due_list: DueListQueries) -> None:
    card = {"company": "远东贸易", "contact": "王先生", "phones": ("13800138000",)}
    customer_id = company.registers(company.chen, "王小明", grade=Grade.B, **card)
    # Six days later is a Sunday; a week after that as well, so the call moves to Monday.
    company.wait(days=6)
    contacts(company, customer_id, date(2026, 3, 8))
    company.project(DueListProjection)
    [item] = due_list.page(own(company.chen), date(2026, 3, 31))

    assert item.due == Due(
        on=date(2026, 3, 16),
        rule=DueRule.CADENCE,
        counted_from=date(2026, 3, 8),
        interval_days=7,
        cadence_version=1,
        calendar_version=1,
        moved_from=date(2026, 3, 15),
    )
    assert (item.company, item.contact, item.phones) == ("远东贸易", "王先生", ["+8613800138000"])
    assert (item.last_contact_on, item.last_method) == (date(2026, 3, 8), ContactMethod.PHONE)
    assert (item.grade, item.owner_id, item.second_owner_id) == (Grade.B, company.chen, None)


def test_every_item_says_the_same_as_its_customer(
    company: Company, due_list: DueListQueries, crowd: list[UUID]
) -> None:
    company.does(commands.RegradeCustomer(customer_id=crowd[3], grade=Grade.A))
    company.does(commands.RecordQuickNote(customer_id=crowd[4], key="1"))
    contacts(
        company,
        crowd[5],
        company.now.date(),
        promised_on=date(2027, 1, 1),
        defer_reason="明年再谈",
    )
    company.does(commands.CorrectCustomer(customer_id=crowd[6], card={"name": "新"}), why="笔误")
    axes = {"route": "北线", "route_position": 9}
    company.does(commands.CorrectCustomer(customer_id=crowd[7], classification=axes))
    company.project(DueListProjection)
    items = due_list.page(EVERYTHING, date(2028, 1, 1), limit=100)

    assert {item.customer_id for item in items} == set(crowd)
    for item in items:
        customer = company.log.get(item.customer_id)
        assert item.due == customer.due
        assert (item.version, item.grade) == (customer.version, customer.grade)
        assert (item.name, item.last_contact_on) == (
            customer.card["name"],
            customer.last_contact_on,
        )
        assert item.route == customer.classification.get("route", "")
        assert item.route_position == customer.classification.get("route_position")


def test_a_contact_takes_the_customer_off_today_s_list(
    company: Company, due_list: DueListQueries
) -> None:
    customer_id = company.registers(company.chen, "每天", grade=Grade.A)
    company.wait(days=1)
    company.project(DueListProjection)
    today = company.now.date()
    before = due_list.counts(own(company.chen), today)
    contacts(company, customer_id, today)
    company.project(DueListProjection)

    assert before == (1, 0)
    assert due_list.counts(own(company.chen), today) == (0, 0)
    assert due_list.counts(own(company.chen), today + timedelta(days=1)) == (1, 0)
    assert due_list.counts(own(company.chen), today + timedelta(days=9)) == (0, 1)


@pytest.mark.parametrize("batches", [1, 2])
def test_a_contact_recorded_for_an_earlier_day_is_not_the_last_one(
    company: Company, due_list: DueListQueries, batches: int
) -> None:
    customer_id = company.registers(company.chen, "王小明")
    company.wait(days=10)
    contacts(company, customer_id, date(2026, 3, 10), method=ContactMethod.VISIT)
    if batches > 1:
        company.project(DueListProjection)
    contacts(company, customer_id, date(2026, 3, 5))
    company.project(DueListProjection)
    [item] = due_list.page(EVERYTHING, date(2027, 1, 1))

    assert (item.last_contact_on, item.last_method) == (date(2026, 3, 10), ContactMethod.VISIT)
    assert item.due == company.log.get(customer_id).due


def test_a_handover_moves_the_item_to_the_list_of_the_new_owner(
    company: Company, due_list: DueListQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明", second_owner_id=company.li)
    day = date(2027, 1, 1)

    def seen() -> list[int]:
        company.project(DueListProjection)
        reps = (company.chen, company.li, company.wang)
        return [len(due_list.page(own(rep_id), day)) for rep_id in reps]

    assert seen() == [1, 1, 0]
    company.does(commands.ChangeOwner(customer_id=customer_id, owner_id=company.wang))
    assert seen() == [0, 1, 1]
    company.does(commands.ChangeSecondOwner(customer_id=customer_id, owner_id=None))
    assert seen() == [0, 0, 1]
    assert due_list.due_customer_ids(company.wang, day, limit=10) == [customer_id]


def test_every_order_is_complete_over_pages_in_every_scope(
    company: Company, due_list: DueListQueries, crowd: list[UUID]
) -> None:
    today = REGISTERED + timedelta(days=18)
    whole = due_list.page(EVERYTHING, today, limit=100)
    assert 10 < len(whole) < len(crowd)
    scopes = [EVERYTHING, own(company.chen), own(company.chen, company.wang), own()]

    for visibility, order in product(scopes, ORDERS):
        items = paged(due_list, visibility, today, order=order)
        expected = [i for i in whole if visibility.covers(i.owner_id, i.second_owner_id)]

        assert sorted(names(items)) == sorted(names(expected)), (visibility, order)
        assert items == sorted(items, key=lambda item, by=order: rank(item, by)), order


def rank(item: DueItem, order: str) -> tuple[Any, ...]:
    last = 2**31 - 1
    place = last if item.route_position is None else item.route_position
    keys: dict[str, tuple[Any, ...]] = {
        "due": (item.due.on,),
        "grade": (item.grade, item.due.on),
        "route": (item.route == "", item.route, place),
        "last_contact": (item.last_contact_on or date.min,),
    }
    return *keys[order], item.customer_id


def test_the_list_can_be_narrowed_to_grades_an_owner_and_what_is_overdue(
    company: Company, due_list: DueListQueries, crowd: list[UUID]
) -> None:
    today = REGISTERED + timedelta(days=18)
    whole = due_list.page(EVERYTHING, today, limit=100)
    grades = due_list.page(EVERYTHING, today, grades=[Grade.A, Grade.B], limit=100)
    owner = due_list.page(own(company.chen, company.li), today, owner_id=company.li, limit=100)
    overdue = due_list.page(EVERYTHING, today, overdue=True, limit=100)

    assert grades == [item for item in whole if item.grade in {Grade.A, Grade.B}]
    assert owner == [item for item in whole if item.owner_id == company.li]
    assert overdue == [item for item in whole if item.due.on < today]
    assert 0 < len(overdue) < len(whole)
    assert 0 < len(grades) < len(whole) < len(crowd)


def test_counts_are_those_of_the_list(
    company: Company, due_list: DueListQueries, crowd: list[UUID]
) -> None:
    scopes = [EVERYTHING, own(company.chen), own(company.chen, company.li), own()]
    for visibility, days in product(scopes, range(0, 40, 3)):
        today = REGISTERED + timedelta(days=days)
        items = due_list.page(visibility, today, limit=len(crowd))
        overdue = [item for item in items if item.due.on < today]

        assert due_list.counts(visibility, today) == (len(items) - len(overdue), len(overdue))

    day = REGISTERED + timedelta(days=20)
    mine = due_list.page(own(company.chen), day, limit=100)
    assert due_list.count_for(company.chen, day) == due_list.counts(own(company.chen), day)
    assert due_list.due_customer_ids(company.chen, day, 3) == [i.customer_id for i in mine[:3]]


def test_a_rebuild_gives_the_same_items(
    company: Company, due_list: DueListQueries, crowd: list[UUID]
) -> None:
    for customer_id in crowd[::3]:
        contacts(company, customer_id, company.now.date())
        company.project(DueListProjection)
    followed = due_list.page(EVERYTHING, date(2028, 1, 1), limit=100)
    company.rebuild(DueListProjection)

    assert due_list.page(EVERYTHING, date(2028, 1, 1), limit=100) == followed
    assert len(followed) == len(crowd)

"""How lists show whose follow-up stays undone, and that nobody owes one to the pool."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain import commands, pool_commands
from domain.access import EVERYTHING, Visibility
from domain.contact import Contact, ContactMethod
from domain.grade import Grade
from domain.priority import ComplaintChannel
from projections.bootstrap import ReadSide
from projections.registry import READ_MODELS
from projections.roster.queries import RosterFilters
from tests.support.care import Company

FLAGGED = RosterFilters(flagged=True)


@pytest.fixture
def read(company: Company) -> ReadSide:
    company.project(*READ_MODELS)
    return ReadSide.over(company.log)


@pytest.fixture
def neglected(company: Company) -> UUID:
    """A customer of Chen's whose follow-up climbed to the top of the ladder."""
    customer_id = company.registers(company.chen, "王小明", grade=Grade.B)
    company.wait(days=10)
    for _ in range(4):
        climbs(company, customer_id)
        company.wait(days=2)
    company.project(*READ_MODELS)
    return customer_id


def climbs(company: Company, customer_id: UUID) -> None:
    owner_id = company.log.get(customer_id).owner_id
    command = pool_commands.EscalateFollowUp(customer_id=customer_id, expected_owner_id=owner_id)
    company.does(command)


def levels(company: Company, read: ReadSide, rep_id: UUID) -> list[tuple[int, bool]]:
    """What the due list and the roster of a rep show, which must be the same."""
    company.project(*READ_MODELS)
    scope = Visibility(frozenset({rep_id}))
    due = read.due_list.page(scope, company.now.date(), on=date(2030, 1, 1))
    shown = [(item.follow_up_level, item.is_flagged) for item in due]
    listed = [(row.follow_up_level, row.is_flagged) for row in read.roster.page(scope)]
    assert sorted(shown) == sorted(listed)
    return shown


def test_a_flag_is_found_by_whoever_looks_for_it(
    company: Company, read: ReadSide, neglected: UUID
) -> None:
    company.registers(company.chen, "李小红")
    today = company.now.date()

    assert levels(company, read, company.chen) == [(3, True), (0, False)]
    due = read.due_list.page(EVERYTHING, today, on=date(2030, 1, 1), flagged=True)
    assert [item.customer_id for item in due] == [neglected]
    assert [row.customer_id for row in read.roster.page(EVERYTHING, FLAGGED)] == [neglected]
    unflagged = read.roster.page(EVERYTHING, RosterFilters(flagged=False))
    assert neglected not in [row.customer_id for row in unflagged]


def test_a_contact_takes_it_away(company: Company, read: ReadSide, neglected: UUID) -> None:
    contact = Contact(contacted_on=company.now.date(), method=ContactMethod.PHONE)
    company.does(commands.RecordContact(customer_id=neglected, contact=contact))

    assert levels(company, read, company.chen) == [(0, False)]


def test_so_does_another_owner(company: Company, read: ReadSide, neglected: UUID) -> None:
    change = commands.ChangeOwner(customer_id=neglected, owner_id=company.li)
    company.does(change, why="换人")

    assert levels(company, read, company.li) == [(0, False)]


def test_a_regrading_takes_it_only_with_another_date(
    company: Company, read: ReadSide, neglected: UUID
) -> None:
    company.does(commands.RegradeCustomer(customer_id=neglected, grade=Grade.A))
    assert levels(company, read, company.chen) == [(3, True)]

    company.does(commands.RegradeCustomer(customer_id=neglected, grade=Grade.D))
    assert levels(company, read, company.chen) == [(0, False)]


def test_a_customer_in_the_pool_is_due_for_nobody_and_known_to_no_rep(
    company: Company, read: ReadSide, neglected: UUID
) -> None:
    file = commands.FileComplaint(
        customer_id=neglected, channel=ComplaintChannel.PHONE, summary="漏水"
    )
    company.does(file)
    company.does(pool_commands.PutIntoPool(customer_id=neglected), why="换人")
    assert levels(company, read, company.chen) == []
    today = company.now.date()

    assert read.due_list.page(EVERYTHING, today, on=date(2030, 1, 1)) == []
    assert read.due_list.counts(EVERYTHING, today) == (0, 0)
    (row,) = read.roster.page(EVERYTHING)
    assert (row.owner_id, row.second_owner_id, row.is_flagged) == (None, None, False)
    scope = Visibility(frozenset({company.chen}))
    assert read.duplicates.search("王小明", scope) == []
    assert read.complaints.page(scope) == []
    (hit,) = read.duplicates.check(name="王小明")
    assert hit.owner_id is None


def test_whoever_takes_him_has_him_on_his_lists_with_a_date_of_his_own(
    company: Company, read: ReadSide, neglected: UUID
) -> None:
    company.does(pool_commands.PutIntoPool(customer_id=neglected), why="换人")
    company.does(pool_commands.ClaimCustomer(customer_id=neglected, held=0), by=company.wang)
    assert levels(company, read, company.wang) == [(0, False)]

    (row,) = read.roster.page(Visibility(frozenset({company.wang})))
    assert row.due_on == company.now.date() + timedelta(days=7)

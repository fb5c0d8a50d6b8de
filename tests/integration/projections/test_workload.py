from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.access import EVERYTHING, Visibility
from domain.card import Card, Purchase
from domain.contact import Contact, ContactMethod
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from projections.workload.projection import WorkloadProjection
from projections.workload.queries import Work, WorkloadQueries
from tests.support.care import Company

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
MONDAY = date(2026, 3, 2)

NOTHING = dict.fromkeys(Work.__slots__, 0)


@pytest.fixture
def workload(company: Company) -> WorkloadQueries:
    company.project(WorkloadProjection)
    return WorkloadQueries(company.database)


def work(**figures: int) -> Work:
    return Work(**{**NOTHING, **figures})


def contacts(
    company: Company, customer_id: UUID, by: UUID | None, method: ContactMethod, day: date = MONDAY
) -> None:
    contact = Contact(contacted_on=day, method=method)
    company.does(commands.RecordContact(customer_id=customer_id, contact=contact), by)


def solves(company: Company, customer_id: UUID, by: UUID | None) -> UUID:
    filed = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="漏水"
    )
    complaint_id = company.does(filed).subject_id
    handler_id = by or company.chen
    company.does(commands.AssignComplaint(complaint_id=complaint_id, handler_id=handler_id))
    company.does(commands.AcknowledgeComplaint(complaint_id=complaint_id), by)
    solves_again(company, complaint_id, by)
    return complaint_id


def solves_again(company: Company, complaint_id: UUID, by: UUID | None) -> None:
    company.does(commands.InvestigateComplaint(complaint_id=complaint_id, cause="管道"), by)
    company.does(commands.ResolveComplaint(complaint_id=complaint_id, solution="更换"), by)


def figures(
    company: Company, workload: WorkloadQueries, visibility: Visibility = EVERYTHING
) -> dict[tuple[UUID, date], Work]:
    company.project(WorkloadProjection)
    return {(row.rep_id, row.day): row.work for row in workload.days(visibility, FIRST, LAST)}


def test_each_kind_of_work_counts_for_whoever_did_it(
    company: Company, workload: WorkloadQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明", second_owner_id=company.li)
    company.registers(company.chen, "李小红")
    contacts(company, customer_id, company.chen, ContactMethod.PHONE)
    contacts(company, customer_id, company.li, ContactMethod.PHONE)
    contacts(company, customer_id, company.li, ContactMethod.VISIT)
    for method in (ContactMethod.WECHAT, ContactMethod.EMAIL, ContactMethod.MEETING):
        contacts(company, customer_id, company.zhao, method)
    solves(company, customer_id, by=company.li)
    line = Purchase(purchased_on=MONDAY, product="地板", quantity=Decimal(1), amount=Decimal(5))
    company.does(commands.RecordPurchase(customer_id=customer_id, purchase=line), company.chen)

    assert figures(company, workload) == {
        (company.chen, MONDAY): work(customers_added=2, calls=1, purchases=1),
        (company.li, MONDAY): work(calls=1, visits=1, complaints_handled=1),
        (company.zhao, MONDAY): work(other_contacts=3),
    }


def test_what_our_own_processes_do_is_nobody_s_work(
    company: Company, workload: WorkloadQueries
) -> None:
    customer_id = company.does(commands.RegisterCustomer(card=Card(name="王小明"))).subject_id
    contacts(company, customer_id, None, ContactMethod.PHONE)
    solves(company, customer_id, by=None)

    assert figures(company, workload) == {}


def test_work_counts_on_the_day_it_was_done_not_on_which_it_was_recorded(
    company: Company, workload: WorkloadQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明")
    company.wait(days=10)
    contacts(company, customer_id, company.chen, ContactMethod.VISIT, date(2026, 3, 5))

    assert figures(company, workload) == {
        (company.chen, MONDAY): work(customers_added=1),
        (company.chen, date(2026, 3, 5)): work(visits=1),
    }


def test_a_solution_counts_on_the_day_of_the_company_s_zone_as_it_was_then(
    company: Company, workload: WorkloadQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明")
    company.now = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    solves(company, customer_id, by=company.li)
    company.project(WorkloadProjection)
    zone = commands.AmendPolicy(kind=PolicyKind.CALENDAR, content={"zone": "Europe/Berlin"})
    company.does(zone)
    solves(company, customer_id, by=company.li)
    # Early on the 4th in Shanghai, and half past ten in the evening before in Berlin.
    company.now = datetime(2026, 3, 3, 21, 30, tzinfo=UTC)
    solves(company, customer_id, by=company.li)
    expected = {
        (company.chen, MONDAY): work(customers_added=1),
        (company.li, date(2026, 3, 4)): work(complaints_handled=2),
        (company.li, date(2026, 3, 3)): work(complaints_handled=1),
    }

    assert figures(company, workload) == expected
    company.rebuild(WorkloadProjection)
    assert figures(company, workload) == expected


def test_a_solution_after_a_reopening_is_work_again(
    company: Company, workload: WorkloadQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明")
    complaint_id = solves(company, customer_id, by=company.li)
    company.does(commands.ReopenComplaint(complaint_id=complaint_id), why="又漏了")
    solves_again(company, complaint_id, by=company.li)

    assert figures(company, workload)[company.li, MONDAY] == work(complaints_handled=2)


def test_totals_sum_the_days_asked_for_and_no_others(
    company: Company, workload: WorkloadQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明", second_owner_id=company.li)
    company.wait(days=20)
    for day in (3, 4, 4, 5, 9):
        contacts(company, customer_id, company.chen, ContactMethod.PHONE, date(2026, 3, day))
    contacts(company, customer_id, company.li, ContactMethod.VISIT, date(2026, 3, 4))
    company.project(WorkloadProjection)
    totals = workload.totals(EVERYTHING, date(2026, 3, 4), date(2026, 3, 5))

    assert {(row.rep_id, row.days): row.work for row in totals} == {
        (company.chen, 2): work(calls=3),
        (company.li, 1): work(visits=1),
    }


def test_a_rep_sees_his_own_work_and_his_manager_that_of_the_team(
    company: Company, workload: WorkloadQueries
) -> None:
    for rep_id, name in ((company.chen, "甲"), (company.li, "乙"), (company.wang, "丙")):
        company.registers(rep_id, name)
    company.project(WorkloadProjection)

    def seen(visibility: Visibility, rep_id: UUID | None = None) -> set[UUID]:
        days = workload.days(visibility, FIRST, LAST, rep_id)
        totals = workload.totals(visibility, FIRST, LAST, rep_id)
        assert [row.rep_id for row in totals] == sorted({row.rep_id for row in days})
        return {row.rep_id for row in days}

    own, team = Visibility(frozenset({company.chen})), {company.chen, company.li}
    assert seen(own) == {company.chen}
    assert seen(Visibility(frozenset(team))) == team
    assert seen(EVERYTHING) == {company.chen, company.li, company.wang}
    assert seen(EVERYTHING, company.li) == {company.li}
    assert seen(own, company.li) == set()
    assert seen(own, company.chen) == {company.chen}


def test_following_batch_by_batch_counts_the_same_as_at_once(
    company: Company, workload: WorkloadQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明")
    for _ in range(3):
        contacts(company, customer_id, company.chen, ContactMethod.PHONE)
        company.project(WorkloadProjection)
    followed: list[Any] = [astuple(row) for row in workload.days(EVERYTHING, FIRST, LAST)]
    company.rebuild(WorkloadProjection)

    assert followed == [(company.chen, MONDAY, astuple(work(customers_added=1, calls=3)))]
    assert [astuple(row) for row in workload.days(EVERYTHING, FIRST, LAST)] == followed


def test_only_contacts_recorded_on_their_day_tell_how_fast_somebody_works(
    company: Company, workload: WorkloadQueries
) -> None:
    customer_id = company.registers(company.chen, "王小明", second_owner_id=company.li)
    begun = company.now
    contacts(company, customer_id, company.chen, ContactMethod.PHONE)
    company.wait(minutes=50)
    contacts(company, customer_id, company.li, ContactMethod.PHONE)
    contacts(company, customer_id, company.chen, ContactMethod.WECHAT)
    ended = company.now
    company.project(WorkloadProjection)
    company.wait(days=1)
    contacts(company, customer_id, company.chen, ContactMethod.VISIT, MONDAY)
    company.project(WorkloadProjection)

    stretch = workload.stretch(company.chen, MONDAY)
    assert stretch is not None
    assert stretch.contacts == 2
    assert (stretch.first_at, stretch.last_at) == (begun, ended)
    assert workload.stretch(company.zhao, MONDAY) is None
    assert workload.contact_days(company.chen, LAST, 10) == [MONDAY]

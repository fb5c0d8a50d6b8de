"""Contracts and receivables: who owes what by when, and who sees to it (R13)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain import aftercare_commands, commands, pool_commands
from domain.access import EVERYTHING, Visibility
from domain.contract import ContractState, Instalment
from projections.contracts.projection import ContractsProjection
from projections.contracts.queries import (
    ContractFilters,
    ContractQueries,
    ContractRow,
    ReceivableFilters,
    ReceivableRow,
    ReceivableTotal,
)
from tests.support.care import MONDAY, Company

TODAY = MONDAY.date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
HUNDRED = Decimal("100.00")


@pytest.fixture
def contracts(company: Company) -> ContractQueries:
    company.project(ContractsProjection)
    return ContractQueries(company.database)


@pytest.fixture
def customer_id(company: Company) -> UUID:
    return company.registers(company.chen, "王小明", company="远东贸易有限公司")


def signs(company: Company, customer_id: UUID, number: str, *days: date, **fields: Any) -> UUID:
    """Sign a contract of 100.00 due on each of the days."""
    plan = [Instalment(number=n, due_on=day, amount=HUNDRED) for n, day in enumerate(days, 1)]
    command = aftercare_commands.SignContract(
        **{"signed_on": min(days), "amount": HUNDRED * len(days), **fields},
        customer_id=customer_id,
        number=number,
        instalments=tuple(plan),
    )
    return company.does(command).subject_id


def pays(company: Company, contract_id: UUID, amount: str) -> None:
    command = aftercare_commands.RecordPayment(
        contract_id=contract_id, amount=Decimal(amount), received_on=TODAY
    )
    company.does(command)


def rows(company: Company, contracts: ContractQueries, *of: UUID, **filters: Any) -> list[Any]:
    company.project(ContractsProjection)
    seen = Visibility(frozenset(of)) if of else EVERYTHING
    return contracts.page(seen, ContractFilters(**filters))


def owed(company: Company, contracts: ContractQueries, *of: UUID, **filters: Any) -> list[Any]:
    company.project(ContractsProjection)
    seen = Visibility(frozenset(of)) if of else EVERYTHING
    found = contracts.receivables(seen, ReceivableFilters(**filters))
    return [(row.number, row.instalment, row.outstanding) for row in found]


def test_a_row_says_what_the_contract_says(
    company: Company, contracts: ContractQueries, customer_id: UUID
) -> None:
    contract_id = signs(company, customer_id, "HT-1", YESTERDAY, TOMORROW, title="地板")
    pays(company, contract_id, "150.00")
    (row,) = rows(company, contracts)

    assert row == ContractRow(
        contract_id, 2, customer_id, "王小明", "远东贸易有限公司", company.chen, "HT-1", "地板",
        Decimal("200.00"), Decimal("150.00"), "CNY", YESTERDAY, TOMORROW,
        ContractState.IN_FORCE, None,
    )  # fmt: skip
    assert contracts.get(contract_id, EVERYTHING) == row
    company.rebuild(ContractsProjection)
    assert contracts.get(contract_id, EVERYTHING) == row


def test_what_is_owed_comes_by_day_and_page_by_page(
    company: Company, contracts: ContractQueries, customer_id: UUID
) -> None:
    first = signs(company, customer_id, "HT-1", YESTERDAY, TOMORROW)
    signs(company, customer_id, "HT-2", TODAY)
    pays(company, first, "40.00")
    company.project(ContractsProjection)
    page = contracts.receivables(EVERYTHING, limit=2)
    last = page[-1]
    rest = contracts.receivables(
        EVERYTHING, after=(last.due_on, last.contract_id, last.instalment), limit=2
    )

    assert page[0] == ReceivableRow(
        first, "HT-1", 1, customer_id, "王小明", "远东贸易有限公司", company.chen, YESTERDAY,
        HUNDRED, Decimal("60.00"), "CNY",
    )  # fmt: skip
    assert [(row.number, row.instalment) for row in page + rest] == [
        ("HT-1", 1), ("HT-2", 1), ("HT-1", 2),
    ]  # fmt: skip


def test_what_is_owed_is_filtered(
    company: Company, contracts: ContractQueries, customer_id: UUID
) -> None:
    other = company.registers(company.li, "李小红")
    signs(company, customer_id, "HT-1", YESTERDAY)
    signs(company, other, "HT-2", TODAY, responsible_id=company.wang)

    for filters, expected in (
        ({"due_before": TODAY}, "HT-1"),
        ({"responsible_id": company.wang}, "HT-2"),
        ({"customer_id": other}, "HT-2"),
    ):
        assert owed(company, contracts, **filters) == [(expected, 1, HUNDRED)], filters


def test_nothing_is_owed_of_a_contract_that_is_paid_closed_or_cancelled(
    company: Company, contracts: ContractQueries, customer_id: UUID
) -> None:
    paid, closed, cancelled = (
        signs(company, customer_id, number, TODAY) for number in ("HT-1", "HT-2", "HT-3")
    )
    pays(company, paid, "100.00")
    company.does(aftercare_commands.CloseContract(contract_id=closed), why="减免")
    company.does(aftercare_commands.CancelContract(contract_id=cancelled), why="写错了")

    assert owed(company, contracts) == []
    assert {row.number: row.state for row in rows(company, contracts)} == {
        "HT-1": ContractState.IN_FORCE,
        "HT-2": ContractState.CLOSED,
        "HT-3": ContractState.CANCELLED,
    }
    assert {row.next_due_on for row in rows(company, contracts)} == {None}
    assert contracts.owed_to(company.chen) == []


def test_totals_are_by_person_and_by_currency(
    company: Company, contracts: ContractQueries, customer_id: UUID
) -> None:
    signs(company, customer_id, "HT-1", YESTERDAY, TOMORROW)
    signs(company, customer_id, "HT-2", TODAY, currency="USD")
    signs(company, customer_id, "HT-3", TODAY, responsible_id=company.wang)
    company.project(ContractsProjection)

    assert contracts.totals(EVERYTHING, TODAY)[0] == ReceivableTotal(
        company.chen, "CNY", 2, Decimal("200.00"), 1, HUNDRED
    )
    assert {(t.responsible_id, t.currency): (t.count, t.overdue) for t in
            contracts.totals(EVERYTHING, TODAY)} == {
        (company.chen, "CNY"): (2, HUNDRED),
        (company.chen, "USD"): (1, Decimal(0)),
        (company.wang, "CNY"): (1, Decimal(0)),
    }  # fmt: skip


def test_a_contract_is_seen_by_the_customers_owners_and_by_who_sees_to_it(
    company: Company, contracts: ContractQueries, customer_id: UUID
) -> None:
    contract_id = signs(company, customer_id, "HT-1", TODAY, responsible_id=company.wang)
    company.does(commands.ChangeOwner(customer_id=customer_id, owner_id=company.li))

    for rep_id, number in ((company.li, 1), (company.wang, 1), (company.chen, 0)):
        assert len(rows(company, contracts, rep_id)) == number
        assert len(owed(company, contracts, rep_id)) == number
        seen = Visibility(frozenset({rep_id}))
        assert len(contracts.totals(seen, TODAY)) == number
        assert (contracts.get(contract_id, seen) is not None) is bool(number)


def test_another_responsible_is_shown_and_has_it_to_see_to(
    company: Company, contracts: ContractQueries, customer_id: UUID
) -> None:
    contract_id = signs(company, customer_id, "HT-1", TODAY)
    company.does(
        aftercare_commands.ChangeResponsible(contract_id=contract_id, responsible_id=company.li)
    )
    (row,) = rows(company, contracts, responsible_id=company.li)

    assert row.contract_id == contract_id
    assert (contracts.owed_to(company.li), contracts.owed_to(company.chen)) == ([contract_id], [])


def test_a_contract_is_found_by_its_number_in_any_case(
    company: Company, contracts: ContractQueries, customer_id: UUID
) -> None:
    contract_id = signs(company, customer_id, "HT-1a", TODAY)
    signs(company, customer_id, "HT-1ab", TODAY)

    assert [row.contract_id for row in rows(company, contracts, number="ht-1A")] == [contract_id]


def test_of_a_customer_in_the_pool_only_the_responsible_sees_the_contract(
    company: Company, contracts: ContractQueries, customer_id: UUID
) -> None:
    contract_id = signs(company, customer_id, "HT-1", TODAY, responsible_id=company.li)
    company.does(pool_commands.PutIntoPool(customer_id=customer_id), why="换人")
    company.project(ContractsProjection)
    seen = {
        name: contracts.get(contract_id, Visibility(frozenset({rep_id}))) is not None
        for name, rep_id in (("li", company.li), ("chen", company.chen))
    }

    assert seen == {"li": True, "chen": False}

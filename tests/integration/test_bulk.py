"""Many commands at once end as they would have ended one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from domain import commands
from domain.application import IdempotencyKey, Receipt
from domain.bulk import BatchItem, Bulk, Outcome
from domain.card import Card
from domain.customer import Customer
from domain.errors import DuplicateCustomerError, EventTooLargeError, KeyReusedError
from domain.eventstore.append import Mark
from domain.eventstore.mapper import Sealed
from domain.grade import Grade
from domain.handlers import customers
from domain.ids import new_id
from tests.support.care import MONDAY, Company, a_company
from tests.support.examples import a_contact


@pytest.fixture
def company(database: str) -> Iterator[Company]:
    with a_company(database) as company:
        yield company


def a_person(name: str, phone: str, **fields: Any) -> BatchItem:
    command = commands.RegisterCustomer(card=Card(name=name, phones=(phone,), **fields))
    return BatchItem(command=command)


def under(key: str, fingerprint: bytes, item: BatchItem) -> BatchItem:
    return BatchItem(
        command=item.command, idempotency=IdempotencyKey(key=key, fingerprint=fingerprint)
    )


def carried_out(
    company: Company, *batches: list[BatchItem], dry_run: bool = False
) -> list[Outcome]:
    bulk = Bulk(company.care, company.signature, dry_run=dry_run)
    return [outcome for outcomes in bulk.run(batches) for outcome in outcomes]


def kinds(outcomes: list[Outcome]) -> list[type[Any]]:
    return [type(outcome) for outcome in outcomes]


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_batch_sees_what_the_one_before_decided(company: Company, dry_run: bool) -> None:  # noqa: FBT001
    batches = [[a_person(f"客户{n}", f"1380013800{n % 3}")] for n in range(6)]

    outcomes = carried_out(company, *batches, dry_run=dry_run)

    assert kinds(outcomes) == [*[Receipt] * 3, *[DuplicateCustomerError] * 3]


def test_every_receipt_tells_where_its_last_event_stands(company: Company) -> None:
    outcomes = carried_out(
        company,
        [a_person("甲", "13800138000"), a_person("乙", "13800138001")],
        [a_person("丙", "13800138002")],
    )

    found = [(o.subject_id, o.position) for o in outcomes if isinstance(o, Receipt)]
    last = [
        max(company.log.recorder.select_positions([position]), key=lambda n: n.id)
        for _, position in found
    ]
    assert [n.topic for n in last] == ["identity.claimed"] * 3
    holders = [e.holder_id for e in company.log.mapper.to_domain_events(last)]
    assert holders == [subject_id for subject_id, _ in found]


def test_a_key_is_good_for_one_command_in_any_batch(company: Company) -> None:
    first = under("row-1", b"a", a_person("甲", "13800138000"))
    other = under("row-1", b"b", a_person("乙", "13800138001"))

    outcomes = carried_out(company, [first, first], [first, other])

    assert kinds(outcomes) == [Receipt, Receipt, Receipt, KeyReusedError]
    receipts = [o for o in outcomes if isinstance(o, Receipt)]
    assert [receipt.is_replay for receipt in receipts] == [False, True, True]
    assert len({receipt.subject_id for receipt in receipts}) == 1


def test_words_about_somebody_registered_a_moment_ago_are_sealed_with_his_key(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    zhang = new_id()
    monkeypatch.setattr(customers, "new_id", lambda: zhang)
    called = commands.RecordContact(
        customer_id=zhang, contact=a_contact(MONDAY.date(), text="愿意再谈")
    )

    outcomes = carried_out(
        company,
        [a_person("张三", "13800138000"), BatchItem(command=called)],
        [BatchItem(command=called)],
    )

    assert kinds(outcomes) == [Receipt] * 3
    _, *contacts = company.log.events.get(zhang)
    assert [contact.text for contact in contacts] == ["愿意再谈"] * 2


def test_an_event_that_is_too_large_costs_nobody_else_his_row(company: Company) -> None:
    batch = [a_person(f"客户{n}", f"1380013800{n}") for n in range(5)]
    wordy = company.signature(why="长" * 30_000)
    batch[3] = replace(a_person("啰嗦", "13900139000"), provenance=wordy)

    outcomes = carried_out(company, batch, [a_person("后来", "13900139001")])

    assert kinds(outcomes) == [*[Receipt] * 3, EventTooLargeError, Receipt, Receipt]


def test_what_somebody_else_changes_meanwhile_is_built_upon(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    zhang = company.registers(company.li, "张三")
    regrade = commands.RegradeCustomer(customer_id=zhang, grade=Grade.A)
    store, regradings = company.log.store, iter([regrade])

    def overtaken(sealed: Sealed, marks: Sequence[Mark] = ()) -> list[int]:
        for command in regradings:
            company.does(command)
        return store(sealed, marks)

    monkeypatch.setattr(company.log, "store", overtaken)
    called = commands.RecordContact(customer_id=zhang, contact=a_contact(MONDAY.date()))
    outcomes = carried_out(company, [BatchItem(command=called)], [BatchItem(command=called)])

    assert kinds(outcomes) == [Receipt, Receipt]
    told = [type(event) for event in company.log.events.get(zhang)]
    assert told == [Customer.Created, Customer.Regraded, Customer.Contacted, Customer.Contacted]
    assert company.log.get(zhang).grade is Grade.A

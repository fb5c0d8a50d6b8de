"""Tasks, visits, contracts and messages make the same tables in batches of any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from domain import aftercare_commands, commands
from domain.card import Purchase
from domain.contact import Contact, ContactMethod, ContactPurpose
from domain.policies.book import PolicyKind
from domain.task import Task
from projections.applying import Batch
from projections.contracts.projection import ContractsProjection
from projections.inbox.projection import InboxProjection
from projections.intake.projection import IntakeProjection
from projections.obligations.projection import ObligationsProjection
from projections.outbox.projection import OutboxProjection
from projections.read_model import Recorded
from projections.tasks.projection import TasksProjection
from tests.support.care import Company
from tests.support.shift import Shift
from tests.support.tables import built

KINDS = (
    TasksProjection,
    ContractsProjection,
    IntakeProjection,
    ObligationsProjection,
    InboxProjection,
    OutboxProjection,
)


def buys(customer_id: UUID, on: date) -> commands.Command:
    line = Purchase(purchased_on=on, product="地板", quantity=Decimal(1), amount=Decimal(9))
    return commands.RecordPurchase(customer_id=customer_id, purchase=line)


def contacts(customer_id: UUID, on: date, purpose: ContactPurpose) -> commands.Command:
    contact = Contact(
        contacted_on=on, method=ContactMethod.PHONE, purpose=purpose, feedback="颜色偏深"
    )
    return commands.RecordContact(customer_id=customer_id, contact=contact)


def lives(company: Company, shift: Shift) -> list[Recorded]:
    """Live through three weeks in which everything happens; return what was recorded."""
    wang = company.registers(company.chen, "王小明", email="wang@example.com")
    li = company.registers(company.li, "李小红")
    today = company.now.date()
    contract = UUID(company.signs(wang, "HT-1"))
    stranger = UUID(company.hears_from_a_stranger()["message_id"])
    for command in (
        buys(wang, today),
        buys(wang, today),
        contacts(li, today, ContactPurpose.SERVICE),
        commands.AmendPolicy(kind=PolicyKind.RETURN_VISITS, content={"apart_days": 1}),
        commands.ChangeOwner(customer_id=li, owner_id=company.wang),
        aftercare_commands.AssignMessage(item_id=stranger, customer_id=wang),
    ):
        company.does(command, why="x")
    shift.works_until(datetime(2026, 3, 9, 2, 0, tzinfo=UTC))
    today = company.now.date()
    for task in shift.events(Task.Opened):
        company.does(aftercare_commands.CompleteTask(task_id=task.originator_id))
    pay = aftercare_commands.RecordPayment(
        contract_id=contract, amount=Decimal(400), received_on=today
    )
    hand = aftercare_commands.ChangeResponsible(contract_id=contract, responsible_id=company.li)
    email = commands.CorrectCustomer(customer_id=wang, card={"email": ""})
    for command in (buys(wang, today), buys(li, today), pay, hand, email):
        company.does(command, why="x")
    shift.works_until(datetime(2026, 3, 23, 2, 0, tzinfo=UTC))
    log = company.log
    return Batch(log.recorder.select_notifications(1, 10_000), log.mapper).recorded


def cut(recorded: Sequence[Recorded], sizes: Sequence[int]) -> Iterator[Sequence[Recorded]]:
    start = turn = 0
    while start < len(recorded):
        size = sizes[turn % len(sizes)]
        yield recorded[start : start + size]
        start, turn = start + size, turn + 1


@pytest.mark.parametrize("sizes", [[1], [2, 5], [7, 1, 3], [40]], ids=str)
def test_batches_of_any_size_make_the_same_tables(
    company: Company, shift: Shift, sizes: Sequence[int]
) -> None:
    recorded = lives(company, shift)

    for kind in KINDS:
        whole = built(company, kind, [recorded])
        assert built(company, kind, list(cut(recorded, sizes))) == whole, kind

"""What can be asked of Kezhi about tasks, contracts and messages that come in, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.commands import Command
from domain.contract import Instalment
from domain.intake_item import Letter
from domain.task import TaskKind

# Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask(Command):
    """Have something done for a customer by `due_on`, by whoever owns him then (待办任务)."""

    customer_id: UUID
    summary: str
    due_on: date
    details: str = ""
    kind: TaskKind = TaskKind.TODO


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask(Command):
    """Record that a task is done, and what came of it."""

    task_id: UUID
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTask(Command):
    """Give a task up, with a reason."""

    task_id: UUID


# Contracts


@dataclass(frozen=True, slots=True, kw_only=True)
class SignContract(Command):
    """Sign a contract under a number that no other has (签约, R67).

    Without `responsible_id` the customer's owner sees to the payments.
    """

    customer_id: UUID
    number: str
    amount: Decimal
    signed_on: date
    instalments: tuple[Instalment, ...]
    currency: str = "CNY"
    title: str = ""
    responsible_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment(Command):
    """Record money that came in (收款); a negative amount takes a payment back, with a reason."""

    contract_id: UUID
    amount: Decimal
    received_on: date
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeResponsible(Command):
    """Have somebody else see to the payments of a contract (催款责任人)."""

    contract_id: UUID
    responsible_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseContract(Command):
    """Say that a contract is fulfilled; what is still owed is written off, with a reason."""

    contract_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelContract(Command):
    """Say that a contract does not hold (作废), with a reason; its number is free again."""

    contract_id: UUID


# Messages that come in


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIntakeForm(Command):
    """Give out a form key under which anybody may write; a manager is told of strangers (来信)."""

    label: str
    manager_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeIntakeForm(Command):
    """Make a form key void."""

    form_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveMessage(Command):
    """Take in what somebody wrote, once under its `key`.

    `customer_id` is who he has been proved to be; without it his phone tells who he is, if it is
    a customer's. What a customer writes becomes a task or a complaint of his (R71).
    """

    form_id: UUID
    key: str
    letter: Letter
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignMessage(Command):
    """Say whose message it is; without `as_complaint` it becomes what the sender marked it as."""

    item_id: UUID
    customer_id: UUID
    as_complaint: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DropMessage(Command):
    """Put a message aside, with a reason."""

    item_id: UUID

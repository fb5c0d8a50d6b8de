"""Contracts on the command line: signed, paid, ended, and what is still owed (合同)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import click

from api.cli.finding import find_contract, find_customer
from api.cli.session import Session
from api.people_names import People
from domain import aftercare_commands as commands
from domain.application import Receipt
from domain.commands import Command
from domain.contract import Contract, ContractState, Instalment
from projections.bootstrap import ReadSide
from projections.contracts.queries import ContractFilters, ReceivableFilters

DAY = click.DateTime(["%Y-%m-%d"])
_LIMIT = click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
_WHY = click.option("--why", default="", help="The reason, kept with the event.")


class _Amount(click.ParamType[Decimal]):
    """An exact amount such as 3000.00."""

    name = "amount"

    def convert(self, value: Any, param: Any, ctx: Any) -> Decimal:
        try:
            return Decimal(value)
        except InvalidOperation:
            self.fail(f"{value} is no amount such as 3000.00", param, ctx)


class _Part(click.ParamType[tuple[datetime, Decimal]]):
    """A day and the amount that is due then."""

    name = "DAY=AMOUNT"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[datetime, Decimal]:
        day, _, amount = str(value).partition("=")
        return DAY.convert(day, param, ctx), AMOUNT.convert(amount, param, ctx)


AMOUNT, PART = _Amount(), _Part()


@click.group("contract")
def contract_command() -> None:
    """Sign contracts, record what is paid, see what is owed (合同).

    CONTRACT is the number of one, or its id.
    """


@contract_command.command("sign")
@click.argument("customer")
@click.argument("number")
@click.option("--due", "parts", multiple=True, required=True, type=PART,
              help="An instalment; may be repeated. They make the amount.")  # fmt: skip
@click.option("--on", type=DAY, help="The day it was signed; today when not given.")
@click.option("--currency", default="CNY", show_default=True)
@click.option("--title", default="")
@click.option("--responsible", metavar="LOGIN", help="Who sees to it; else the customer's owner.")
@click.pass_obj
def sign(session: Session, /, *, customer: str, number: str, **typed: Any) -> None:
    """Sign a contract with CUSTOMER under NUMBER."""
    with session.opened() as read:
        found = find_customer(read, session.principal(read), customer)
        login, on = typed["responsible"], typed["on"]
        command = commands.SignContract(
            customer_id=found.id,
            number=number,
            title=typed["title"],
            amount=sum((amount for _, amount in typed["parts"]), Decimal(0)),
            currency=typed["currency"],
            signed_on=on.date() if on else session.today(read),
            responsible_id=session.person(read, login).rep_id if login else None,
            instalments=tuple(
                Instalment(number=index, due_on=day.date(), amount=amount)
                for index, (day, amount) in enumerate(typed["parts"], 1)
            ),
        )
        receipt = session.carry_out(read, command)
    session.show(_standing(receipt))


@contract_command.command("list")
@click.option("--customer", help="Only those of this customer.")
@click.option("--responsible", metavar="LOGIN", help="Only those he sees to.")
@click.option("--state", type=click.Choice([s.value for s in ContractState]))
@_LIMIT
@click.pass_obj
def list_(session: Session, /, *, limit: int, **typed: Any) -> None:
    """List contracts, the newest first."""
    with session.opened() as read:
        principal = session.principal(read)
        customer, login, state = typed["customer"], typed["responsible"], typed["state"]
        filters = ContractFilters(
            state=ContractState(state) if state else None,
            customer_id=find_customer(read, principal, customer).id if customer else None,
            responsible_id=session.person(read, login).rep_id if login else None,
        )
        rows = read.contracts.page(principal.visibility, filters, limit=limit)
        _show(session, read, rows, ("signed_on", "number", "customer_name", "amount", "paid",
                                    "currency", "next_due_on", "state", "responsible"))  # fmt: skip


@contract_command.command("owed")
@click.option("--before", type=DAY, help="Only what is due before this day.")
@click.option("--overdue", is_flag=True, help="Only what was due before today.")
@click.option("--responsible", metavar="LOGIN", help="Only what he sees to.")
@click.option("--totals", is_flag=True, help="Summed up by who sees to it and by currency.")
@_LIMIT
@click.pass_obj
def owed(session: Session, /, *, limit: int, **typed: Any) -> None:
    """List what customers owe, instalment by instalment (应收)."""
    with session.opened() as read:
        visibility, today = session.principal(read).visibility, session.today(read)
        before, login = typed["before"], typed["responsible"]
        days = [before.date()] if before else []
        filters = ReceivableFilters(
            due_before=min([*days, *([today] if typed["overdue"] else [])], default=None),
            responsible_id=session.person(read, login).rep_id if login else None,
        )
        rows: list[Any]
        columns: tuple[str, ...]
        if typed["totals"]:
            rows = read.contracts.totals(visibility, today, filters)
            columns = ("responsible", "count", "outstanding", "overdue_count", "overdue",
                       "currency")  # fmt: skip
        else:
            rows = read.contracts.receivables(visibility, filters, limit=limit)
            columns = ("due_on", "customer_name", "number", "instalment", "outstanding",
                       "currency", "responsible")  # fmt: skip
        _show(session, read, rows, columns)


@contract_command.command("pay", context_settings={"ignore_unknown_options": True})
@click.argument("contract")
@click.argument("amount", type=AMOUNT)
@click.option("--on", type=DAY, help="The day it came in; today when not given.")
@click.option("--note", default="", help="For example the number of the bank's slip.")
@_WHY
@click.pass_obj
def pay(session: Session, /, *, contract: str, amount: Decimal, why: str, **typed: Any) -> None:
    """Record money that came in; a negative AMOUNT takes a payment back, with a reason."""
    with session.opened() as read:
        found = find_contract(read, session.principal(read), contract)
        on = typed["on"].date() if typed["on"] else session.today(read)
        command = commands.RecordPayment(
            contract_id=found.id, amount=amount, received_on=on, note=typed["note"]
        )
        receipt = session.carry_out(read, command, why=why)
    session.show(_standing(receipt))


@contract_command.command("hand")
@click.argument("contract")
@click.argument("login")
@_WHY
@click.pass_obj
def hand(session: Session, *, contract: str, login: str, why: str) -> None:
    """Have LOGIN see to the payments from now on."""
    with session.opened() as read:
        found = find_contract(read, session.principal(read), contract)
        responsible_id = session.person(read, login).rep_id
        command = commands.ChangeResponsible(contract_id=found.id, responsible_id=responsible_id)
        receipt = session.carry_out(read, command, why=why)
    session.show(_standing(receipt))


@contract_command.command("close")
@click.argument("contract")
@_WHY
@click.pass_obj
def close(session: Session, *, contract: str, why: str) -> None:
    """Say that it is fulfilled; what is still owed is written off, with a reason."""
    _end(session, contract, lambda i: commands.CloseContract(contract_id=i), why)


@contract_command.command("cancel")
@click.argument("contract")
@click.option("--why", required=True, help="The reason, kept with the event.")
@click.pass_obj
def cancel(session: Session, *, contract: str, why: str) -> None:
    """Say that it does not hold, with a reason; its number is free again."""
    _end(session, contract, lambda i: commands.CancelContract(contract_id=i), why)


def _end(session: Session, contract: str, build: Callable[[UUID], Command], why: str) -> None:
    with session.opened() as read:
        found = find_contract(read, session.principal(read), contract)
        receipt = session.carry_out(read, build(found.id), why=why)
    session.show(_standing(receipt))


def _show(session: Session, read: ReadSide, rows: list[Any], columns: tuple[str, ...]) -> None:
    if session.as_json:
        session.show(rows)
        return
    people = People(read.people, session.language)
    made: dict[str, Callable[[Any], Any]] = {
        "customer_name": lambda row: row.company or row.name,
        "responsible": lambda row: people.name(row.responsible_id),
        "state": lambda row: session.answers.word("state", row.state),
    }
    shown = [
        {name: made[name](row) if name in made else getattr(row, name) for name in columns}
        for row in rows
    ]
    session.show(shown, columns=columns)


def _standing(receipt: Receipt) -> dict[str, Any]:
    contract: Contract = receipt.subject
    return {
        "contract_id": contract.id,
        "version": receipt.version,
        "state": contract.state,
        "paid": contract.paid,
        "outstanding": contract.outstanding,
        "currency": contract.currency,
    }

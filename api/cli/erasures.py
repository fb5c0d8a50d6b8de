"""Forgetting a person on the command line (删除权), and the legal hold that forbids it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from api.cli.finding import find_customer
from api.cli.refusals import RefusedError
from api.cli.session import Session
from api.messages import detail
from domain import erasure_commands
from domain.customer import Customer
from domain.erasure_events import ErasureGround
from projections.bootstrap import ReadSide

if TYPE_CHECKING:
    from workers.erasing.onlookers import Onlooker
    from workers.erasing.procedure import Report

WHY = click.option("--why", required=True, help="The reason, which is recorded.")


@click.command("erase")
@click.argument("customer", required=False)
@click.option("--ground", type=click.Choice([g.value for g in ErasureGround]),
              default=ErasureGround.REQUESTED.value, show_default=True,
              help="The ground in law.")  # fmt: skip
@click.option("--why", default="", help="The reason; it stays readable, so it names nobody.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase_command(
    session: Session, *, customer: str | None, ground: str, why: str, yes: bool
) -> None:
    """Forget CUSTOMER for good (删除个人信息); nobody can take that back.

    Destroys his key, purges every copy, looks for what is left and says what was searched. Killed,
    it goes on by itself with the workers, or here: without CUSTOMER, or with his id once more.
    """
    with session.opened("kezhi-erase") as read:
        if customer is not None:
            principal = session.principal(read)
            found = find_customer(read, principal, customer, may_be_erased=True)
            if found.erased_on is None:
                _begin(session, read, found, ground=ground, why=why, is_sure=yes)
        report = carry_out(session, read)
        if report is None:
            _tell_who_is_at_it(session, read)
            return
        if report.refused:
            session.answers.note("not-rewritten")
        session.show(
            {
                "customers": [str(each) for each in report.customer_ids],
                "searched": dict(report.findings.searched),
                "found": report.findings.found,
                "knew_values": report.knew_values,
                "not_rewritten": report.refused,
            }
        )


def carry_out(session: Session, read: ReadSide) -> Report | None:
    """Carry out the erasures that are not complete; RefusedError while somebody keeps them so."""
    # It needs the workers' side, which other commands do without.
    from workers.erasing.onlookers import OnlookersError  # noqa: PLC0415
    from workers.erasing.procedure import Erasing, LeftOverError  # noqa: PLC0415

    erasing = Erasing(read, session.store)
    try:
        return erasing.run(lambda step: session.answers.note(f"erasing-{step.value}"))
    except LeftOverError as error:
        session.answers.note("erasing-left-over", tables=", ".join(*error.args))
        raise
    except OnlookersError as error:
        raise RefusedError("erasing-held-up", who=_words_for(error.onlookers, session)) from error


def _tell_who_is_at_it(session: Session, read: ReadSide) -> None:
    from workers.erasing.onlookers import Onlookers  # noqa: PLC0415 - as above

    pending = read.erasures.unfinished()
    if not pending:
        session.answers.say("erasing-nothing")
        return
    looks = Onlookers(read.database, read.log.recorder.schema)
    found = looks.keeping([row.customer_id for row in pending])
    if found:
        session.answers.say("erasing-elsewhere-waits", who=_words_for(found, session))
    else:
        session.answers.say("erasing-elsewhere")


def _words_for(onlookers: Sequence[Onlooker], session: Session) -> str:
    """Return who it is that an erasure waits for, and since when where that is known."""
    answers = session.answers
    told = []
    for each in onlookers:
        since = answers.text(each.since) if each.since else ""
        details = ", ".join(filter(None, (each.application, each.account, since)))
        name = f"{answers.word('onlooker', each.kind)} {each.name}"
        told.append(f"{name} ({details})" if details else name)
    return "; ".join(told) or answers.word("onlooker", "gone")


def _begin(
    session: Session, read: ReadSide, customer: Customer, *, ground: str, why: str, is_sure: bool
) -> None:
    """Record that he is erased, after asking unless whoever types `is_sure`."""
    if not is_sure:
        known_by = customer.card.get("company") or customer.card["name"]
        question = detail("erase-confirm", session.language, {"text": known_by})
        click.confirm(question, abort=True)
    command = erasure_commands.EraseCustomer(customer_id=customer.id, ground=ErasureGround(ground))
    session.carry_out(read, command, why=why)
    session.settle(read)


@click.group("hold")
def hold_command() -> None:
    """Legal holds: who may not be erased for now (法律保全)."""


@hold_command.command("set")
@click.argument("customer")
@WHY
@click.pass_obj
def set_(session: Session, *, customer: str, why: str) -> None:
    """Forbid that CUSTOMER be erased."""
    with session.opened() as read:
        found = _found(session, read, customer)
        session.carry_out(read, erasure_commands.SetHold(customer_id=found.id), why=why)
    session.show({"customer_id": found.id, "is_on_hold": True})


@hold_command.command("lift")
@click.argument("customer")
@WHY
@click.pass_obj
def lift(session: Session, *, customer: str, why: str) -> None:
    """Let CUSTOMER be erased again."""
    with session.opened() as read:
        found = _found(session, read, customer)
        session.carry_out(read, erasure_commands.LiftHold(customer_id=found.id), why=why)
    session.show({"customer_id": found.id, "is_on_hold": False})


@hold_command.command("list")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@click.pass_obj
def list_(session: Session, *, limit: int) -> None:
    """List who may not be erased, the longest held first."""
    with session.opened() as read:
        session.principal(read).require_auditor()
        rows = read.erasures.held(None, limit)
    session.show(rows, columns=("held_at", "customer_id"))


def _found(session: Session, read: ReadSide, text: str) -> Customer:
    return find_customer(read, session.principal(read), text)

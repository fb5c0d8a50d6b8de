"""What came in, on the command line: forms, and messages from strangers (来信)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from api.cli.finding import find_customer
from api.cli.session import Session
from api.intake_tickets import TicketOffice, page_address
from domain import aftercare_commands as commands
from domain.application import Receipt
from domain.intake_item import IntakeState


@click.group("intake")
def intake_command() -> None:
    """See what strangers wrote, and open forms on which they may (来信)."""


@intake_command.command("list")
@click.option("--state", type=click.Choice([s.value for s in IntakeState]),
              default=IntakeState.OPEN.value, show_default=True)  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@click.pass_obj
def list_(session: Session, *, state: str, limit: int) -> None:
    """List messages of which nobody knows whose they are, the oldest first; for managers."""
    with session.opened() as read:
        session.principal(read).require_manager()
        rows = read.intake.page(IntakeState(state), limit=limit)
    session.show(rows, columns=("received_at", "channel", "is_complaint", "name", "phone", "email",
                                "text", "item_id"))  # fmt: skip


@intake_command.command("assign")
@click.argument("item", type=click.UUID)
@click.argument("customer")
@click.option("--complaint/--task", "as_complaint", default=None,
              help="What it becomes; what the sender marked it as when not given.")  # fmt: skip
@click.option("--why", default="", help="The reason, kept with the event.")
@click.pass_obj
def assign(
    session: Session, *, item: UUID, customer: str, as_complaint: bool | None, why: str
) -> None:
    """Say that ITEM is a message of CUSTOMER, which makes it his task or complaint."""
    with session.opened() as read:
        found = find_customer(read, session.principal(read), customer)
        command = commands.AssignMessage(
            item_id=item, customer_id=found.id, as_complaint=as_complaint
        )
        receipt = session.carry_out(read, command, why=why)
    session.show(_standing(receipt))


@intake_command.command("drop")
@click.argument("item", type=click.UUID)
@click.option("--why", required=True, help="The reason, kept with the event.")
@click.pass_obj
def drop(session: Session, *, item: UUID, why: str) -> None:
    """Put ITEM aside, with a reason."""
    with session.opened() as read:
        receipt = session.carry_out(read, commands.DropMessage(item_id=item), why=why)
    session.show(_standing(receipt))


@intake_command.command("forms")
@click.pass_obj
def forms(session: Session) -> None:
    """List every form key that was given out."""
    with session.opened() as read:
        rows = read.intake.forms()
    session.show(rows, columns=("form_id", "label", "opened_at", "revoked_at"))


@intake_command.command("open")
@click.argument("label")
@click.argument("login", metavar="MANAGER")
@click.pass_obj
def open_(session: Session, *, label: str, login: str) -> None:
    """Give out a form key under which anybody may write; MANAGER is told of strangers."""
    with session.opened() as read:
        manager_id = session.person(read, login).rep_id
        command = commands.OpenIntakeForm(label=label, manager_id=manager_id)
        receipt = session.carry_out(read, command)
        tickets = TicketOffice(read.log.blinding_secret)
    page = page_address(receipt.subject_id)
    session.show(
        {
            "form_id": receipt.subject_id,
            "page": page,
            "mail": f"{page}/mail",
            "mail_secret": tickets.mail_secret(receipt.subject_id),
        }
    )


@intake_command.command("revoke")
@click.argument("form", type=click.UUID)
@click.option("--why", default="", help="The reason, kept with the event.")
@click.pass_obj
def revoke(session: Session, *, form: UUID, why: str) -> None:
    """Make the form key FORM void, and every link to it."""
    with session.opened() as read:
        session.carry_out(read, commands.RevokeIntakeForm(form_id=form), why=why)
    session.show({"revoked": form})


def _standing(receipt: Receipt) -> dict[str, Any]:
    return {"item_id": receipt.subject_id, "state": receipt.subject.state}

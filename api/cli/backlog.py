"""What waits to be decided or sent, for the operator of the machine (D7)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import click

from api.cli.session import Session
from domain import commands
from domain.delivery import Delivery, End
from workers.backlog import Backlog, MessageState, ObligationState

_LIMIT = click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
_WHY = click.option("--why", required=True, help="The reason, which is recorded.")


@click.group("backlog")
def backlog_command() -> None:
    """See what waits to be decided or sent, and help it on (待办)."""


@backlog_command.command("obligations")
@click.option("--state", type=click.Choice([s.value for s in ObligationState]),
              default=ObligationState.LATE.value, show_default=True)  # fmt: skip
@_LIMIT
@click.pass_obj
def obligations(session: Session, *, state: str, limit: int) -> None:
    """List what is still to be decided, earliest due first; imports and trials once set aside."""
    with session.opened() as read:
        now = datetime.now(UTC)
        rows = Backlog(read.database).obligations(ObligationState(state), now, limit=limit)
    columns = ("due_at", "kind", "subject_id", "attempts", "last_error", "key")
    session.show(rows, columns=columns)


@backlog_command.command("messages")
@click.option("--state", type=click.Choice([s.value for s in MessageState]),
              default=MessageState.FAILED.value, show_default=True)  # fmt: skip
@_LIMIT
@click.pass_obj
def messages(session: Session, *, state: str, limit: int) -> None:
    """List the messages of the last 30 days that stand so, the newest first."""
    with session.opened() as read:
        now = datetime.now(UTC)
        rows = Backlog(read.database).messages(MessageState(state), now, limit=limit)
    columns = ("due_at", "kind", "channel", "recipient_id", "reason", "attempts",
               "last_error", "next_attempt_at", "key")  # fmt: skip
    session.show(rows, columns=columns)


@backlog_command.command("release")
@click.argument("keys", nargs=-1, required=True, type=click.UUID, metavar="KEY...")
@click.pass_obj
def release(session: Session, keys: tuple[UUID, ...]) -> None:
    """Have what was set aside tried again, after the mend."""
    with session.opened() as read:
        released = Backlog(read.database).release(keys, datetime.now(UTC))
    session.show({"released": released})


@backlog_command.command("drop")
@click.argument("keys", nargs=-1, required=True, type=click.UUID, metavar="KEY...")
@click.pass_obj
def drop(session: Session, keys: tuple[UUID, ...]) -> None:
    """Give up imports and trials that were set aside; what was imported stays."""
    with session.opened() as read:
        dropped = Backlog(read.database).drop(keys, datetime.now(UTC))
    session.show({"dropped": dropped})


@backlog_command.command("resend")
@click.argument("key", type=click.UUID)
@_WHY
@click.pass_obj
def resend(session: Session, *, key: UUID, why: str) -> None:
    """Send a message again that failed, was skipped, or may not have arrived."""
    _decide(session, commands.ResendDelivery(delivery_id=key), why)


@backlog_command.command("settle")
@click.argument("key", type=click.UUID)
@click.argument("end", type=click.Choice([End.SENT.value, End.FAILED.value]))
@_WHY
@click.pass_obj
def settle(session: Session, *, key: UUID, end: str, why: str) -> None:
    """Say how a message ended of which nobody could tell."""
    _decide(session, commands.SettleDelivery(delivery_id=key, end=End(end)), why)


def _decide(session: Session, command: commands.Command, why: str) -> None:
    with session.opened() as read:
        principal = session.principal(read)
        receipt = read.care.execute(command, session.provenance(principal, why=why))
    delivery: Delivery = receipt.subject
    session.show({"key": delivery.id, "end": delivery.end, "again_as": delivery.again_as})

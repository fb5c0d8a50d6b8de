"""Greetings on the command line: who is greeted when, and who said yes to it (R73)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import click

from api.cli.care import DAY
from api.cli.finding import find_customer
from api.cli.refusals import RefusedError
from api.cli.session import Session
from api.people_names import People
from domain import commands
from domain.care_choices import TO_CUSTOMERS, TextLanguage
from domain.occasion import Occasion, OccasionKind
from projections.bootstrap import ReadSide
from projections.greetings.queries import GreetingState
from projections.occasions.queries import OccasionRow

AHEAD = timedelta(days=30)
_ANSWER = click.Choice(["yes", "no"])


@click.group("greeting")
def greeting_command() -> None:
    """See who is greeted when, and decide otherwise (问候)."""


@greeting_command.command("list")
@click.option("--first", type=DAY, help="Today when not given.")
@click.option("--last", type=DAY, help="30 days after the first when not given.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@click.pass_obj
def list_(session: Session, *, first: datetime | None, last: datetime | None, limit: int) -> None:
    """List whom we are going to greet, or bring a gift or visit, the earliest first."""
    with session.opened() as read:
        begin = first.date() if first else session.today(read)
        end = last.date() if last else begin + AHEAD
        visibility = session.principal(read).visibility
        rows = read.occasions.page(visibility, begin, end, limit=limit)
        people = People(read.people, session.language)
        shown = [
            {
                "on": row.on,
                "kind": row.kind if session.as_json else session.answers.word("kind", row.kind),
                "occasion": row.occasion,
                "customer_name": row.company or row.name,
                "owner": people.name(row.owner_id),
                "customer_id": row.customer_id,
                "key": row.key,
            }
            for row in rows
        ]
    session.show(shown, columns=("on", "kind", "occasion", "customer_name", "owner", "key"))


@greeting_command.command("decided")
@click.option("--state", type=click.Choice([each.value for each in GreetingState]))
@click.option("--first", type=DAY, help="30 days ago when not given.")
@click.option("--last", type=DAY, help="In 30 days when not given.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@click.pass_obj
def decided(
    session: Session,
    *,
    state: str | None,
    first: datetime | None,
    last: datetime | None,
    limit: int,
) -> None:
    """List what became of greetings: sent, failed, unknown, skipped and why, or taken over."""
    with session.opened() as read:
        today = session.today(read)
        begin = first.date() if first else today - AHEAD
        end = last.date() if last else today + AHEAD
        visibility = session.principal(read).visibility
        wanted = GreetingState(state) if state else None
        rows = read.greetings.page(visibility, begin, end, state=wanted, limit=limit)
        people = People(read.people, session.language)
        shown = [
            {
                "on": row.on,
                "occasion": row.occasion,
                "customer_name": row.company or row.name,
                "state": row.state.value,
                "reason": row.reason,
                "owner": people.name(row.owner_id),
                "customer_id": row.customer_id,
                "key": row.key,
            }
            for row in rows
        ]
    columns = ("on", "occasion", "customer_name", "state", "reason", "owner")
    session.show(shown, columns=columns)


@greeting_command.command("reserve")
@click.argument("key", type=click.UUID)
@click.option("--why", default="")
@click.pass_obj
def reserve(session: Session, *, key: UUID, why: str) -> None:
    """Greet the customer in person, so that we do not."""
    _decide(session, key, commands.ReserveGreeting, why)


@greeting_command.command("skip")
@click.argument("key", type=click.UUID)
@click.option("--why", required=True, help="The reason, which is recorded.")
@click.pass_obj
def skip(session: Session, *, key: UUID, why: str) -> None:
    """Have the customer not greeted on this occasion."""
    _decide(session, key, commands.SkipGreeting, why)


def _decide(
    session: Session,
    key: UUID,
    kind: type[commands.ReserveGreeting | commands.SkipGreeting],
    why: str,
) -> None:
    with session.opened() as read:
        row = _ahead(read, key)
        occasion = Occasion(
            OccasionKind(row.occasion.partition(":")[0]), row.occasion, row.year, row.on
        )
        command = kind(customer_id=row.customer_id, occasion=occasion)
        session.carry_out(read, command, why=why)
    session.show({"key": key, "customer_id": row.customer_id, "on": row.on})


def _ahead(read: ReadSide, key: UUID) -> OccasionRow:
    row = read.occasions.get(key)
    if row is None:
        raise RefusedError("greeting-not-ahead", key=key)
    return row


@click.command("care")
@click.argument("customer")
@click.option("--email", type=_ANSWER, help="Whether he allows messages by mail.")
@click.option("--sms", type=_ANSWER, help="Whether he allows short messages.")
@click.option("--greetings", type=_ANSWER, help="no: none at all; yes: even to a dead customer.")
@click.option("--offers", type=_ANSWER, help="no: no campaigns; greetings all the same.")
@click.option("--zone", help="Where he lives, such as Asia/Urumqi.")
@click.option("--text-language", type=click.Choice([each.value for each in TextLanguage]))
@click.option("--why", required=True, help="How he told us: the proof of his consent.")
@click.pass_obj
def care_command(session: Session, /, *, customer: str, why: str, **typed: Any) -> None:
    """Record what CUSTOMER chose about being cared for (关怀偏好)."""
    consents = {
        each.value: typed[each.value] == "yes" for each in TO_CUSTOMERS if typed[each.value]
    }
    choices: dict[str, Any] = {"consents": consents} if consents else {}
    for name in ("greetings", "offers"):
        if typed[name]:
            choices[f"wants_{name}"] = typed[name] == "yes"
    if typed["zone"]:
        choices["zone"] = typed["zone"]
    if typed["text_language"]:
        choices["language"] = typed["text_language"]
    with session.opened() as read:
        found = find_customer(read, session.principal(read), customer)
        command = commands.ChooseCare(customer_id=found.id, choices=choices)
        receipt = session.carry_out(read, command, why=why)
    session.show({"customer_id": found.id, **receipt.subject.care})

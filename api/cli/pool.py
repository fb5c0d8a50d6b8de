"""The public pool on the command line: who may be claimed, what one may claim, and why (公海)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from api.cli.finding import find_customer
from api.cli.past import AS_OF, as_it_was, as_they_stood, book_of, moment_of
from api.cli.refusals import RefusedError
from api.cli.session import Session
from api.people_names import People
from api.pool_standing import pool_standing
from api.sentences import due_sentence
from domain import pool_commands
from domain.application import Receipt
from domain.customer import Customer
from domain.grade import Grade
from domain.pool import caps
from projections.bootstrap import ReadSide
from projections.moments import Asked
from projections.pool.projection import PoolProjection
from projections.pool.queries import PoolFilters

SORTS = {"newest": "-pooled_at", "oldest": "pooled_at", "grade": "grade"}
GRADES = click.Choice([grade.value for grade in Grade])


@click.group("pool")
def pool_command() -> None:
    """Look into the public pool and take customers out of it (公海).

    Whoever is neglected goes there by himself, after a warning. CUSTOMER_ID is what the list shows;
    CUSTOMER is an id, or a piece of a name, company, phone or address, or its pinyin.
    """


@pool_command.command("list")
@click.option("--grade", "grades", multiple=True, type=GRADES, help="May be repeated.")
@click.option("--region", help="Only those of this region.")
@click.option("--industry", help="Only those of this industry.")
@click.option("--former-owner", metavar="LOGIN", help="Only whom this representative lost.")
@click.option("--order", type=click.Choice(list(SORTS)), default="newest",
              show_default=True)  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@AS_OF
@click.pass_obj
def list_(session: Session, /, *, order: str, limit: int, **typed: Any) -> None:
    """List who may be claimed, masked: since when and why he is here, and whose he was."""
    with session.opened() as read:
        login = typed["former_owner"]
        filters = PoolFilters(
            grades=[Grade(grade) for grade in typed["grades"]],
            region=typed["region"],
            industry=typed["industry"],
            former_owner_id=session.person(read, login).rep_id if login else None,
        )
        moment = moment_of(session, read, typed["as_of"])
        (pool,) = as_they_stood(session, read, moment, (PoolProjection, read.pool))
        rows = pool.page(filters, SORTS[order], limit=limit)
        if session.as_json:
            session.show(rows)
            return
        people = People(read.people, session.language)
        shown = [
            {
                "pooled_at": row.pooled_at,
                "pool_reason": session.answers.word("pool_reason", row.reason),
                "grade": row.grade,
                "customer_name": row.company or row.name,
                "phone": row.phone,
                "region": row.region,
                "industry": row.industry,
                "last_contact_on": row.last_contact_on,
                "former_owner": people.name(row.former_owner_id),
                "customer_id": row.customer_id,
            }
            for row in rows
        ]
    if not shown:
        session.answers.say("pool-empty")
        return
    session.show(shown, columns=("pooled_at", "pool_reason", "grade", "customer_name", "phone",
                                 "region", "industry", "last_contact_on", "former_owner",
                                 "customer_id"))  # fmt: skip


@pool_command.command("caps")
@click.pass_obj
def caps_(session: Session) -> None:
    """Show how many customers one may still claim today; with --as."""
    with session.opened() as read:
        claimant = read.log.get(_own_id(session, read))
        held = read.pool.held(claimant.id)
        allowed = caps(claimant, read.care.book().pool, session.today(read), held)
    session.show(allowed)


@pool_command.command("claim")
@click.argument("customer_id", type=click.UUID)
@click.pass_obj
def claim(session: Session, *, customer_id: UUID) -> None:
    """Take a customer out of the pool for oneself (领取); with --as."""
    with session.opened() as read:
        held = read.pool.held(_own_id(session, read))
        command = pool_commands.ClaimCustomer(customer_id=customer_id, held=held)
        receipt = session.carry_out(read, command)
        shown = _taken(receipt, read, session)
    session.show(shown)


@pool_command.command("assign")
@click.argument("customer_id", type=click.UUID)
@click.argument("login")
@click.option("--why", default="", help="The reason, kept with the event.")
@click.pass_obj
def assign(session: Session, *, customer_id: UUID, login: str, why: str) -> None:
    """Give a customer of the pool to LOGIN, whatever his caps; for managers."""
    with session.opened() as read:
        owner_id = session.person(read, login).rep_id
        command = pool_commands.AssignFromPool(customer_id=customer_id, owner_id=owner_id)
        receipt = session.carry_out(read, command, why=why)
        shown = _taken(receipt, read, session)
    session.show(shown)


@pool_command.command("return")
@click.argument("customer")
@click.option("--why", required=True, help="The reason, kept with the event.")
@click.pass_obj
def return_(session: Session, *, customer: str, why: str) -> None:
    """Put CUSTOMER into the pool (退回公海); for managers."""
    with session.opened() as read:
        found = find_customer(read, session.principal(read), customer)
        receipt = session.carry_out(read, pool_commands.PutIntoPool(customer_id=found.id), why=why)
    session.show({"customer_id": found.id, "version": receipt.version})


@pool_command.command("why")
@click.argument("customer")
@AS_OF
@click.pass_obj
def why_(session: Session, *, customer: str, as_of: Asked | None) -> None:
    """Say why CUSTOMER is due, and why he goes to the pool or stays."""
    with session.opened() as read:
        moment = moment_of(session, read, as_of)
        found = as_it_was(read, find_customer(read, session.principal(read), customer), moment)
        book = book_of(read, moment)
        standing = pool_standing(read, found, book, moment, session.language)
        why_due = due_sentence(found.due, found.grade, book.calendar.calendar, session.language)
    if session.as_json:
        session.show({"due": found.due, "pool": standing})
        return
    following = standing.next_step
    session.show(
        {
            "due_on": found.due.on,
            "why_due": why_due,
            "public_pool": standing.text,
            "next_step": session.answers.word("next_step", following.kind) if following else None,
            "next_step_on": following.on if following else None,
        }
    )


def _own_id(session: Session, read: ReadSide) -> UUID:
    rep_id = session.principal(read).id
    if rep_id is None:
        raise RefusedError("claims-need-a-login")
    return rep_id


def _why_due(customer: Customer, read: ReadSide, session: Session) -> str:
    calendar = read.care.book().calendar.calendar
    return due_sentence(customer.due, customer.grade, calendar, session.language)


def _taken(receipt: Receipt, read: ReadSide, session: Session) -> dict[str, Any]:
    customer: Customer = receipt.subject
    answer: dict[str, Any] = {
        "customer_name": customer.card.get("company") or customer.card.get("name", ""),
        "phones": customer.card.get("phones") or [],
        "customer_id": customer.id,
        "version": receipt.version,
        "due_on": customer.due.on,
    }
    if session.as_json:
        return answer | {"due": customer.due}
    return answer | {"why_due": _why_due(customer, read, session)}

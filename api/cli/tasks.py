"""Tasks on the command line: what is to be done for customers (待办任务)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from api.cli.finding import find_customer, find_task
from api.cli.session import Session
from api.messages import Language
from api.people_names import People
from api.sentences import courtesy_sentence
from domain import aftercare_commands as commands
from domain.application import Receipt
from domain.task import TaskKind, TaskState
from projections.tasks.queries import TaskFilters, TaskRow

DAY = click.DateTime(["%Y-%m-%d"])
KINDS = click.Choice([kind.value for kind in TaskKind])
STATES = click.Choice([s.value for s in TaskState if s is not TaskState.SKIPPED])


@click.group("task")
def task_command() -> None:
    """See what is to be done for customers, and do it (待办任务).

    TASK is the id of one, or a piece of a customer who has one open task.
    """


@task_command.command("list")
@click.option("--on", type=DAY, help="Only those due on or before this day.")
@click.option("--overdue", is_flag=True, help="Only those due before today.")
@click.option("--owner", metavar="LOGIN", help="Only those of customers whom he owns.")
@click.option("--customer", help="Only those for this customer.")
@click.option("--kind", "kinds", multiple=True, type=KINDS, help="May be repeated.")
@click.option("--state", type=STATES, default=TaskState.OPEN.value, show_default=True)
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@click.pass_obj
def list_(session: Session, /, *, limit: int, **typed: Any) -> None:
    """List tasks by the day they are due."""
    with session.opened() as read:
        principal = session.principal(read)
        owner, customer, on = typed["owner"], typed["customer"], typed["on"]
        filters = TaskFilters(
            state=TaskState(typed["state"]),
            kinds=[TaskKind(kind) for kind in typed["kinds"]],
            due_by=on.date() if on else None,
            due_before=session.today(read) if typed["overdue"] else None,
            owner_id=session.person(read, owner).rep_id if owner else None,
            customer_id=find_customer(read, principal, customer).id if customer else None,
        )
        rows = read.tasks.page(principal.visibility, filters, limit=limit)
        if session.as_json:
            session.show(rows)
            return
        people = People(read.people, session.language)
        shown = [
            {
                "due_on": row.due_on,
                "kind": session.answers.word("kind", row.kind),
                "customer_name": row.company or row.name,
                "summary": row.summary or _why(row, session.language),
                "owner": people.name(row.owner_id),
                "task_id": row.task_id,
            }
            for row in rows
        ]
    session.show(shown, columns=("due_on", "kind", "customer_name", "summary", "owner", "task_id"))


def _why(row: TaskRow, language: Language) -> str:
    """Return what a task is about that nobody wrote down."""
    return courtesy_sentence(row.courtesy, language) if row.courtesy else ""


@task_command.command("add")
@click.argument("customer")
@click.argument("summary")
@click.option("--due", type=DAY, help="The day by which it is to be done; today when not given.")
@click.option("--details", default="")
@click.option("--kind", type=KINDS, default=TaskKind.TODO.value, show_default=True)
@click.pass_obj
def add(
    session: Session, *, customer: str, summary: str, due: datetime | None, details: str, kind: str
) -> None:
    """Have something done for CUSTOMER by whoever owns him."""
    with session.opened() as read:
        found = find_customer(read, session.principal(read), customer)
        command = commands.OpenTask(
            customer_id=found.id,
            summary=summary,
            due_on=due.date() if due else session.today(read),
            details=details,
            kind=TaskKind(kind),
        )
        receipt = session.carry_out(read, command)
    session.show(_standing(receipt))


@task_command.command("done")
@click.argument("task")
@click.argument("outcome", default="")
@click.pass_obj
def done(session: Session, *, task: str, outcome: str) -> None:
    """Record that TASK is done, and what came of it."""
    with session.opened() as read:
        found = find_task(read, session.principal(read), task)
        command = commands.CompleteTask(task_id=found.id, outcome=outcome)
        receipt = session.carry_out(read, command)
    session.show(_standing(receipt))


@task_command.command("drop")
@click.argument("task")
@click.option("--why", required=True, help="The reason, kept with the event.")
@click.pass_obj
def drop(session: Session, *, task: str, why: str) -> None:
    """Give TASK up, with a reason."""
    with session.opened() as read:
        found = find_task(read, session.principal(read), task)
        receipt = session.carry_out(read, commands.DropTask(task_id=found.id), why=why)
    session.show(_standing(receipt))


def _standing(receipt: Receipt) -> dict[str, Any]:
    task = receipt.subject
    return {
        "task_id": task.id,
        "version": receipt.version,
        "kind": task.kind,
        "state": task.state,
        "due_on": task.due_on,
    }

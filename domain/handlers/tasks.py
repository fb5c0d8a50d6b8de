"""What the commands about tasks do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain import aftercare_commands as commands
from domain.customer import Customer
from domain.errors import InvalidError
from domain.handlers.work import Work
from domain.task import LONGEST_SUMMARY, Cause, Task, TaskKind


def open_task(work: Work, command: commands.OpenTask) -> Task:
    """Have something done, not before today."""
    customer = work.customer_for_reading(command.customer_id)
    if command.due_on < work.book.today(work.provenance.at):
        raise InvalidError(field="due_on", problem="in-the-past")
    task = Task.open(
        customer_id=customer.id,
        owner_id=customer.owner_id,
        kind=command.kind,
        summary=command.summary,
        details=command.details,
        due_on=command.due_on,
    )
    return work.add(task)


def take_up(
    work: Work,
    customer: Customer,
    said: str,
    cause: Cause | None,
    *,
    id: UUID | None = None,  # noqa: A002 - as the aggregate calls it
) -> Task:
    """Have the owner take up what the customer said, by the next working day (R71)."""
    summary, kind = first_words(said), TaskKind.FEEDBACK
    return see_to(work, customer, kind, id=id, summary=summary, details=said, cause=cause)


def see_to(work: Work, customer: Customer, kind: TaskKind, **told: Any) -> Task:
    """Have the owner see to something by the next working day; `told` as `Task.open` takes it."""
    tomorrow = work.book.today(work.provenance.at) + timedelta(days=1)
    task = Task.open(
        customer_id=customer.id,
        owner_id=customer.owner_id,
        kind=kind,
        due_on=work.book.calendar.calendar.next_workday(tomorrow),
        **told,
    )
    return work.add(task)


def first_words(said: str) -> str:
    """Return the first line of what somebody said, cut where a summary ends."""
    line = said.strip().partition("\n")[0].strip()
    return line if len(line) <= LONGEST_SUMMARY else f"{line[: LONGEST_SUMMARY - 1]}…"


def complete(work: Work, command: commands.CompleteTask) -> Task:
    """Record that it is done."""
    task = work.task(command.task_id)
    task.complete(command.outcome)
    return task


def drop(work: Work, command: commands.DropTask) -> Task:
    """Give it up."""
    task = work.task(command.task_id)
    task.drop()
    return task

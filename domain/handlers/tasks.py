"""What the commands about tasks do."""

from __future__ import annotations

from domain import aftercare_commands as commands
from domain.errors import InvalidError
from domain.handlers.work import Work
from domain.task import Task


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

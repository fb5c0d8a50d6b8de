"""What the commands about contacts do, and what follows from a contact in the same save."""

from __future__ import annotations

from dataclasses import replace

from domain import commands
from domain.contact import ContactPurpose
from domain.customer import Customer
from domain.errors import InvalidError
from domain.handlers.work import Work
from domain.task import Cause, Task, TaskKind


def record_contact(work: Work, command: commands.RecordContact) -> Customer:
    """Record a contact, and that it did a task."""
    customer = work.customer(command.customer_id)
    contact, task = command.contact, _task(work, command)
    if task is not None and task.kind is TaskKind.RETURN_VISIT:
        contact = replace(contact, purpose=ContactPurpose.RETURN_VISIT)
    customer.contact(work.book, contact)
    if task is not None:
        task.complete(outcome="", contact=Cause(customer.id, customer.version))
        work.add(task)
    return customer


def record_quick_note(work: Work, command: commands.RecordQuickNote) -> Customer:
    """Record the contact one key stands for."""
    customer = work.customer(command.customer_id)
    contacted_on = command.contacted_on or work.book.today(work.provenance.at)
    customer.contact_by_quick_note(work.book, command.key, contacted_on)
    return customer


def _task(work: Work, command: commands.RecordContact) -> Task | None:
    """Return the task that a contact does; InvalidError unless it is the customer's."""
    if command.task_id is None:
        return None
    task = work.task_for_customer(command.task_id)
    if task is None or task.customer_id != command.customer_id:
        raise InvalidError(field="task_id", problem="unknown-task")
    return task

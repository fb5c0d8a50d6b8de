"""What the commands about contacts do, and what follows from a contact in the same save."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain import commands
from domain.contact import Contact, ContactPurpose
from domain.customer import Customer
from domain.errors import InvalidError
from domain.follow_through import complaint_channel
from domain.handlers import complaints, tasks
from domain.handlers.work import Work
from domain.ids import named_id
from domain.task import Cause, Task, TaskKind


def record_contact(work: Work, command: commands.RecordContact) -> Customer:
    """Record a contact, that it did a task, and what it leads to."""
    customer = work.customer(command.customer_id)
    contact, then, done = command.contact, command.then, _task(work, command)
    if done is not None and done.kind is TaskKind.RETURN_VISIT:
        contact = replace(contact, purpose=ContactPurpose.RETURN_VISIT)
    customer.contact(work.book, contact)
    cause = Cause(customer.id, customer.version)
    if done is not None:
        done.complete(outcome="", contact=cause)
        work.add(done)
    if then.complaint is not None:
        complaints.take_in(
            work,
            customer,
            complaint_channel(contact.method),
            then.complaint,
            id=complaint_id(customer.id, customer.version),
        )
    if then.opens_task(contact):
        tasks.take_up(work, customer, _said(contact), cause, id=task_id(customer.id, cause.version))
    return customer


def record_quick_note(work: Work, command: commands.RecordQuickNote) -> Customer:
    """Record the contact one key stands for."""
    customer = work.customer(command.customer_id)
    contacted_on = command.contacted_on or work.book.today(work.provenance.at)
    customer.contact_by_quick_note(work.book, command.key, contacted_on)
    return customer


def task_id(customer_id: UUID, version: int) -> UUID:
    """Return the id of the task that an opinion became, told in the contact at `version`."""
    return named_id("task", "feedback", customer_id, version)


def complaint_id(customer_id: UUID, version: int) -> UUID:
    """Return the id of the complaint that was made in the contact at `version`."""
    return named_id("complaint", "contact", customer_id, version)


def _task(work: Work, command: commands.RecordContact) -> Task | None:
    """Return the task that a contact does; InvalidError unless it is the customer's."""
    if command.then.task_id is None:
        return None
    task = work.task_for_customer(command.then.task_id)
    if task is None or task.customer_id != command.customer_id:
        raise InvalidError(field="task_id", problem="unknown-task")
    return task


def _said(contact: Contact) -> str:
    """Return what is to be taken up: what the customer said, or else what was talked about."""
    said = "\n".join(filter(None, (contact.feedback, contact.suggestions)))
    if not (said or contact.text):
        raise InvalidError(field="feedback", problem="required")
    return said or contact.text

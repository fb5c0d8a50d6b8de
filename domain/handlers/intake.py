"""What the commands about messages that come in do (来信, R68, R71)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain import aftercare_commands as commands
from domain.access import Role
from domain.aggregate import CareAggregate
from domain.card import phone_number
from domain.complaint import Complaint
from domain.customer import Customer
from domain.errors import InvalidError, NotFoundError
from domain.follow_through import Grievance
from domain.handlers import complaints, tasks
from domain.handlers.work import Work
from domain.identity import phone_claim
from domain.ids import named_id
from domain.intake_form import IntakeForm
from domain.intake_item import IntakeItem, Letter
from domain.task import Cause, Task

_BECOMES: tuple[type[CareAggregate], ...] = (Task, Complaint, IntakeItem)
"""What a message may become; it has an id of each kind from the beginning."""


def open_form(work: Work, command: commands.OpenIntakeForm) -> IntakeForm:
    """Give out a form key."""
    work.require_present(command.manager_id, "manager_id")
    manager = work.representative_for_reading(command.manager_id)
    if manager.role not in {Role.MANAGER, Role.ADMINISTRATOR}:
        raise InvalidError(field="manager_id", problem="not-a-manager")
    return work.add(IntakeForm.open(command.label, command.manager_id))


def revoke_form(work: Work, command: commands.RevokeIntakeForm) -> IntakeForm:
    """Make a form key void."""
    form = work.intake_form(command.form_id)
    form.revoke()
    return work.add(form)


def receive(work: Work, command: commands.ReceiveMessage) -> CareAggregate:
    """Take a message in: what a customer writes is his task or complaint, else a manager reads it.

    A message that is there already, whatever it became, is left as it is.
    """
    form = work.intake_form(command.form_id)
    form.require_open()
    ids = {kind: named_id(kind.TOPIC, form.id, command.key) for kind in _BECOMES}
    for known in work.found(ids.values()):
        return known
    customer, letter = _sender(work, command), command.letter
    if customer is not None:
        return _take_up(work, customer, letter, id=ids[Complaint if letter.is_complaint else Task])
    item = IntakeItem.receive(
        letter, form_id=form.id, manager_id=form.manager_id, id=ids[IntakeItem]
    )
    return work.add(item)


def assign(work: Work, command: commands.AssignMessage) -> IntakeItem:
    """Say whose message it is, which makes it his task or complaint in the same save."""
    work.principal.require_manager()
    item = work.intake_item(command.item_id)
    customer = work.customer_for_reading(command.customer_id)
    letter = item.letter
    if command.as_complaint is not None:
        letter = replace(letter, is_complaint=command.as_complaint)
    made = _take_up(work, customer, letter, cause=Cause(item.id, item.version))
    is_task = isinstance(made, Task)
    item.assign(
        customer.id,
        task_id=made.id if is_task else None,
        complaint_id=None if is_task else made.id,
    )
    return item


def drop(work: Work, command: commands.DropMessage) -> IntakeItem:
    """Put a message aside."""
    work.principal.require_manager()
    item = work.intake_item(command.item_id)
    item.drop()
    return item


def _take_up(
    work: Work,
    customer: Customer,
    letter: Letter,
    *,
    cause: Cause | None = None,
    id: UUID | None = None,  # noqa: A002 - as the aggregate calls it
) -> Task | Complaint:
    if letter.is_complaint:
        grievance = Grievance(summary=tasks.first_words(letter.text), details=letter.whole)
        return complaints.take_in(work, customer, letter.channel, grievance, id=id)
    return tasks.take_up(work, customer, letter.whole, cause, id=id)


def _sender(work: Work, command: commands.ReceiveMessage) -> Customer | None:
    """Return who wrote, None unless it is one customer."""
    customer_id = command.customer_id or _holder(work, command.letter.phone)
    if customer_id is None:
        return None
    try:
        return work.customer_for_reading(customer_id)
    except NotFoundError:
        return None


def _holder(work: Work, phone: str) -> UUID | None:
    """Return the one customer whose phone it is; what is no phone is nobody's."""
    try:
        claim = phone_claim(work.blinding_secret, phone_number(phone))
    except InvalidError:
        return None
    known = work.holders([claim.id]).get(claim.id)
    return known.holder_ids[0] if known is not None and len(known.holder_ids) == 1 else None

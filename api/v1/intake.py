"""What came in (来信): forms, customers' own links, and messages from strangers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.intake_tickets import Ticket, Use, page_address
from api.service import the_principal, the_service
from api.v1.customers import visible_customer
from api.v1.lists import listed
from api.v1.schemas import intake as schemas
from api.v1.schemas.complaints import Reason
from api.v1.schemas.rows import list_of, page_of
from api.v1.writes import written
from domain import aftercare_commands as commands
from domain.access import Grant
from domain.commands import Command
from domain.errors import InvalidError
from domain.intake_form import IntakeForm
from domain.intake_item import IntakeItem

blueprint = Blueprint("intake", "intake", description="来信 Intake")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("/intake-forms", needs=Grant.ADMINISTER)
@blueprint.idempotent
@blueprint.shows(201, schemas.IntakeForm)
@blueprint.arguments(schemas.NewIntakeForm)
def open_intake_form(body: dict[str, Any], idempotency_key: str) -> Answer:
    """Give out a form key under which anybody may write."""
    return written(commands.OpenIntakeForm(**body), _form, idempotency_key)


@blueprint.get("/intake-forms", needs=Grant.ADMINISTER)
@blueprint.shows(200, list_of(schemas.FormRow))
def list_intake_forms() -> Answer:
    """List every form key that was given out."""
    return {"items": the_service().read.intake.forms()}, {}


@blueprint.post("/intake-forms/<uuid:form_id>/revocation", needs=Grant.ADMINISTER)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.IntakeForm)
def revoke_intake_form(form_id: UUID, expected_version: int, idempotency_key: str) -> Answer:
    """Make a form key void, and every link to it."""
    command = commands.RevokeIntakeForm(form_id=form_id)
    return written(command, _form, idempotency_key, expected_version=expected_version)


@blueprint.post("/customers/<uuid:customer_id>/intake-links", needs=Grant.WRITE)
@blueprint.shows(201, schemas.IntakeLink)
@blueprint.arguments(schemas.NewIntakeLink)
def make_intake_link(body: dict[str, Any], customer_id: UUID) -> Answer:
    """Make a link by which we know that it is this customer who writes."""
    service = the_service()
    customer = visible_customer(customer_id)
    form = service.read.log.get(body["form_id"])
    if not isinstance(form, IntakeForm) or not form.is_open:
        raise InvalidError(field="form_id", problem="unknown-form")
    ticket = Ticket.fresh(Use.LINK, customer.id, service.now() + timedelta(days=body["days"]))
    page = page_address(form.id, service.tickets.seal(ticket, form.id))
    return {"page": page, "expires_at": ticket.expires_at}, {}


@blueprint.get("/intake", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.IntakeRow))
@blueprint.arguments(schemas.IntakeQuery, location="query")
def list_intake(query: dict[str, Any]) -> Answer:
    """List messages of which nobody knows whose they are, the oldest first; for managers."""
    the_principal().require_manager()
    intake = the_service().read.intake
    return listed(
        query,
        tuple[datetime, UUID],
        lambda after, limit: intake.page(query["state"], after=after, limit=limit),
        lambda row: (row.received_at, row.item_id),
    )


@blueprint.post("/intake/<uuid:message_id>/assignment", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Assigned)
@blueprint.arguments(schemas.NewAssignment)
def assign_message(
    body: dict[str, Any], message_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Say whose message it is, which makes it his task or complaint."""
    why = body.pop("reason", "")
    command = commands.AssignMessage(item_id=message_id, **body)
    return _done(command, why, expected_version, idempotency_key)


@blueprint.post("/intake/<uuid:message_id>/drop", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Assigned)
@blueprint.arguments(Reason)
def drop_message(
    body: dict[str, Any], message_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Put a message aside, with a reason."""
    command = commands.DropMessage(item_id=message_id)
    return _done(command, body["reason"], expected_version, idempotency_key)


def _done(command: Command, why: str, expected_version: int, idempotency_key: str) -> Answer:
    return written(command, _item, idempotency_key, expected_version=expected_version, why=why)


def _item(item: IntakeItem) -> dict[str, Any]:
    return {"id": item.id, "version": item.version, "state": item.state}


def _form(form: IntakeForm) -> dict[str, Any]:
    return {
        "id": form.id,
        "version": form.version,
        "manager_id": form.manager_id,
        "is_open": form.is_open,
        "page": page_address(form.id),
        "mail": f"{page_address(form.id)}/mail",
        "mail_secret": the_service().tickets.mail_secret(form.id),
    }

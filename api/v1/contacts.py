"""Contacts and regradings: what a rep does all day, one request each (R41, R43, R44)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api import representations
from api.blueprints import Blueprint
from api.service import carry_out, the_service
from api.v1.schemas import customers as schemas
from domain import commands
from domain.access import Grant
from domain.application import Receipt
from domain.contact import Contact
from domain.follow_through import FollowThrough, Grievance
from domain.handlers import contacts as handlers

blueprint = Blueprint("contacts", "contacts", url_prefix="/customers", description="跟进 Contacts")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("/<uuid:customer_id>/contacts", needs=Grant.WRITE)
@blueprint.if_match_optional
@blueprint.idempotent
@blueprint.shows(201, schemas.RecordedContact)
@blueprint.arguments(schemas.NewContact)
def record_contact(
    body: dict[str, Any], customer_id: UUID, expected_version: int | None, idempotency_key: str
) -> Answer:
    """Record a contact with its grade decision and next date, as one fact."""
    then = _follow_through(body)
    contact = Contact(**{"contacted_on": the_service().today(), **body})
    receipt = carry_out(
        commands.RecordContact(customer_id=customer_id, contact=contact, then=then),
        expected_version=expected_version,
        idempotency_key=idempotency_key,
    )
    shown, headers = representations.contact_receipt(receipt)
    return shown | _led_to(contact, then, receipt), headers


@blueprint.post("/<uuid:customer_id>/quick-notes", needs=Grant.WRITE)
@blueprint.if_match_optional
@blueprint.idempotent
@blueprint.shows(201, schemas.ContactReceipt)
@blueprint.arguments(schemas.NewQuickNote)
def record_quick_note(
    body: dict[str, Any], customer_id: UUID, expected_version: int | None, idempotency_key: str
) -> Answer:
    """Record the contact that one key stands for (快捷键信息)."""
    receipt = carry_out(
        commands.RecordQuickNote(customer_id=customer_id, **body),
        expected_version=expected_version,
        idempotency_key=idempotency_key,
    )
    return representations.contact_receipt(receipt)


@blueprint.post("/<uuid:customer_id>/regradings", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.ContactReceipt)
@blueprint.arguments(schemas.NewRegrading)
def regrade_customer(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Give another grade without a contact."""
    why = body.pop("reason", "")
    receipt = carry_out(
        commands.RegradeCustomer(customer_id=customer_id, **body),
        why=why,
        expected_version=expected_version,
        idempotency_key=idempotency_key,
    )
    return representations.contact_receipt(receipt)


def _follow_through(body: dict[str, Any]) -> FollowThrough:
    """Take out of a body what is to follow from the contact."""
    complaint = body.pop("complaint", None)
    return FollowThrough(
        task_id=body.pop("task_id", None),
        needs_action=body.pop("needs_action", None),
        complaint=Grievance(**complaint) if complaint else None,
    )


def _led_to(contact: Contact, then: FollowThrough, receipt: Receipt) -> dict[str, Any]:
    """Return the ids of what the contact has brought about, null where it has not."""
    told = receipt.subject_id, receipt.version
    return {
        "task_id": handlers.task_id(*told) if then.opens_task(contact) else None,
        "complaint_id": handlers.complaint_id(*told) if then.complaint else None,
    }

"""What a person may ask for: to see what is held about him (查阅权), to be forgotten (删除权).

And the legal hold (法律保全) that forbids the latter (D12).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.intake_tickets import NIL, NONCE_BYTES, Ticket, Use
from api.service import carry_out, the_principal, the_service
from api.v1.customers import visible_customer
from api.v1.lists import listed
from api.v1.schemas import erasures as schemas
from api.v1.schemas.query import PageQuery
from api.v1.schemas.rows import page_of
from api.v1.writes import written
from domain import erasure_commands as commands
from domain.access import Grant
from domain.access_record import AccessKind
from domain.commands import Command, RecordAccess
from domain.customer import Customer
from domain.errors import NotFoundError
from projections.erasures.queries import ErasureQueries

LINK_HOLDS = timedelta(hours=24)

blueprint = Blueprint("erasures", "erasures", description="删除 Erasure")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("/customers/<uuid:customer_id>/hold", needs=Grant.ADMINISTER)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Hold)
@blueprint.arguments(schemas.HoldRequest)
def set_hold(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Forbid that a customer be erased (法律保全)."""
    command = commands.SetHold(customer_id=customer_id)
    return _reasoned(command, _hold, body, expected_version, idempotency_key)


@blueprint.post("/customers/<uuid:customer_id>/hold-lifting", needs=Grant.ADMINISTER)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Hold)
@blueprint.arguments(schemas.HoldRequest)
def lift_hold(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Let a customer be erased again."""
    command = commands.LiftHold(customer_id=customer_id)
    return _reasoned(command, _hold, body, expected_version, idempotency_key)


@blueprint.post("/customers/<uuid:customer_id>/subject-links", needs=Grant.READ)
@blueprint.idempotent
@blueprint.shows(201, schemas.SubjectLink)
@blueprint.arguments(schemas.SubjectRequest)
def give_subject_link(body: dict[str, Any], customer_id: UUID, idempotency_key: str) -> Answer:
    """Make a link by which a person fetches all that is held about him (查阅复制), once.

    He gets it as data and to read in both languages, with who has looked into it. Auditors and
    administrators make links; who made one and why is recorded, and that it was used.
    """
    the_principal().require_auditor()
    service = the_service()
    customer = visible_customer(customer_id)
    command = RecordAccess(customer_id=customer.id, access=AccessKind.SUBJECT_LINK)
    receipt = carry_out(command, why=body["reason"], idempotency_key=idempotency_key)
    # Whoever asks again under one key gets the same link, which is used up once.
    key = receipt.subject_id.hex[: 2 * NONCE_BYTES]
    ticket = Ticket(Use.SUBJECT, customer.id, key, service.now() + LINK_HOLDS)
    address = f"/subject/{service.tickets.seal(ticket, NIL)}"
    return {"address": address, "expires_at": ticket.expires_at}, {}


@blueprint.post("/customers/<uuid:customer_id>/erasure", needs=Grant.ADMINISTER)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(202, schemas.Erasure)
@blueprint.arguments(schemas.ErasureRequest)
def erase_customer(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Forget a person for good (删除个人信息); nobody can take that back.

    From now on he is gone for everybody. The workers destroy his key and purge every copy; how far
    they are stands under `GET /erasures/{erased_id}`. 409 under a legal hold.
    """
    command = commands.EraseCustomer(customer_id=customer_id, ground=body["ground"])
    return _reasoned(command, _erasure, body, expected_version, idempotency_key)


@blueprint.get("/erasures", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.ErasedPerson))
@blueprint.arguments(PageQuery, location="query")
def list_erasures(query: dict[str, Any]) -> Answer:
    """List who was erased, the latest first."""
    erasures = _erasures()
    return listed(
        query,
        tuple[int],
        lambda after, limit: erasures.page(after[0] if after else None, limit),
        lambda row: (row.position,),
    )


@blueprint.get("/erasures/<uuid:erased_id>", needs=Grant.READ)
@blueprint.shows(200, schemas.Erasure)
def get_erasure(erased_id: UUID) -> Answer:
    """Tell how far an erasure is."""
    _erasures()
    customer = the_service().read.log.get(erased_id)
    if not isinstance(customer, Customer) or customer.erased_on is None:
        raise NotFoundError(of="erasure", id=str(erased_id))
    return _erasure(customer), version_headers(customer.version)


@blueprint.get("/holds", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.HeldCustomer))
@blueprint.arguments(PageQuery, location="query")
def list_holds(query: dict[str, Any]) -> Answer:
    """List who may not be erased, the longest held first."""
    erasures = _erasures()
    return listed(
        query, tuple[datetime, UUID], erasures.held, lambda row: (row.held_at, row.customer_id)
    )


def _erasures() -> ErasureQueries:
    """Return what to ask, to auditors and administrators of the whole company only."""
    the_principal().require_auditor()
    return the_service().read.erasures


def _reasoned(
    command: Command,
    shown: Callable[[Customer], dict[str, Any]],
    body: dict[str, Any],
    expected_version: int,
    idempotency_key: str,
) -> Answer:
    why = body["reason"]
    return written(command, shown, idempotency_key, expected_version=expected_version, why=why)


def _hold(customer: Customer) -> dict[str, Any]:
    return {"customer_id": customer.id, "is_on_hold": customer.is_on_hold}


def _erasure(customer: Customer) -> dict[str, Any]:
    waits_for = [] if customer.is_purged else the_service().onlookers.keeping([customer.id])
    return {
        "customer_id": customer.id,
        "erased_on": customer.erased_on,
        "is_completed": customer.is_purged,
        "waits_for": waits_for,
    }

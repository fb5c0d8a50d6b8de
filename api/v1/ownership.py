"""Owners and verification of a customer: rarer steps under `/customers/{id}`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.v1.customers import customer_shown
from api.v1.schemas import customers as schemas
from api.v1.writes import written
from domain import commands, pool_commands
from domain.access import Grant

blueprint = Blueprint(
    "ownership", "ownership", url_prefix="/customers", description="跟单人 Owners"
)

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("/<uuid:customer_id>/owner-changes", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Customer)
@blueprint.arguments(schemas.NewOwner)
def change_owner(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Give a customer another owner (替换跟单人); a manager decides that."""
    command = commands.ChangeOwner(customer_id=customer_id, owner_id=body["owner_id"])
    return _changed(command, body, expected_version, idempotency_key)


@blueprint.post("/<uuid:customer_id>/second-owner-changes", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Customer)
@blueprint.arguments(schemas.NewSecondOwner)
def change_second_owner(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Give a customer another second owner (跟单人2), or none."""
    command = commands.ChangeSecondOwner(customer_id=customer_id, owner_id=body["owner_id"])
    return _changed(command, body, expected_version, idempotency_key)


@blueprint.post("/<uuid:customer_id>/return", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Customer)
@blueprint.arguments(schemas.NewReturn)
def return_to_pool(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Put a customer into the public pool (退回公海), with a reason; a manager decides that.

    Both owners lose him and may not claim him for some days. Open complaints keep their handlers.
    """
    command = pool_commands.PutIntoPool(customer_id=customer_id)
    return _changed(command, body, expected_version, idempotency_key)


@blueprint.post("/<uuid:customer_id>/verifications", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Customer)
@blueprint.arguments(schemas.NewVerification)
def verify_card(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Record that the card's data was checked (R4)."""
    command = commands.VerifyCard(customer_id=customer_id, verification=body["verification"])
    return _changed(command, body, expected_version, idempotency_key)


@blueprint.post("/<uuid:customer_id>/partner-links", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Customer)
@blueprint.arguments(schemas.NewPartnerLink)
def link_partner(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Say that a prospect is a trading partner now; there is no way back (R10, X11)."""
    command = commands.LinkPartner(customer_id=customer_id, reference=body["reference"])
    return _changed(command, body, expected_version, idempotency_key)


def _changed(
    command: commands.Command,
    body: dict[str, Any],
    expected_version: int,
    idempotency_key: str,
) -> Answer:
    return written(
        command,
        customer_shown,
        idempotency_key,
        expected_version=expected_version,
        why=body.get("reason", ""),
    )

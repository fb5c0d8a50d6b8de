"""Presence (在跟进): which colleague is at which customer just now; a hint that blocks nothing."""

from __future__ import annotations

from typing import Any

from api.blueprints import Blueprint
from api.people_names import People
from api.problems import request_language
from api.service import the_principal, the_service
from api.v1.customers import visible_customer
from api.v1.schemas import presence as schemas
from domain.access import Grant

blueprint = Blueprint("presence", "presence", url_prefix="/presence", description="在跟进 Presence")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, schemas.Presence)
def list_presence() -> Answer:
    """List which colleagues are at customers that one may see."""
    return _shown(), {}


@blueprint.post("", needs=Grant.WRITE)
@blueprint.shows(200, schemas.Presence)
@blueprint.arguments(schemas.NewPresence)
def turn_to_customer(body: dict[str, Any]) -> Answer:
    """Say that one is at a customer from now on, and at no other; return who else is at whom.

    Forgotten after five minutes. No event, and nothing is refused to anybody because of it.
    """
    customer = visible_customer(body["customer_id"])
    service, rep_id = the_service(), the_principal().id
    if rep_id is not None:
        owners = (customer.owner_id, customer.second_owner_id)
        service.presence.turn_to(rep_id, customer.id, owners, service.now())
    return _shown(), {}


def _shown() -> dict[str, Any]:
    service, principal = the_service(), the_principal()
    people = People(service.read.people, request_language())
    others = service.presence.others(principal.id, principal.visibility, service.now())
    return {
        "items": [
            {
                "customer_id": each.customer_id,
                "rep_id": each.rep_id,
                "name": people.name(each.rep_id),
                "since": each.since,
            }
            for each in others
        ]
    }

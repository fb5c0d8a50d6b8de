"""Duplicates (查重) and search: whom we know already, whom a fragment means."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response

from api.blueprints import Blueprint
from api.problems import problem_response, refusal
from api.service import the_principal, the_service
from api.v1.schemas import duplicates as schemas
from api.v1.schemas.rows import list_of
from domain.access import Grant
from domain.errors import DuplicateCustomerError
from projections.duplicates.queries import DuplicateHit
from projections.masking import masked

blueprint = Blueprint("duplicates", "duplicates", description="查重 Duplicates and search")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("/duplicates/check", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.DuplicateHit))
@blueprint.arguments(schemas.DuplicateCheck)
def check_duplicates(body: dict[str, Any]) -> Answer:
    """Tell who a customer about to be entered might be already, among all customers.

    Somebody else's customer is shown masked: that he exists, whose he is and when he was last
    contacted, never the file (X19); one in the pool can be claimed. Nothing is recorded.
    """
    hits = the_service().read.duplicates.check(**body)
    return {"items": [shown(hit) for hit in hits]}, {}


@blueprint.post("/search", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.SearchHit))
@blueprint.arguments(schemas.Search)
def search_customers(body: dict[str, Any]) -> Answer:
    """Find customers in scope by any fragment of name, company, contact, address or phone.

    Pinyin and initials find Chinese names. A body, because addresses are logged and a phone
    number is personal. Nothing is recorded.
    """
    visibility = the_principal().visibility
    found = the_service().read.duplicates.search(body["text"], visibility, body["limit"])
    return {"items": found}, {}


def shown(hit: DuplicateHit) -> dict[str, Any]:
    """Return a hit as whoever asks may see it: whole, or masked when it is not his (X19)."""
    people = the_service().read.people
    owner = people.get(hit.owner_id) if hit.owner_id is not None else None
    seen = {
        **asdict(hit),
        "is_in_pool": hit.owner_id is None,
        "is_masked": not the_principal().visibility.covers(hit.owner_id, hit.second_owner_id),
        "owner_name": owner.name if owner is not None else "",
    }
    if seen["is_masked"]:
        seen |= {
            # Whoever is in the pool may be claimed by his id, which everybody finds there.
            "customer_id": hit.customer_id if seen["is_in_pool"] else None,
            "second_owner_id": None,
            "name": masked(hit.name),
            "company": masked(hit.company),
        }
    return seen


def already_known(error: DuplicateCustomerError) -> Response:
    """Return the refusal of a customer who is on file already, with what may be seen of him."""
    customer = the_service().read.log.get(UUID(str(error.fields["customer_id"])))
    hit = DuplicateHit(
        customer_id=customer.id,
        name=customer.card.get("name", ""),
        company=customer.card.get("company", ""),
        owner_id=customer.owner_id,
        second_owner_id=customer.second_owner_id,
        last_contact_on=customer.last_contact_on,
        matched=(str(error.fields["field"]),),
    )
    return problem_response(refusal(error, duplicate=shown(hit)))

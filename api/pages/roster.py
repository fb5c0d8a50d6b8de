"""The roster (花名册): every customer in scope, filtered and sorted by the address."""

from __future__ import annotations

from flask import Response

from api.pages.frame import page_blueprint, read_query, show
from api.pages.looking_back import look_back
from api.service import the_principal, the_service
from api.v1.roster import roster_page
from api.v1.schemas.roster import RosterQuery
from domain.card import Verification
from domain.grade import DealStage, Demand, Grade, Importance
from projections.people.queries import PersonRow

blueprint = page_blueprint("roster")

CHOICES = {
    "deal_stage": DealStage,
    "importance": Importance,
    "demand": Demand,
    "verification": Verification,
}
TEXTS = ("industry", "district", "region", "tag")


@blueprint.get("/customers")
def list_customers() -> Response:
    """Show the roster."""
    look_back()
    query = read_query(RosterQuery)
    body, _ = roster_page(query)
    return show(
        "roster.html",
        rows=body["items"],
        next_cursor=body.get("next_cursor"),
        query=query,
        grades=list(Grade),
        choices=CHOICES,
        texts=TEXTS,
        is_narrowed=bool(query.keys() & {*CHOICES, *TEXTS, "owner_id", "last_contact_before"}),
        colleagues=colleagues(),
    )


def colleagues() -> list[PersonRow]:
    """Return those whose customers whoever asks may see, when there is a choice."""
    visibility = the_principal().visibility
    everybody = the_service().read.people.page(limit=200)
    return [person for person in everybody if visibility.covers(person.rep_id)]

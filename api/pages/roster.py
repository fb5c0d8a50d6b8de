"""The roster (花名册): every customer in scope, filtered and sorted by the address.

Which columns it shows is kept with whoever looks; `fields` in the address overrules that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as WsgiResponse

from api.pages.frame import page_blueprint, read_query, show
from api.pages.looking_back import look_back
from api.service import the_principal, the_service
from api.v1.roster import roster_page
from api.v1.schemas.roster import RosterQuery
from domain.card import Verification
from domain.grade import DealStage, Demand, Grade, Importance
from projections.people.queries import PersonRow
from projections.roster.queries import ORDERS

blueprint = page_blueprint("roster")

CHOICES = {
    "deal_stage": DealStage,
    "importance": Importance,
    "demand": Demand,
    "verification": Verification,
}
TEXTS = ("industry", "district", "region", "tag")
COLUMNS = (
    "grade",
    "company",
    "contact",
    "phones",
    "email",
    "wechat",
    "address",
    "industry",
    "district",
    "region",
    "level",
    "deal_stage",
    "importance",
    "demand",
    "source",
    "tags",
    "route",
    "last_contact_on",
    "due_on",
    "expected_on",
    "registered_on",
    "owner_id",
    "second_owner_id",
)
"""What may stand beside the name, in this order."""

USUAL = (
    "grade",
    "company",
    "phones",
    "region",
    "deal_stage",
    "last_contact_on",
    "due_on",
    "owner_id",
)
"""What does unless somebody has chosen."""


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
        columns=_in_order(query.get("columns") or g.session.preferences.roster_columns) or USUAL,
        all_columns=COLUMNS,
        sortable=ORDERS,
        export_address=url_for("transfer_page.ask_for_export", **_selection()),
    )


@blueprint.post("/customers/columns")
def choose_columns() -> WsgiResponse:
    """Keep which columns whoever looks wants, and show the same list with them."""
    chosen, rep_id = _in_order(request.form.getlist("columns")), the_principal().id
    if rep_id is not None:
        kept = () if chosen == USUAL else chosen
        the_service().sessions.prefer(rep_id, replace(g.session.preferences, roster_columns=kept))
    query = [each for each in parse_qsl(request.form.get("query", "")) if each[0] != "fields"]
    address = url_for("roster_page.list_customers")
    return redirect(f"{address}?{urlencode(query)}" if query else address)


def _in_order(names: Collection[str]) -> tuple[str, ...]:
    return tuple(each for each in COLUMNS if each in names)


def _selection() -> dict[str, Any]:
    """Return what the address says of whom the list shows, and in which order."""
    left_out = {"cursor", "limit", "as_of"}
    return {name: value for name, value in request.args.items() if name not in left_out and value}


def colleagues() -> list[PersonRow]:
    """Return those whose customers whoever asks may see, when there is a choice."""
    visibility = the_principal().visibility
    everybody = the_service().read.people.page(limit=200)
    return [person for person in everybody if visibility.covers(person.rep_id)]

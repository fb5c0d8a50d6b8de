"""Greetings (问候): whose day is coming and who greets, and what became of the last ones (R73)."""

from __future__ import annotations

from datetime import timedelta

from flask import Response

from api.audiences import left_in_peace, not_set_up
from api.pages.frame import page_blueprint, read_query, show, the_wording
from api.sentences import occasion_name
from api.service import the_service
from api.v1.greetings import AHEAD, decided_page, greetings_page
from api.v1.schemas.greetings import DecidedQuery, GreetingsQuery
from projections.greetings.queries import GreetingState

blueprint = page_blueprint("greetings")

SPANS = (7, 30, 90)
"""How many days ahead one can look, in one step."""


@blueprint.get("/care/decided")
def list_decided() -> Response:
    """Show what became of greetings, the latest day first, or of those that stand so."""
    query = read_query(DecidedQuery)
    body, _ = decided_page(query)
    language = the_wording().language
    return show(
        "decided.html",
        rows=[
            {"row": row, "occasion": occasion_name(row.occasion, language)} for row in body["items"]
        ],
        next_cursor=body.get("next_cursor"),
        state=query.get("state"),
        states=list(GreetingState),
    )


@blueprint.get("/care")
def list_greetings() -> Response:
    """Show whom we are going to greet, the earliest first; a key takes a greeting over."""
    query = read_query(GreetingsQuery)
    body, _ = greetings_page(query)
    today, language = the_service().today(), the_wording().language
    read, greeted = the_service().read, [row for row in body["items"] if row.kind == "greeting"]
    return show(
        "greetings.html",
        rows=[
            {"row": row, "occasion": occasion_name(row.occasion, language)} for row in body["items"]
        ],
        next_cursor=body.get("next_cursor"),
        last=query.get("last") or today + AHEAD,
        not_set_up=not_set_up(read, "greeting"),
        silences=left_in_peace(read, {row.customer_id for row in greeted}),
        spans={days: today + timedelta(days=days) for days in SPANS},
    )

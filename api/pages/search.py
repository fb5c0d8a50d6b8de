"""Search (搜索): the customers that the palette offers while somebody types."""

from __future__ import annotations

from flask import Response, request

from api.characters import composed, forbidden_in
from api.pages.frame import page_blueprint, show
from api.service import the_principal, the_service

blueprint = page_blueprint("search")

LONGEST = 100
MOST = 12


@blueprint.post("/search")
def find() -> Response:
    """Return a fragment of customers in scope; by POST, for addresses are logged."""
    text = composed(request.form.get("text", "")[:LONGEST])
    hits = []
    if text.strip() and not forbidden_in(text):
        visibility = the_principal().visibility
        hits = the_service().read.duplicates.search(text, visibility, MOST)
    return show("_found.html", hits=hits, text=text)

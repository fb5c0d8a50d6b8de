"""The pool (公海): whom one may claim, and how many still."""

from __future__ import annotations

from flask import Response

from api.pages.frame import page_blueprint, read_query, show
from api.pages.looking_back import look_back
from api.service import the_principal, the_service
from api.v1.pool import caps_of, pool_page
from api.v1.schemas.pool import PoolQuery
from domain.grade import Grade

blueprint = page_blueprint("pool")


@blueprint.get("/pool")
def list_pool() -> Response:
    """Show the pool, masked as everybody sees it."""
    moment = look_back()
    query = read_query(PoolQuery)
    body, _ = pool_page(query)
    return show(
        "pool.html",
        rows=body["items"],
        next_cursor=body.get("next_cursor"),
        query=query,
        grades=list(Grade),
        caps=None if moment else caps_of(the_principal().id),
        zone=the_service().read.care.book().calendar.tz,
    )

"""The due list (待跟进): what a rep's day is made of (R45)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec.structs import asdict

from api.blueprints import Blueprint
from api.service import the_principal, the_service
from api.v1.lists import listed
from api.v1.schemas import due_list as schemas
from api.v1.schemas.rows import page_of
from domain.access import Grant
from projections.due_list.queries import SORT_KEYS, DueItem

blueprint = Blueprint("due_list", "due-list", url_prefix="/due-list", description="待跟进 Due list")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.DueItem))
@blueprint.arguments(schemas.DueListQuery, location="query")
def list_due(query: dict[str, Any]) -> Answer:
    """List whom to contact, and why then; each row's version is the If-Match of the contact.

    Beside each customer stand his open tasks that are due by then.
    """
    service, visibility = the_service(), the_principal().visibility
    today, order = service.today(), query["order"]
    body, headers = listed(
        query,
        SORT_KEYS[order],
        lambda after, limit: service.read.due_list.page(
            visibility,
            today,
            on=query.get("on"),
            overdue=query["overdue"],
            owner_id=query.get("owner_id"),
            grades=query.get("grade", ()),
            flagged=query["flagged"],
            order=order,
            after=after,
            limit=limit,
        ),
        lambda item: item.sort_key(order),
    )
    return {**body, "items": _with_tasks(body["items"], query.get("on") or today)}, headers


@blueprint.get("/counts", needs=Grant.READ)
@blueprint.shows(200, schemas.DueCounts)
def count_due() -> Answer:
    """Return how many customers are due today and how many are overdue."""
    service = the_service()
    today = service.today()
    counts = service.read.due_list.counts(the_principal().visibility, today)
    return {"on": today, "due": counts.due, "overdue": counts.overdue}, {}


def _with_tasks(items: Sequence[DueItem], by: date) -> list[dict[str, Any]]:
    """Return the items, each with the tasks that are to be done for its customer."""
    tasks = the_service().read.tasks.beside([item.customer_id for item in items], by)
    return [{**asdict(item), "tasks": tasks.get(item.customer_id, [])} for item in items]

"""The history of customers and complaints (客户追踪志): every fact, exact, from the log itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.as_of import asked_moment
from api.blueprints import Blueprint
from api.service import carry_out, the_principal, the_service
from api.v1.complaints import visible_complaint
from api.v1.customers import customer_or_erased
from api.v1.lists import listed
from api.v1.schemas import inbox as schemas
from api.v1.schemas.rows import page_of
from domain import commands
from domain.access import Grant
from domain.access_record import AccessKind

blueprint = Blueprint("history", "history", description="历史 History")

Answer = tuple[Any, dict[str, str]]


@blueprint.get("/customers/<uuid:customer_id>/history", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.HistoryEntry))
@blueprint.arguments(schemas.HistoryQuery, location="query")
def get_customer_history(query: dict[str, Any], customer_id: UUID) -> Answer:
    """Return what happened to a customer and around him, in log order."""
    customer_or_erased(customer_id)
    record_look(customer_id)
    return told(query, customer_id)


@blueprint.get("/complaints/<uuid:complaint_id>/history", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.HistoryEntry))
@blueprint.arguments(schemas.PageOfHistory, location="query")
def get_complaint_history(query: dict[str, Any], complaint_id: UUID) -> Answer:
    """Return what was done about a complaint, in log order."""
    complaint = visible_complaint(complaint_id)
    record_look(complaint.customer_id)
    return told(query, complaint.customer_id, stream_id=complaint_id)


def record_look(customer_id: UUID) -> None:
    """Record that a history is read, once a day; those who look after customers do so all day."""
    if the_principal().is_watched:
        carry_out(commands.RecordAccess(customer_id=customer_id, access=AccessKind.HISTORY))


def told(query: dict[str, Any], customer_id: UUID, stream_id: UUID | None = None) -> Answer:
    """Return the page of a customer's history that `query` asks for, or of one stream of it."""
    history, moment = the_service().read.history, asked_moment(query)
    newest_first = query["sort"] == "-position"
    return listed(
        query,
        tuple[int],
        lambda after, limit: history.page(
            customer_id,
            after[0] if after else None,
            limit,
            newest_first=newest_first,
            kind=query.get("kind"),
            stream_id=stream_id,
            until=moment.position if moment else None,
            happened_by=query.get("happened_by"),
            zone=the_service().read.care.book().calendar.tz,
        ),
        lambda entry: (entry.position,),
    )

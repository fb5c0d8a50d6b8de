"""The forecast (预告): who would get what on a coming day; nothing is written (D7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.service import the_principal, the_service
from api.v1.lists import listed
from api.v1.schemas import backlog as schemas
from api.v1.schemas.rows import list_of, page_of
from domain.access import Grant
from projections.contacts_ahead import foreseen_contacts
from workers.forecast import Forecast

blueprint = Blueprint("forecast", "forecast", url_prefix="/forecast", description="预告 Forecast")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("", needs=Grant.ADMINISTER)
@blueprint.shows(200, page_of(schemas.Foreseen))
@blueprint.arguments(schemas.ForecastQuery, location="query")
def list_foreseen(query: dict[str, Any]) -> Answer:
    """List what would be decided by itself on a coming day, and why not; nothing is written.

    The decisions are those of the background work, taken now: they say what follows if nothing
    happens until then.
    """
    service = the_service()
    now, forecast = service.now(), Forecast(service.read)
    return listed(
        query,
        tuple[datetime, UUID],
        lambda after, limit: forecast.page(
            query["on"], now, kinds=query.get("kind", ()), after=after, limit=limit
        ),
        lambda row: (row.due_at, row.key),
    )


@blueprint.get("/contacts", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.WeekAhead))
@blueprint.arguments(schemas.ContactsAheadQuery, location="query")
def list_contacts_ahead(query: dict[str, Any]) -> Answer:
    """List the contacts that everybody in scope owes week by week, against what he can make.

    From the due list and the cadence: whoever is contacted on his date comes back after the
    interval of his grade.
    """
    service, read = the_service(), the_service().read
    weeks = foreseen_contacts(
        read.due_list,
        read.workload,
        read.care.book(),
        service.today(),
        the_principal().visibility,
        **query,
    )
    return {"items": weeks}, {}

"""The forecast (预告): who would get what on a coming day; nothing is written (D7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.service import the_service
from api.v1.lists import listed
from api.v1.schemas import backlog as schemas
from api.v1.schemas.rows import page_of
from domain.access import Grant
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

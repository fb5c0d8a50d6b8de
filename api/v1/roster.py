"""The roster (花名册): customers listed, filtered and sorted, page by page."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from api.as_of import as_they_stood, asked_moment, may_take_time, visible_today
from api.blueprints import Blueprint
from api.service import the_principal, the_service
from api.v1.lists import listed
from api.v1.schemas import roster as schemas
from api.v1.schemas.rows import page_of
from domain.access import Grant
from projections.roster.filters import RosterFilters
from projections.roster.projection import RosterProjection
from projections.roster.queries import SORT_KEYS

blueprint = Blueprint("roster", "roster", url_prefix="/customers", description="花名册 Roster")

Answer = tuple[dict[str, Any], dict[str, str]]

_FILTERS = frozenset(RosterFilters.__dataclass_fields__)


@blueprint.get("", needs=Grant.READ)
@may_take_time(blueprint)
@blueprint.shows(200, page_of(schemas.RosterRow))
@blueprint.arguments(schemas.RosterQuery, location="query")
def list_customers(query: dict[str, Any]) -> Answer:
    """List customers; each row's version is the If-Match of a change to him."""
    body, headers = roster_page(query)
    names = [*schemas.ALWAYS, *query.get("columns", schemas.COLUMNS)]
    values = attrgetter(*names)
    shown = [dict(zip(names, values(row), strict=True)) for row in body["items"]]
    return {**body, "items": shown}, headers


def roster_page(query: dict[str, Any]) -> Answer:
    """Return the page of the roster that `query` asks for, in rows."""
    visibility, moment = the_principal().visibility, asked_moment(query)
    (roster,) = as_they_stood(moment, (RosterProjection, the_service().read.roster))
    given = {name: value for name, value in query.items() if name in _FILTERS}
    filters = RosterFilters(grades=query.get("grade", ()), **given)
    sort = query["sort"]
    body, headers = listed(
        query,
        SORT_KEYS[sort.removeprefix("-")],
        lambda after, limit: roster.page(visibility, filters, sort, after, limit),
        lambda row: row.sort_key(sort),
    )
    return {**body, "items": visible_today(body["items"], moment)}, headers

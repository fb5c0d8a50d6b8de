"""The roster (花名册): customers listed, filtered and sorted, page by page."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Any

from flask import Response

from api.as_of import as_they_stood, asked_moment, may_take_time, visible_today
from api.blueprints import Blueprint
from api.idempotency import request_fingerprint
from api.problems import request_language
from api.service import KEYS_KEPT_FOR, signature, the_principal, the_service
from api.transfer.exporting import USUAL, ExportOrder, SheetFormat, exported
from api.v1.lists import listed
from api.v1.schemas import roster as schemas
from api.v1.schemas.rows import page_of
from domain.access import Grant
from domain.application import IdempotencyKey
from projections.roster.filters import RosterFilters
from projections.roster.projection import RosterProjection
from projections.roster.queries import SORT_KEYS

blueprint = Blueprint("roster", "roster", url_prefix="/customers", description="花名册 Roster")

Answer = tuple[dict[str, Any], dict[str, str]]

_BINARY = {"schema": {"type": "string", "format": "binary"}}
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
    filters = _filters(query)
    sort = query["sort"]
    body, headers = listed(
        query,
        SORT_KEYS[sort.removeprefix("-")],
        lambda after, limit: roster.page(visibility, filters, sort, after, limit),
        lambda row: row.sort_key(sort),
    )
    return {**body, "items": visible_today(body["items"], moment)}, headers


@blueprint.post("/export", needs=Grant.READ)
@blueprint.idempotent
@blueprint.arguments(schemas.RosterSelection, location="query")
@blueprint.arguments(schemas.ExportRequest)
@blueprint.doc(
    responses={
        200: {
            "description": "The sheet, which may be imported again",
            "content": {each.media_type.partition(";")[0]: _BINARY for each in SheetFormat},
        }
    }
)
def export_customers(query: dict[str, Any], body: dict[str, Any], idempotency_key: str) -> Response:
    """Take customers out as a sheet, by the filters of the list; for managers (R59).

    Before a customer's row is sent, his history says who took it and why.
    """
    principal, service, language = the_principal(), the_service(), request_language()
    principal.require_manager()
    signed = signature(body["reason"])
    fingerprint = request_fingerprint(service.fingerprint_secret)
    order = ExportOrder(
        visibility=principal.visibility,
        filters=_filters(query),
        sort=query["sort"],
        columns=query.get("columns", USUAL),
        format=body["format"],
        language=language,
        sign=lambda: replace(signed, at=service.now()),
        key=lambda customer_id: IdempotencyKey(
            key=f"{idempotency_key}/{customer_id}",
            fingerprint=fingerprint,
            expires_at=signed.at + KEYS_KEPT_FOR,
        ),
    )
    pieces = exported(service.read, order)
    # The first piece is made before anything is answered, so that a refusal can still be told.
    response = Response(chain([next(pieces)], pieces), content_type=order.format.media_type)
    name = f"customers-{service.today()}.{order.format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _filters(query: dict[str, Any]) -> RosterFilters:
    given = {name: value for name, value in query.items() if name in _FILTERS}
    return RosterFilters(grades=query.get("grade", ()), **given)

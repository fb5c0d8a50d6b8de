"""The public pool (公海): whom anybody may claim, what one may claim today, and claiming."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from api.as_of import as_they_stood, asked_moment, may_take_time
from api.blueprints import Blueprint
from api.service import the_principal, the_service
from api.v1.customers import customer_shown
from api.v1.lists import listed
from api.v1.schemas import customers as customer_schemas
from api.v1.schemas import pool as schemas
from api.v1.schemas.rows import page_of
from api.v1.writes import written
from domain import commands, pool_commands
from domain.access import Grant
from domain.errors import NotFoundError
from domain.pool import Caps, caps
from domain.representative import Representative
from projections.pool.projection import PoolProjection
from projections.pool.queries import SORT_KEYS, PoolFilters, PoolRow

blueprint = Blueprint("pool", "pool", url_prefix="/pool", description="公海 Public pool")

Answer = tuple[Any, dict[str, str]]

_FILTERS = frozenset(PoolFilters.__dataclass_fields__)


@blueprint.get("", needs=Grant.READ)
@may_take_time(blueprint)
@blueprint.shows(200, page_of(schemas.PoolCustomer))
@blueprint.arguments(schemas.PoolQuery, location="query")
def list_pool(query: dict[str, Any]) -> Answer:
    """List who may be claimed, masked: since when and why he is here, and whose he was.

    Everybody sees the same, former owners too.
    """
    body, headers = pool_page(query)
    names: dict[UUID | None, str] = {None: ""}
    return {**body, "items": [_shown(row, names) for row in body["items"]]}, headers


def pool_page(query: dict[str, Any]) -> Answer:
    """Return the page of the pool that `query` asks for, in rows."""
    sort = query["sort"]
    (pool,) = as_they_stood(asked_moment(query), (PoolProjection, the_service().read.pool))
    given = {name: value for name, value in query.items() if name in _FILTERS}
    filters = PoolFilters(grades=query.get("grade", ()), **given)
    return listed(
        query,
        SORT_KEYS[sort.removeprefix("-")],
        lambda after, limit: pool.page(filters, sort, after, limit),
        lambda row: row.sort_key(sort),
    )


@blueprint.get("/caps", needs=Grant.READ)
@blueprint.shows(200, schemas.PoolCaps)
def get_own_caps() -> Caps:
    """Return what the asking representative may still claim today."""
    own = caps_of(the_principal().id)
    if own is None:
        raise NotFoundError(of="caps")
    return own


def caps_of(rep_id: UUID | None) -> Caps | None:
    """Return what a representative may still claim today, None for whoever is none."""
    service = the_service()
    claimant = service.read.log.get(rep_id) if rep_id is not None else None
    if not isinstance(claimant, Representative):
        return None
    held = service.read.pool.held(claimant.id)
    return caps(claimant, service.read.care.book().pool, service.today(), held)


@blueprint.post("/<uuid:customer_id>/claim", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, customer_schemas.Customer)
def claim_customer(customer_id: UUID, idempotency_key: str) -> Answer:
    """Take a customer from the pool for oneself (领取).

    409 when somebody else was quicker, while one cools down after losing him, and when one has
    claimed or owns enough.
    """
    rep_id = the_principal().id
    held = the_service().read.pool.held(rep_id) if rep_id is not None else 0
    command = pool_commands.ClaimCustomer(customer_id=customer_id, held=held)
    return _taken(command, idempotency_key)


@blueprint.post("/<uuid:customer_id>/assignment", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, customer_schemas.Customer)
@blueprint.arguments(customer_schemas.NewOwner)
def assign_from_pool(body: dict[str, Any], customer_id: UUID, idempotency_key: str) -> Answer:
    """Give a customer of the pool to somebody in scope, whatever his caps; a manager does that."""
    command = pool_commands.AssignFromPool(customer_id=customer_id, owner_id=body["owner_id"])
    return _taken(command, idempotency_key, body.get("reason", ""))


def _taken(command: commands.Command, idempotency_key: str, why: str = "") -> Answer:
    return written(command, customer_shown, idempotency_key, why=why)


def _shown(row: PoolRow, names: dict[UUID | None, str]) -> dict[str, Any]:
    if row.former_owner_id not in names and row.former_owner_id is not None:
        person = the_service().read.people.get(row.former_owner_id)
        names[row.former_owner_id] = person.name if person is not None else ""
    return {**asdict(row), "former_owner_name": names[row.former_owner_id]}

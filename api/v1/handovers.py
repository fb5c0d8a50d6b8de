"""Handing over (替换跟单人, R58): check it, do it, see what was done, give it back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import g

from api.blueprints import Blueprint
from api.service import signature, the_service
from api.v1.lists import listed
from api.v1.schemas import handovers as schemas
from api.v1.schemas.rows import page_of
from domain.access import Grant
from domain.errors import NotFoundError
from workers.handovers import Done, hand_over, undo

blueprint = Blueprint("handovers", "handovers", description="交接 Handovers")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("/representatives/<uuid:rep_id>/handovers/check", needs=Grant.ADMINISTER)
@blueprint.shows(200, schemas.HandoverCheck)
@blueprint.arguments(schemas.HandoverTarget)
def check_handover(body: dict[str, Any], rep_id: UUID) -> Answer:
    """Decide a handover without storing anything (试运行)."""
    done = _hand_over(rep_id, body, dry_run=True)
    return asdict(done.counts), {}


@blueprint.post("/representatives/<uuid:rep_id>/handovers", needs=Grant.ADMINISTER)
@blueprint.shows(201, schemas.HandoverDone)
@blueprint.arguments(schemas.NewHandover)
def hand_over_customers(body: dict[str, Any], rep_id: UUID) -> Answer:
    """Give all customers, open complaints and contracts to another (替换跟单人).

    Each gets its own event. Asked again, it hands over what is left, which may be nothing.
    """
    return _done(_hand_over(rep_id, body))


@blueprint.get("/handovers", needs=Grant.ADMINISTER)
@blueprint.shows(200, page_of(schemas.Handover))
@blueprint.arguments(schemas.HandoverQuery, location="query")
def list_handovers(query: dict[str, Any]) -> Answer:
    """List handovers, the newest first, and what of each could still be given back."""
    handovers = the_service().read.handovers
    return listed(
        query,
        tuple[int],
        lambda after, limit: handovers.page(
            rep_id=query.get("rep_id"), after=after[0] if after else None, limit=limit
        ),
        lambda row: (row.position,),
    )


@blueprint.get("/handovers/<uuid:handover_id>", needs=Grant.ADMINISTER)
@blueprint.shows(200, schemas.Handover)
def get_handover(handover_id: UUID) -> Answer:
    """Show what a handover came to, and what of it could still be given back."""
    row = the_service().read.handovers.get(handover_id)
    if row is None:
        raise NotFoundError(of="handover", id=str(handover_id))
    return asdict(row), {}


@blueprint.post("/handovers/<uuid:handover_id>/undoing/check", needs=Grant.ADMINISTER)
@blueprint.shows(200, schemas.HandoverCheck)
def check_undoing(handover_id: UUID) -> Answer:
    """Decide what would be given back, without storing anything (试运行)."""
    done = undo(the_service().read, signature, handover_id=handover_id, dry_run=True)
    return asdict(done.counts), {}


@blueprint.post("/handovers/<uuid:handover_id>/undoing", needs=Grant.ADMINISTER)
@blueprint.shows(201, schemas.HandoverDone)
@blueprint.arguments(schemas.HandoverUndoing)
def undo_handover(body: dict[str, Any], handover_id: UUID) -> Answer:
    """Give back what a handover gave away (撤销交接), except what somebody has moved since.

    That is a handover of its own, the other way. 409 when who gave it away has left.
    """
    read = the_service().read
    return _done(undo(read, lambda: signature(body.get("reason", "")), handover_id=handover_id))


def _hand_over(rep_id: UUID, body: dict[str, Any], *, dry_run: bool = False) -> Done:
    return hand_over(
        the_service().read,
        lambda: signature(body.get("reason", "")),
        from_id=rep_id,
        to_id=body["to_id"],
        dry_run=dry_run,
    )


def _done(done: Done) -> Answer:
    g.position = done.position
    body = {"handover_id": done.handover_id, **asdict(done.counts), "position": done.position}
    return body, {}

"""The backlog (待办): what is planned, late, failed, unknown or set aside, for operators (D7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.service import the_service
from api.v1.lists import listed
from api.v1.schemas import backlog as schemas
from api.v1.schemas.rows import page_of
from api.v1.writes import written
from domain import commands
from domain.access import Grant
from domain.delivery import Delivery, End
from workers.backlog import MessageState, ObligationState

blueprint = Blueprint("backlog", "backlog", url_prefix="/backlog", description="待办 Backlog")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("/obligations", needs=Grant.ADMINISTER)
@blueprint.shows(200, page_of(schemas.Owed))
@blueprint.arguments(schemas.ObligationsQuery, location="query")
def list_obligations(query: dict[str, Any]) -> Answer:
    """List what is still to be decided: planned, late, or set aside for a person.

    Imports and trials are listed once they were set aside.
    """
    service, state = the_service(), ObligationState(query["state"])
    now = service.now()
    return listed(
        query,
        tuple[datetime, UUID],
        lambda after, limit: service.backlog.obligations(state, now, after=after, limit=limit),
        lambda row: (row.due_at, row.key),
    )


@blueprint.get("/messages", needs=Grant.ADMINISTER)
@blueprint.shows(200, page_of(schemas.Message))
@blueprint.arguments(schemas.MessagesQuery, location="query")
def list_messages(query: dict[str, Any]) -> Answer:
    """List the messages of the last 30 days that stand so."""
    return backlog_page(query)


def backlog_page(query: dict[str, Any]) -> Answer:
    """Return the page of messages that `query` asks for, in rows."""
    service, state = the_service(), MessageState(query["state"])
    now = service.now()
    return listed(
        query,
        tuple[datetime, UUID],
        lambda after, limit: service.backlog.messages(state, now, after=after, limit=limit),
        lambda row: (row.due_at, row.key),
    )


@blueprint.post("/<uuid:key>/release", needs=Grant.ADMINISTER)
@blueprint.shows(200, schemas.Released)
def release(key: UUID) -> Answer:
    """Have what was set aside tried again, after the mend, be it due, a message or an import."""
    service = the_service()
    return {"is_released": bool(service.backlog.release([key], service.now()))}, {}


@blueprint.post("/<uuid:key>/drop", needs=Grant.ADMINISTER)
@blueprint.shows(200, schemas.Dropped)
def drop(key: UUID) -> Answer:
    """Give up an import or a trial that was set aside; what an import has stored stays.

    Nothing else is dropped: decisions and messages are owed.
    """
    service = the_service()
    return {"is_dropped": bool(service.backlog.drop([key], service.now()))}, {}


@blueprint.post("/messages/<uuid:key>/resending", needs=Grant.ADMINISTER)
@blueprint.idempotent
@blueprint.shows(201, schemas.Delivery)
@blueprint.arguments(schemas.Resending)
def resend_message(body: dict[str, Any], key: UUID, idempotency_key: str) -> Answer:
    """Send a message again that failed, was skipped, or may not have arrived."""
    return _decided(commands.ResendDelivery(delivery_id=key), body["reason"], idempotency_key)


@blueprint.post("/messages/<uuid:key>/settlement", needs=Grant.ADMINISTER)
@blueprint.idempotent
@blueprint.shows(201, schemas.Delivery)
@blueprint.arguments(schemas.Settlement)
def settle_message(body: dict[str, Any], key: UUID, idempotency_key: str) -> Answer:
    """Say how a message ended of which nobody could tell."""
    command = commands.SettleDelivery(delivery_id=key, end=End(body["end"]))
    return _decided(command, body["reason"], idempotency_key)


def _decided(command: commands.Command, why: str, idempotency_key: str) -> Answer:
    return written(command, _message, idempotency_key, why=why)


def _message(delivery: Delivery) -> dict[str, Any]:
    return {
        "key": delivery.id,
        "version": delivery.version,
        "end": delivery.end,
        "again_as": delivery.again_as,
    }

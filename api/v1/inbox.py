"""The inbox: what Kezhi has told a representative; everybody sees his own only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.service import carry_out, the_principal, the_service
from api.v1.lists import listed
from api.v1.schemas import inbox as schemas
from api.v1.schemas.rows import page_of
from domain import commands
from domain.access import Grant
from domain.errors import NotFoundError
from projections.inbox.queries import InboxItem

blueprint = Blueprint("inbox", "inbox", url_prefix="/inbox", description="消息 Inbox")

Answer = tuple[Any, dict[str, str]]


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.InboxItem))
@blueprint.arguments(schemas.InboxQuery, location="query")
def list_inbox(query: dict[str, Any]) -> Answer:
    """List what the asking representative was told, the newest first."""
    return inbox_page(query)


def inbox_page(query: dict[str, Any]) -> Answer:
    """Return a page of the asking representative's inbox."""
    inbox, rep_id = the_service().read.inbox, _own_id()
    return listed(
        query,
        tuple[datetime, UUID],
        lambda after, limit: inbox.page(rep_id, unread=query["unread"], after=after, limit=limit),
        lambda item: (item.at, item.item_id),
    )


@blueprint.get("/unread", needs=Grant.READ)
@blueprint.shows(200, schemas.Unread)
def count_unread() -> Answer:
    """Return how many items the asking representative has not seen."""
    return {"unread": the_service().read.inbox.unread_count(_own_id())}, {}


@blueprint.post("/<uuid:item_id>/reading", needs=Grant.READ)
@blueprint.idempotent
@blueprint.shows(201, schemas.InboxItem)
def read_inbox_item(item_id: UUID, idempotency_key: str) -> Answer:
    """Record that an item was seen; seeing it again changes nothing."""
    item = _item(item_id)
    if item.read_at is None:
        command = commands.ReadInboxItems(rep_id=_own_id(), item_ids=(item_id,))
        carry_out(command, idempotency_key=idempotency_key)
        item = replace(item, read_at=the_service().now())
    return item, {}


@blueprint.post("/reading", needs=Grant.READ)
@blueprint.arguments(schemas.Seen)
@blueprint.idempotent
@blueprint.shows(201, schemas.Unread)
def read_inbox_items(body: dict[str, Any], idempotency_key: str) -> Answer:
    """Record that items were seen, and return how many still wait; others' items are passed over.

    Seeing them again changes nothing.
    """
    inbox, rep_id = the_service().read.inbox, _own_id()
    waiting, seen = inbox.unread_count(rep_id), inbox.unread_among(rep_id, body["item_ids"])
    if seen:
        command = commands.ReadInboxItems(rep_id=rep_id, item_ids=seen)
        carry_out(command, idempotency_key=idempotency_key)
    return {"unread": waiting - len(seen)}, {}


def _item(item_id: UUID) -> InboxItem:
    item = the_service().read.inbox.get(_own_id(), item_id)
    if item is None:
        raise NotFoundError(of="inbox item", id=str(item_id))
    return item


def _own_id() -> UUID:
    rep_id = the_principal().id
    if rep_id is None:
        raise NotFoundError(of="inbox")
    return rep_id

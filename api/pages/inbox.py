"""The inbox (消息): what Kezhi has told whoever looks, and what each of it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Response, url_for

from api.pages.frame import (
    names_of_customers,
    page_blueprint,
    read_query,
    show,
    the_people,
    the_wording,
)
from api.v1.inbox import inbox_page
from api.v1.schemas.inbox import InboxQuery
from projections.inbox.queries import InboxItem

blueprint = page_blueprint("inbox")

NAMED = 5
"""How many customers of a list are named."""

PLACES = {"digest": "today_page.list_due", "intake": "complaints_page.list_complaints"}
"""Where the work is done that something of a kind is about, if it is no single one's."""


@dataclass(frozen=True, slots=True)
class Told:
    """An item in words: `address` is where to see to it, `customer_ids` whom it is about."""

    item: InboxItem
    text: str
    address: str | None
    customer_ids: Sequence[UUID]
    count: int


@blueprint.get("/inbox")
def list_inbox() -> Response:
    """Show what whoever looks was told, the newest first, or what he has not seen of it."""
    query = read_query(InboxQuery)
    body, _ = inbox_page(query)
    rows = [_told(item) for item in body["items"]]
    return show(
        "inbox.html",
        rows=rows,
        names=names_of_customers(each for row in rows for each in row.customer_ids),
        only_unread=query["unread"],
        next_cursor=body.get("next_cursor"),
    )


def _told(item: InboxItem) -> Told:
    whom = _customers(item)
    # A list names some of those that it counts.
    count = item.facts.get("count", 0) if "customer_ids" in item.facts else len(whom)
    return Told(item, _text(item), _address(item, whom), whom[:NAMED], count)


def _customers(item: InboxItem) -> list[UUID]:
    facts = item.facts
    listed = facts.get("customer_ids") or [
        each["customer_id"] for each in facts.get("receivables", ())
    ]
    if item.kind == "digest":
        return []  # a link leads to the list
    found = [item.customer_id] if item.customer_id else [UUID(each) for each in listed]
    return list(dict.fromkeys(found))


def _address(item: InboxItem, whom: Sequence[UUID]) -> str | None:
    if item.complaint_id is not None:
        return url_for("complaints_page.show_complaint", complaint_id=item.complaint_id)
    if item.kind in PLACES:
        return url_for(PLACES[item.kind])
    if len(whom) == 1:
        return url_for("customer_page.show_customer", customer_id=whom[0])
    return None


def _text(item: InboxItem) -> str:
    wording = the_wording()
    values = _values(item.facts)
    code = f"told-{item.kind}"
    if item.kind == "escalation" and not item.facts["level"]:
        code = "told-warning"
    elif item.kind == "intake" and item.facts["is_complaint"]:
        code = "told-intake-complaint"
    elif item.kind == "receivables":
        return wording.count(code, item.facts["count"], **values)
    return wording.text(code, **values)


def _values(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts as a sentence says them."""
    wording = the_wording()
    said: dict[str, Any] = {**facts}
    for name in facts.keys() & {"day", "due_on"}:
        said[name] = wording.day(date.fromisoformat(facts[name]))
    if "due_at" in facts:
        said["due_at"] = wording.moment(datetime.fromisoformat(facts["due_at"]))
    if "clock" in facts:
        said["clock"] = wording.text(f"clock-in-told-{facts['clock']}")
    for name in facts.keys() & {"kind", "channel"}:
        said[name] = wording.word(name, facts[name])
    if "by" in facts:
        said["by"] = the_people().named(facts["by"])
    return said

"""Keeps the inboxes: one row per intent and recipient, or per recipient and list of a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection
from domain.ids import named_id
from domain.representative import Representative
from projections.intents import INTENTS, Intent, joined
from projections.read_model import ReadModel, Recorded
from projections.table import Table

_ITEM = {
    "item_id": "uuid",
    "rep_id": "uuid",
    "at": "timestamptz",
    "kind": "text",
    "facts": "jsonb",
    "customer_id": "uuid",
    "complaint_id": "uuid",
    "read_at": "timestamptz",
}


class InboxProjection(ReadModel):
    """One row for everybody who was to be told something; holds ids and numbers only.

    A list that grows is unread again.
    """

    name = "inbox"
    version = 4
    events = (*INTENTS, Representative.InboxRead)
    tables = """
        CREATE TABLE {schema}.item (
            item_id uuid PRIMARY KEY,
            rep_id uuid NOT NULL,
            at timestamptz NOT NULL,
            kind text NOT NULL,
            facts jsonb NOT NULL,
            customer_id uuid,
            complaint_id uuid,
            read_at timestamptz
        )
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS item_rep ON {schema}.item (rep_id, at, item_id);
        CREATE INDEX IF NOT EXISTS item_unread ON {schema}.item (rep_id, at, item_id)
            WHERE read_at IS NULL;
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._items = Table(self.schema, "item", key=("item_id",), columns=_ITEM)
        # Everybody reads his own items only, whatever ids his events may name.
        self._read = SQL(
            "UPDATE {}.item AS t SET read_at = u.at"
            " FROM unnest(%b::uuid[], %b::uuid[], %b::timestamptz[]) AS u (item_id, rep_id, at)"
            " WHERE t.item_id = u.item_id AND t.rep_id = u.rep_id AND t.read_at IS NULL"
        ).format(Identifier(self.schema))
        self._lists = SQL("SELECT item_id, facts FROM {}.item WHERE item_id = ANY(%b)").format(
            Identifier(self.schema)
        )

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Add what is to be told, let lists grow, then note what was seen."""
        items: dict[UUID, dict[str, Any]] = {}
        lists: dict[UUID, dict[str, Any]] = {}
        read: dict[UUID, Any] = {}
        for _, event in batch:
            if type(event) in INTENTS:
                intent = INTENTS[type(event)](event)
                for item in _told(event, intent):
                    if intent.list_of is None:
                        items[item["item_id"]] = item
                    else:
                        _grow(lists, item)
                        read.pop(item["item_id"], None)
            elif isinstance(event, Representative.InboxRead):
                read.setdefault(event.item_id, event)
        changes = {}
        if lists:
            known = connection.execute(self._lists, (list(lists),), prepare=True).fetchall()
            for item_id, facts in known:
                item = lists.pop(item_id)
                changes[item_id] = {
                    "facts": joined(facts, item["facts"]), "at": item["at"], "read_at": None
                }  # fmt: skip
        self._items.insert(connection, [*items.values(), *lists.values()])
        self._items.update(connection, changes)
        if read:
            seen = read.values()
            columns = [
                list(read),
                [event.originator_id for event in seen],
                [event.timestamp for event in seen],
            ]
            connection.execute(self._read, columns, prepare=True)


def _told(event: Any, intent: Intent) -> Iterator[dict[str, Any]]:
    for rep_id in dict.fromkeys(intent.to_ids):
        if intent.list_of is None:
            key = item_id(event.originator_id, event.originator_version, rep_id)
        else:
            key = named_id("inbox", intent.kind, intent.list_of.isoformat(), rep_id)
        yield {
            "item_id": key,
            "rep_id": rep_id,
            "at": event.timestamp,
            "kind": intent.kind,
            "facts": intent.facts,
            "customer_id": intent.customer_id,
            "complaint_id": intent.subject_id,
        }


def _grow(lists: dict[UUID, dict[str, Any]], item: dict[str, Any]) -> None:
    known = lists.get(item["item_id"])
    if known is not None:
        item = {**item, "facts": joined(known["facts"], item["facts"])}
    lists[item["item_id"]] = item


def item_id(intent_id: UUID, intent_version: int, rep_id: UUID) -> UUID:
    """Return the id of what a representative was told by one event."""
    return named_id("inbox", intent_id, intent_version, rep_id)

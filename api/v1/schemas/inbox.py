"""What representatives were told, and what happened to customers, as it goes out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.v1.schemas.base import LocalDate, OneOf
from api.v1.schemas.query import PageQuery, QueryFlag, as_of
from api.v1.schemas.rows import schema_of
from projections.inbox import queries as inbox
from projections.journal import history

MOST_SEEN = 200
"""As many as a page shows at most."""

InboxItem = schema_of(inbox.InboxItem)
HistoryEntry = schema_of(history.HistoryEntry)


class InboxQuery(PageQuery):
    """Which items of the inbox to list, the newest first."""

    unread = QueryFlag(load_default=False)


class Unread(Schema):
    """How many items wait to be seen, 1,000 at most."""

    unread = fields.Integer(required=True)


class Seen(Schema):
    """Items of one's own inbox that one has seen."""

    item_ids = fields.List(
        fields.UUID(), required=True, validate=validate.Length(min=1, max=MOST_SEEN)
    )


class PageOfHistory(PageQuery):
    """A page of a history, by position in the log."""

    sort = OneOf(("-position", "position"), load_default="-position")
    as_of = as_of()
    happened_by = LocalDate(
        metadata={
            "description": "Only what had happened by the end of this day, whenever we learned it;"
            " with as_of, of what we knew then."
        }
    )


class HistoryQuery(PageOfHistory):
    """What of a customer's history to list."""

    kind = OneOf(
        (
            "customer", "complaint", "task", "contract", "reminder", "greeting",
            "campaign_message", "activity", "delivery", "identity", "access",
        )
    )  # fmt: skip

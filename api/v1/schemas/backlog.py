"""What is to be decided and to be sent, as an operator sees it."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import Id, LocalDate, OneOf, StrictSchema, Text
from api.v1.schemas.customers import REASON
from api.v1.schemas.query import CommaList, PageQuery, QueryNumber
from api.v1.schemas.rows import schema_of
from domain.delivery import End
from projections import contacts_ahead
from workers import backlog, forecast

Owed = schema_of(backlog.OwedRow)
Message = schema_of(backlog.SentRow)
Foreseen = schema_of(forecast.Foreseen)
WeekAhead = schema_of(contacts_ahead.WeekAhead)


class ObligationsQuery(PageQuery):
    """Which obligations to list, the earliest due first."""

    state = OneOf(tuple(backlog.ObligationState), load_default=backlog.ObligationState.LATE)


class MessagesQuery(PageQuery):
    """Which messages of the last 30 days to list, the newest first."""

    state = OneOf(tuple(backlog.MessageState), load_default=backlog.MessageState.FAILED)


class ForecastQuery(PageQuery):
    """The coming day to look at, a date of the company's zone."""

    on = LocalDate(required=True)
    kind = CommaList(OneOf(tuple(forecast.FORESEEN)), len(forecast.FORESEEN))


class ContactsAheadQuery(StrictSchema):
    """How far to look ahead, whose contacts, and how many anybody can make on a workday.

    Without `per_day` it is what each made in the last 60 days, on a day on which he did something.
    """

    days = QueryNumber(1, contacts_ahead.LONGEST_AHEAD, load_default=contacts_ahead.DAYS_AHEAD)
    per_day = QueryNumber(1, 1_000)
    rep_id = Id()


class Released(Schema):
    """Whether it was set aside, and is tried again now."""

    is_released = fields.Boolean(required=True)


class Dropped(Schema):
    """Whether it was an import or a trial that was set aside, and is given up now."""

    is_dropped = fields.Boolean(required=True)


class Resending(StrictSchema):
    """Why a message is sent again."""

    reason = Text(500, required=True, metadata=REASON)


class Settlement(StrictSchema):
    """How a message of unknown end has ended, and how one knows."""

    end = OneOf((End.SENT, End.FAILED), required=True)
    reason = Text(500, required=True, metadata=REASON)


class Delivery(Schema):
    """The end of a message; `again_as` is the key under which it is sent again."""

    key = fields.UUID(required=True)
    version = fields.Integer(required=True)
    end = fields.String(required=True)
    again_as = fields.UUID(required=True, allow_none=True)

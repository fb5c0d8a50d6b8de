"""Greetings, and what customers chose about them, as they come in and go out (R73)."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import EnumText, Flag, LocalDate, OneOf, StrictSchema, Text
from api.v1.schemas.customers import REASON
from api.v1.schemas.query import PageQuery
from api.v1.schemas.rows import schema_of
from domain.care_choices import TextLanguage
from projections.greetings.queries import DecidedRow as GreetingDecided
from projections.greetings.queries import GreetingState
from projections.occasions import queries as occasions

OccasionRow = schema_of(occasions.OccasionRow)
DecidedRow = schema_of(GreetingDecided)


class Consents(StrictSchema):
    """By which ways messages may go to the customer himself; one that is not named stays."""

    email = Flag()
    sms = Flag()


class CareChoices(StrictSchema):
    """What the customer chose about being cared for (关怀偏好); what is not named stays.

    `reason` says how he told us: that is the proof of his consent.
    """

    zone = Text(64, metadata={"example": "Asia/Urumqi"})
    language = EnumText(TextLanguage)
    consents = fields.Nested(Consents)
    wants_greetings = Flag(allow_none=True)
    wants_offers = Flag(allow_none=True)
    reason = Text(500, required=True, metadata=REASON)


class Care(Schema):
    """What the customer has chosen."""

    customer_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    zone = fields.String(required=True)
    language = EnumText(TextLanguage, required=True)
    consents = fields.Dict(fields.String(), fields.Boolean(), required=True)
    wants_greetings = fields.Boolean(required=True, allow_none=True)
    wants_offers = fields.Boolean(required=True, allow_none=True)


class GreetingsQuery(PageQuery):
    """Which days to look at: by default today and the 30 days after it."""

    first = LocalDate()
    last = LocalDate()


class DecidedQuery(GreetingsQuery):
    """Which days to look at: by default the 30 days before today and the 30 after it."""

    state = OneOf(tuple(GreetingState))


class Reserving(StrictSchema):
    """Why, if there is anything to say."""

    reason = Text(500, metadata=REASON)


class Skipping(StrictSchema):
    """Why the customer is not greeted."""

    reason = Text(500, required=True, metadata=REASON)


class Decided(Schema):
    """A greeting that was decided on."""

    key = fields.UUID(required=True)
    customer_id = fields.UUID(required=True)
    occasion = fields.String(required=True)
    on = fields.Date(required=True)


class PreviewQuery(StrictSchema):
    """In which language to see the words; the customer's own when none is named."""

    language = OneOf(tuple(TextLanguage))


class Preview(Schema):
    """The words as the customer would read them."""

    subject = fields.String(required=True)
    body = fields.String(required=True)
    language = EnumText(TextLanguage, required=True)

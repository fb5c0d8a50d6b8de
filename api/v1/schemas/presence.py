"""Who is at which customer, as it comes in and goes out."""

from __future__ import annotations

from marshmallow import fields

from api.v1.schemas.base import Id, StrictSchema


class NewPresence(StrictSchema):
    """The customer one is at."""

    customer_id = Id(required=True)


class AtWork(StrictSchema):
    """A colleague who is at a customer."""

    customer_id = fields.UUID(required=True)
    rep_id = fields.UUID(required=True)
    name = fields.String(required=True)
    since = fields.DateTime(required=True)


class Presence(StrictSchema):
    """Which colleagues are at which customers, by whoever came first."""

    items = fields.List(fields.Nested(AtWork), required=True)

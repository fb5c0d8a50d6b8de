"""Legal holds and erasures as they go in and out."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import EnumText, StrictSchema, Text
from api.v1.schemas.rows import schema_of
from domain.erasure_events import ErasureGround
from projections.erasures import queries as erasures
from workers.erasing.onlookers import Onlooker

MAX_REASON = 500

ErasedPerson = schema_of(erasures.ErasureRow)
HeldCustomer = schema_of(erasures.HoldRow)


class HoldRequest(StrictSchema):
    """Why a customer may not be erased, or may again."""

    reason = Text(MAX_REASON, required=True)


class ErasureRequest(StrictSchema):
    """On what ground a person is forgotten, and a reason that does not name him: it is kept."""

    ground = EnumText(ErasureGround, load_default=ErasureGround.REQUESTED)
    reason = Text(MAX_REASON, required=True)


class SubjectRequest(StrictSchema):
    """Why a person gets a copy of what is held about him, such as the number of his request."""

    reason = Text(MAX_REASON, required=True)


class SubjectLink(Schema):
    """Where the person fetches it: below this server's own address, once, until `expires_at`."""

    address = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class Hold(Schema):
    """Whether a customer is under a legal hold."""

    customer_id = fields.UUID(required=True)
    is_on_hold = fields.Boolean(required=True)


class Erasure(Schema):
    """How far an erasure is; `is_completed` once everything was purged and searched.

    `waits_for` names who still sees what was there before the key was destroyed: sessions by their
    process id, prepared transactions, replication slots. It goes on when they have ended.
    """

    customer_id = fields.UUID(required=True)
    erased_on = fields.Date(required=True)
    is_completed = fields.Boolean(required=True)
    waits_for = fields.List(fields.Nested(schema_of(Onlooker)), required=True)

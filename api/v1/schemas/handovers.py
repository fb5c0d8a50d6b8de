"""Handovers as they come in and go out."""

from __future__ import annotations

from marshmallow import fields

from api.v1.schemas.base import Id, StrictSchema, Text
from api.v1.schemas.customers import REASON
from api.v1.schemas.query import PageQuery


class HandoverTarget(StrictSchema):
    """To whom everything would go."""

    to_id = Id(required=True)


class NewHandover(HandoverTarget):
    """To whom everything goes that somebody looks after."""

    reason = Text(500, metadata=REASON)


class HandoverUndoing(StrictSchema):
    """Why everything is given back."""

    reason = Text(500, metadata=REASON)


class HandoverCheck(StrictSchema):
    """What changes hands; `refused` are things that somebody else was given meanwhile."""

    customers = fields.Integer(required=True)
    complaints = fields.Integer(required=True)
    contracts = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class HandoverDone(HandoverCheck):
    """What changed hands."""

    handover_id = fields.UUID(required=True)
    position = fields.Integer(required=True)


class HandoverQuery(PageQuery):
    """Which handovers to list: those from or to somebody."""

    rep_id = Id(metadata={"description": "Only those from or to this representative."})


class Handover(HandoverCheck):
    """A handover, or the undoing of the one that `undoes` names.

    `completed_at` is null while it is under way, and stays so when it was interrupted. What nobody
    has moved since is `left`; undoing gives that back.
    """

    handover_id = fields.UUID(required=True)
    position = fields.Integer(required=True)
    from_id = fields.UUID(required=True)
    to_id = fields.UUID(required=True)
    undoes = fields.UUID(required=True, allow_none=True)
    begun_at = fields.DateTime(required=True)
    begun_by = fields.String(required=True)
    completed_at = fields.DateTime(required=True, allow_none=True)
    customers_left = fields.Integer(required=True)
    complaints_left = fields.Integer(required=True)
    contracts_left = fields.Integer(required=True)

"""Policies (制度) as they come in and go out: every version of what the company decided."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import EnumText, Flag, StrictSchema, Text
from api.v1.schemas.customers import REASON
from api.v1.schemas.rows import schema_of
from domain.policies import quick_notes
from domain.policies.book import PolicyKind
from projections.policies.queries import PolicyVersion as VersionRow
from projections.what_if import Comparison

QuickNote = schema_of(quick_notes.QuickNote)
PolicyVersion = schema_of(VersionRow)


class Policy(Schema):
    """A policy in force; `version` is the ETag of the next amendment."""

    kind = EnumText(PolicyKind, required=True)
    version = fields.Integer(required=True)
    content = fields.Dict(required=True)


WhatIf = schema_of(Comparison)


class Trial(StrictSchema):
    """What would be different in the policy; what `content` does not name stays as it is."""

    content = fields.Dict(
        fields.String(),
        required=True,
        metadata={"example": {"interval_days": {"A": 1, "B": 3, "C": 15, "D": 30, "E": 365}}},
    )


class Amendment(StrictSchema):
    """What is to be different from now on; what `content` does not name stays as it is."""

    content = fields.Dict(
        fields.String(), required=True, metadata={"example": {"workday_methods": ["phone"]}}
    )
    recompute = Flag(
        metadata={
            "description": "Whether open deadlines and due dates follow; by default when the"
            " calendar's working time changes, and not for SLA and cadence."
        }
    )
    reason = Text(500, metadata=REASON)

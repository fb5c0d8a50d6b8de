"""What differs between two moments, as it is asked for and as it goes out."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import StrictSchema
from api.v1.schemas.query import MomentText, PageQuery
from api.v1.schemas.rows import schema_of
from projections import difference

Change = schema_of(difference.Change)
DifferentRow = schema_of(difference.DifferentRow)


class Differences(Schema):
    """Which fields differ, each with its value before and after."""

    changes = fields.Dict(keys=fields.String(), values=fields.Nested(Change), required=True)


class TwoMoments(StrictSchema):
    """Since when, and until when; until now without it."""

    since = MomentText("What it was at this moment before.")
    until = MomentText("What it was at this moment afterwards; by default what it is.")


class DifferencesQuery(PageQuery, TwoMoments):
    """A page of what differs between two moments of a list."""

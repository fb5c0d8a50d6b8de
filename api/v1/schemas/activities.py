"""Activities as they come in and go out (客户活动, R74)."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import EnumText, Flag, Id, Instant, ListOf, StrictSchema, Text, WholeNumber
from api.v1.schemas.campaigns import Segment
from api.v1.schemas.rows import schema_of
from domain.activity import (
    LONGEST_DETAILS,
    LONGEST_PLACE,
    LONGEST_TITLE,
    MOST_GUESTS,
    ActivityKind,
    GuestState,
)
from projections.campaigns import queries as campaigns

ActivityRow = schema_of(campaigns.ActivityRow)
GuestRow = schema_of(campaigns.GuestRow)
ActivityResults = schema_of(campaigns.ActivityResults)


class NewActivity(StrictSchema):
    """What takes place, when and where; `capacity` is how many guests it has a place for."""

    title = Text(LONGEST_TITLE, required=True, metadata={"example": "年终答谢会"})
    kind = EnumText(ActivityKind, required=True)
    starts_at = Instant(required=True)
    place = Text(LONGEST_PLACE, required=True)
    capacity = WholeNumber(1, MOST_GUESTS, required=True)
    details = Text(LONGEST_DETAILS, lines=True)


class ActivityPatch(StrictSchema):
    """What changes of an activity that is still ahead; what is not named stays.

    Null takes the details away.
    """

    title = Text(LONGEST_TITLE)
    kind = EnumText(ActivityKind)
    starts_at = Instant()
    place = Text(LONGEST_PLACE)
    capacity = WholeNumber(1, MOST_GUESTS)
    details = Text(LONGEST_DETAILS, lines=True, allow_none=True)


class Activity(Schema):
    """An activity as it stands; `version` is the ETag of the next step."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    author = fields.String(required=True)
    title = fields.String(required=True)
    kind = EnumText(ActivityKind, required=True)
    starts_at = fields.DateTime(required=True)
    place = fields.String(required=True)
    capacity = fields.Integer(required=True)
    places_left = fields.Integer(required=True)
    details = fields.String(required=True)
    is_cancelled = fields.Boolean(required=True)


class NewInvitations(StrictSchema):
    """Whom to invite: customers by id, those of a segment, or both."""

    customer_ids = ListOf(Id(), MOST_GUESTS)
    segment = fields.Nested(Segment)


class NewGuestAnswer(StrictSchema):
    """Whether a guest comes; where no place is left he waits for one if he may."""

    customer_id = Id(required=True)
    comes = Flag(required=True)
    may_wait = Flag()


class Guest(Schema):
    """How it stands with a guest."""

    activity_id = fields.UUID(required=True)
    customer_id = fields.UUID(required=True)
    state = EnumText(GuestState, required=True)


class NewAttendance(StrictSchema):
    """Who was there and who was not; with each who was, his owner follows up."""

    attended = ListOf(Id(), MOST_GUESTS)
    missed = ListOf(Id(), MOST_GUESTS)

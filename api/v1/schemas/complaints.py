"""Complaints and their steps as they come in and go out (R68-R72)."""

from __future__ import annotations

from marshmallow import Schema, fields

from api import explanations
from api.v1.schemas.base import (
    EnumText,
    Id,
    Instant,
    LocalDate,
    OneOf,
    StrictSchema,
    Text,
    WholeNumber,
)
from api.v1.schemas.customers import REASON
from api.v1.schemas.query import CommaList, PageQuery, QueryFlag, QueryNumber, as_of
from api.v1.schemas.rows import schema_of
from domain.complaint import Stage
from domain.contact import BEST_SATISFACTION
from domain.priority import Clock, ComplaintChannel, Pressure, Priority, Severity
from projections.complaints import queries as complaints

Explanation = schema_of(explanations.Explanation)


class NewComplaint(StrictSchema):
    """A complaint to take in (投诉受理); judged at once when severity or pressure is given."""

    customer_id = Id(required=True)
    channel = EnumText(ComplaintChannel, required=True)
    summary = Text(500, required=True)
    details = Text(10_000, lines=True)
    severity = EnumText(Severity)
    pressure = EnumText(Pressure)


class NewTriage(StrictSchema):
    """How grave the complaint is; the policy makes the priority of it (R69)."""

    severity = EnumText(Severity, required=True)
    pressure = EnumText(Pressure, required=True)


class NewHandler(StrictSchema):
    """Who is responsible from now on."""

    handler_id = Id(required=True)


class NewCause(StrictSchema):
    """What caused it (R70)."""

    cause = Text(4_000, lines=True, required=True)


class NewSolution(StrictSchema):
    """What solves it."""

    solution = Text(4_000, lines=True, required=True)


class NewOutcome(StrictSchema):
    """How the customer was told the outcome (反馈处理结果)."""

    channel = EnumText(ComplaintChannel, required=True)
    answer = Text(4_000, lines=True)


class NewClosing(StrictSchema):
    """The customer's satisfaction, 1 (worst) to 5; left out when he does not say."""

    satisfaction = WholeNumber(1, BEST_SATISFACTION)
    comment = Text(2_000, lines=True)


class Reason(StrictSchema):
    """Why this is done."""

    reason = Text(500, required=True, metadata=REASON)


class Nothing(StrictSchema):
    """An empty body."""


class Climb(Schema):
    """A rung of the ladder still ahead: who is told at level 0 to 3, and when."""

    clock = EnumText(Clock, required=True)
    percent = fields.Integer(required=True)
    level = fields.Integer(required=True)
    at = fields.DateTime(required=True)


class Complaint(Schema):
    """A complaint as it stands; `version` is the ETag of the next step."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    customer_id = fields.UUID(required=True)
    owner_id = fields.UUID(required=True, allow_none=True)
    handler_id = fields.UUID(required=True, allow_none=True)
    channel = EnumText(ComplaintChannel, required=True)
    summary = fields.String(required=True)
    details = fields.String(required=True)
    severity = EnumText(Severity, required=True, allow_none=True)
    pressure = EnumText(Pressure, required=True, allow_none=True)
    cause = fields.String(required=True)
    solution = fields.String(required=True)
    answer = fields.String(required=True)
    satisfaction = fields.Integer(required=True, allow_none=True)
    comment = fields.String(required=True)
    stage = EnumText(Stage, required=True)
    priority = EnumText(Priority, required=True)
    level = fields.Integer(required=True)
    round = fields.Integer(required=True)
    is_paused = fields.Boolean(required=True)
    filed_at = fields.DateTime(required=True)
    acknowledged_at = fields.DateTime(required=True, allow_none=True)
    resolved_at = fields.DateTime(required=True, allow_none=True)
    ladder = fields.List(fields.Nested(Climb), required=True)


ComplaintRow = schema_of(complaints.ComplaintRow)


class ComplaintQuery(PageQuery):
    """Which complaints to list, in which order: by next deadline, or the newest first."""

    as_of = as_of()
    stage = CommaList(EnumText(Stage), len(Stage))
    priority = CommaList(EnumText(Priority), len(Priority))
    open = QueryFlag()
    handler_id = Id()
    customer_id = Id()
    due_before = Instant()
    came_on = LocalDate(metadata={"description": "Filed or opened again on this day."})
    closed_on = LocalDate(metadata={"description": "Closed on this day, and perhaps opened since."})
    sort = OneOf(("due", "-filed"), load_default="due")


BurnDownDay = schema_of(complaints.BurnDownDay)


class BurnDownQuery(StrictSchema):
    """How far to look back."""

    days = QueryNumber(1, 366, load_default=30, metadata={"description": "Up to today."})

"""Tasks as they come in and go out (待办任务, R46, R71)."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import EnumText, Id, LocalDate, OneOf, StrictSchema, Text
from api.v1.schemas.query import CommaList, PageQuery, QueryFlag
from api.v1.schemas.rows import schema_of
from domain import task
from domain.task import LONGEST_SUMMARY, TaskKind, TaskState
from projections.tasks import queries as tasks

LISTED = (TaskState.OPEN, TaskState.DONE, TaskState.DROPPED)


class NewTask(StrictSchema):
    """Something to be done for a customer by whoever owns him."""

    summary = Text(LONGEST_SUMMARY, required=True, metadata={"example": "送样品"})
    due_on = LocalDate(required=True, metadata={"description": "Today or later."})
    details = Text(4_000, lines=True)
    kind = EnumText(TaskKind, load_default=TaskKind.TODO)


class TaskOutcome(StrictSchema):
    """What came of it."""

    outcome = Text(4_000, lines=True)


class Cause(Schema):
    """The event that a task follows from: a stream and its version then."""

    stream_id = fields.UUID(required=True)
    version = fields.Integer(required=True)


class Task(Schema):
    """A task as it stands; `version` is the ETag of the next step."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    customer_id = fields.UUID(required=True)
    kind = EnumText(TaskKind, required=True)
    state = EnumText(TaskState, required=True)
    due_on = fields.Date(required=True)
    summary = fields.String(required=True)
    details = fields.String(required=True)
    outcome = fields.String(
        required=True, metadata={"description": "What came of it, or why it was dropped."}
    )
    cause = fields.Nested(Cause, required=True, allow_none=True)
    courtesy = fields.Nested(schema_of(task.Courtesy), required=True, allow_none=True)


TaskRow = schema_of(tasks.TaskRow)


class TaskQuery(PageQuery):
    """Which tasks to list, by the day they are due."""

    on = LocalDate(metadata={"description": "Only those due on or before this day."})
    overdue = QueryFlag(
        load_default=False, metadata={"description": "Only those that were due before today."}
    )
    owner_id = Id(metadata={"description": "Only those of customers whom he owns."})
    customer_id = Id()
    kind = CommaList(EnumText(TaskKind), len(TaskKind))
    state = OneOf(LISTED, load_default=TaskState.OPEN)

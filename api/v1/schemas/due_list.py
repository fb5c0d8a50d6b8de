"""The due list (待跟进): whom to contact, in the order of the work."""

from __future__ import annotations

from marshmallow import Schema, fields

from api import day_session
from api.v1.schemas.base import EnumText, Id, LocalDate, OneOf, StrictSchema
from api.v1.schemas.query import CommaList, PageQuery, QueryFlag, QueryNumber, as_of
from api.v1.schemas.rows import schema_of
from api.v1.schemas.tasks import TaskRow
from domain.grade import Grade
from projections.due_list import queries as due_list


class DueItem(schema_of(due_list.DueItem)):  # type: ignore[misc]  # made from the row
    """A customer who is to be contacted; `due` says by when and why, `version` is his stream's.

    `tasks` are to be done for him by then.
    """

    tasks = fields.List(fields.Nested(TaskRow), required=True)


class DueListQuery(PageQuery):
    """Who is to be listed: all who are due on or before `on`, without it today."""

    as_of = as_of()
    on = LocalDate()
    since = LocalDate(metadata={"description": "Only those who are due on this day or later."})
    overdue = QueryFlag(
        load_default=False, metadata={"description": "Only those who were due before today."}
    )
    flagged = QueryFlag(
        load_default=False,
        metadata={"description": "Only those who are to be given to somebody else."},
    )
    owner_id = Id()
    grade = CommaList(EnumText(Grade), len(Grade))
    order = OneOf(due_list.ORDERS, load_default="due")


DueLoad = schema_of(due_list.DueLoad)

DaySession = schema_of(day_session.DaySession)


class DueLoadQuery(StrictSchema):
    """How far to look ahead, and whose; by default four weeks, of everybody in scope."""

    days = QueryNumber(1, 90, load_default=28, metadata={"description": "From today on."})
    rep_id = Id()


class DueCounts(Schema):
    """How many customers are due today, and how many were due before."""

    on = fields.Date(required=True)
    due = fields.Integer(required=True)
    overdue = fields.Integer(required=True)

"""Forms, links and messages that came in, as those who work here see them (来信)."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import EnumText, Flag, Id, StrictSchema, Text, WholeNumber
from api.v1.schemas.customers import REASON
from api.v1.schemas.query import PageQuery
from api.v1.schemas.rows import schema_of
from domain.intake_form import LONGEST_LABEL
from domain.intake_item import IntakeState
from projections.intake import queries as intake

LONGEST_LINK = 366


class NewIntakeForm(StrictSchema):
    """A form under whose key anybody may write; a manager is told of strangers."""

    label = Text(LONGEST_LABEL, required=True, metadata={"example": "官网留言"})
    manager_id = Id(required=True)


class IntakeForm(Schema):
    """A form key: where its page is, and where mail is posted, signed with `mail_secret`."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    manager_id = fields.UUID(required=True)
    is_open = fields.Boolean(required=True)
    page = fields.String(required=True, metadata={"description": "Below this server's address."})
    mail = fields.String(required=True)
    mail_secret = fields.String(
        required=True, metadata={"description": "For the signature of Standard Webhooks."}
    )


FormRow = schema_of(intake.FormRow)
IntakeRow = schema_of(intake.IntakeRow)


class NewIntakeLink(StrictSchema):
    """A link of the customer's own to a form, good for so many days."""

    form_id = Id(required=True)
    days = WholeNumber(1, LONGEST_LINK, load_default=30)


class IntakeLink(Schema):
    """A link that tells who writes: to be given to nobody but the customer."""

    page = fields.String(required=True, metadata={"description": "Below this server's address."})
    expires_at = fields.DateTime(required=True)


class IntakeQuery(PageQuery):
    """Which messages to list, the oldest first."""

    state = EnumText(IntakeState, load_default=IntakeState.OPEN)


class NewAssignment(StrictSchema):
    """Whose message it is; without `as_complaint` it becomes what the sender marked it as."""

    customer_id = Id(required=True)
    as_complaint = Flag()
    reason = Text(500, metadata=REASON)


class Assigned(Schema):
    """What became of a message."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    state = EnumText(IntakeState, required=True)

"""The second factor of a sign-in as it comes in and goes out."""

from __future__ import annotations

from marshmallow import fields

from api.v1.schemas.base import Id, StrictSchema, Text
from api.v1.schemas.customers import REASON

CODE = {"description": "Six digits of the app, or a recovery code; each is accepted once."}


class SecondFactor(StrictSchema):
    """Whether a sign-in asks for a code, and how many recovery codes are left."""

    is_on = fields.Boolean(required=True)
    recovery_codes_left = fields.Integer(required=True)


class Enrolment(StrictSchema):
    """A secret for an app that makes codes (RFC 6238), shown this once.

    `address` is what apps read from a QR code.
    """

    factor_id = fields.UUID(required=True)
    secret = fields.String(required=True)
    address = fields.String(required=True)


class NewConfirmation(StrictSchema):
    """The first code of the app, which puts the secret in force."""

    factor_id = Id(required=True)
    code = Text(40, required=True, metadata=CODE)


class RecoveryCodes(StrictSchema):
    """Codes that each let in once without the phone, shown this once."""

    recovery_codes = fields.List(fields.String(), required=True)


class NewRemoval(StrictSchema):
    """A code for one's own second factor, a reason for another's."""

    code = Text(40, metadata=CODE)
    reason = Text(500, metadata=REASON)

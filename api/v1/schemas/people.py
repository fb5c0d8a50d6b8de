"""Representatives, their tokens and their notifications as they come in and go out."""

from __future__ import annotations

from marshmallow import fields

from api.v1.schemas.base import EnumText, Flag, Id, Instant, ListOf, OneOf, StrictSchema, Text
from api.v1.schemas.customers import REASON
from api.v1.schemas.query import PageQuery, QueryFlag
from domain.access import Grant, Role, Scope
from domain.channel import CHOSEN


class NewRepresentative(StrictSchema):
    """Somebody to take on; `team` is a path such as `east/shanghai`."""

    login = Text(60, required=True)
    name = Text(100, required=True)
    email = Text(254)
    role = EnumText(Role, load_default=Role.REP)
    scope = EnumText(Scope, load_default=Scope.OWN)
    team = Text(200)
    manager_id = Id()
    reason = Text(500, metadata=REASON)


class NewScope(StrictSchema):
    """Role, scope, team and manager from now on (R57)."""

    role = EnumText(Role, required=True)
    scope = EnumText(Scope, required=True)
    team = Text(200, required=True, allow_none=True)
    manager_id = Id(required=True, allow_none=True)
    reason = Text(500, metadata=REASON)


class NewAddress(StrictSchema):
    """Where somebody is reached through one channel.

    A phone number for `sms`, a member's user id for `wecom`; the address of a webhook, or the one
    that WeCom, DingTalk or Feishu shows for a group's bot.
    """

    channel = OneOf([channel.value for channel in CHOSEN], required=True)
    address = Text(2_000, required=True)
    secret = Text(
        200,
        metadata={
            "description": "What messages are signed with: for a webhook `whsec_` and base64 as in "
            "Standard Webhooks, for a bot of DingTalk or Feishu the secret that it shows."
        },
    )


class NewNotifications(StrictSchema):
    """How to be reminded besides the inbox; replaces as a whole what was chosen before.

    `each_item` asks for one call of the webhook per due customer.
    """

    wants_email = Flag(required=True)
    each_item = Flag(load_default=False)
    addresses = ListOf(
        fields.Nested(NewAddress),
        len(CHOSEN),
        load_default=list,
        metadata={"example": [{"channel": "sms", "address": "13800138000"}]},
    )


class Address(StrictSchema):
    """An address that was chosen; of one that holds a key only the host and the end are shown."""

    channel = OneOf([channel.value for channel in CHOSEN], required=True)
    address = fields.String(required=True)


class Notifications(StrictSchema):
    """How somebody is reminded besides the inbox."""

    wants_email = fields.Boolean(required=True)
    each_item = fields.Boolean(required=True)
    addresses = fields.List(fields.Nested(Address), required=True)
    chosen_at = Instant(required=True)


class NewToken(StrictSchema):
    """A token to give out; at most a year, never with more than the holder's role allows."""

    label = Text(100, required=True)
    grants = ListOf(EnumText(Grant), len(Grant), minimum=1, required=True)
    expires_at = Instant(required=True)


class Representative(StrictSchema):
    """A representative as he stands."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    role = EnumText(Role, required=True)
    scope = EnumText(Scope, required=True)
    team = fields.String(required=True)
    manager_id = fields.UUID(required=True, allow_none=True)
    has_left = fields.Boolean(required=True)


class Me(Representative):
    """Whoever asks, with what the token allows."""

    grants = fields.List(EnumText(Grant), required=True)


class Representatives(StrictSchema):
    """A page of representatives, by name."""

    items = fields.List(fields.Nested(Representative), required=True)
    next_cursor = fields.String()


class RepresentativeQuery(PageQuery):
    """Which representatives to list."""

    with_left = QueryFlag(load_default=False)


class IssuedToken(StrictSchema):
    """A token, shown this once and never again."""

    token_id = fields.UUID(required=True)
    token = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


class Token(StrictSchema):
    """A token that was given out."""

    token_id = fields.UUID(required=True)
    label = fields.String(required=True)
    grants = fields.List(EnumText(Grant), required=True)
    issued_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    revoked_at = fields.DateTime(required=True, allow_none=True)


class Tokens(StrictSchema):
    """The tokens of a representative."""

    items = fields.List(fields.Nested(Token), required=True)

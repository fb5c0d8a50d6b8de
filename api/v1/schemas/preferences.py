"""How somebody likes the pages, as it comes in and goes out."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, fields

from api.messages import Language
from api.sessions import THEMES
from api.shortcuts import SHORTCUTS
from api.v1.schemas.base import Flag, OneOf, StrictSchema, Text, messages

LONGEST_KEY = 20
"""Longer than the names of all keys, so that a refusal can say what is wrong with one."""


class _Zone(fields.String):
    """The name of a time zone, or nothing."""

    default_error_messages = messages(
        invalid="field-not-text", null="field-null", zone="field-invalid"
    )

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if value and value not in available_timezones():
            raise self.make_error("zone")
        return value


def _keys(name: str, **options: Any) -> type[Schema]:
    chosen = {
        action: Text(
            LONGEST_KEY, metadata={"description": f"Usually `{each.key}`.", "example": each.key},
            **options,
        )
        for action, each in SHORTCUTS.items()
    }  # fmt: skip
    return StrictSchema.from_dict(dict(chosen), name=name)


class NewPreferences(StrictSchema):
    """What to change; `keys` are one plain key each, and no two of one page are the same."""

    language = OneOf(["", *Language], metadata={"description": "Empty for that of the browser."})
    theme = OneOf(THEMES)
    zone = _Zone(metadata={"description": "Empty for the company's.", "example": "Asia/Urumqi"})
    has_keys = Flag(metadata={"description": "Whether single keys do something."})
    keys = fields.Nested(_keys("NewKeys"), metadata={"example": {"skip": "w"}})


class Preferences(StrictSchema):
    """How somebody likes the pages, with the key of every action."""

    language = fields.String(required=True)
    theme = fields.String(required=True)
    zone = fields.String(required=True)
    has_keys = fields.Boolean(required=True)
    keys = fields.Nested(_keys("Keys", required=True), required=True)

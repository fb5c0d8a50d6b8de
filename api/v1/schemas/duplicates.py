"""Duplicate checks and searches as they come in and go out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from api.messages import Phrase
from api.v1.schemas.base import StrictSchema, Text, WholeNumber
from api.v1.schemas.rows import schema_of
from projections.duplicates import queries

MOST_HITS = 50

SearchHit = schema_of(queries.SearchHit)


class DuplicateCheck(StrictSchema):
    """What is known so far of a customer about to be entered; at least one field."""

    name = Text(200)
    company = Text(200)
    phone = Text(40)
    contact = Text(100)
    address = Text(500)
    limit = WholeNumber(1, MOST_HITS, load_default=10)

    @validates_schema
    def _require_something(self, data: dict[str, Any], **_: Any) -> None:
        if not set(data) - {"limit"}:
            raise ValidationError(Phrase("field-required"), "name")


class DuplicateHit(Schema):
    """A customer who may be the same; masked when he is somebody else's (X19)."""

    is_masked = fields.Boolean(required=True)
    is_in_pool = fields.Boolean(
        required=True, metadata={"description": "Nobody's: may be claimed by his id."}
    )
    customer_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, metadata={"example": "王**"})
    company = fields.String(required=True)
    owner_id = fields.UUID(required=True, allow_none=True)
    owner_name = fields.String(required=True)
    second_owner_id = fields.UUID(required=True, allow_none=True)
    last_contact_on = fields.Date(required=True, allow_none=True)
    matched = fields.List(
        fields.String(), required=True, metadata={"description": "What is alike, strongest first."}
    )


class Search(StrictSchema):
    """What to look for: any fragment, digits of a phone, pinyin or initials."""

    text = Text(100, required=True, metadata={"example": "wxm"})
    limit = WholeNumber(1, MOST_HITS, load_default=20)

"""Fields and schemas for query strings, where every value arrives as text."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Unpack

from marshmallow import ValidationError, fields
from marshmallow.fields import _BaseFieldKwargs as FieldOptions
from webargs.fields import DelimitedList

from api.pagination import DEFAULT_LIMIT, MAX_CURSOR_LENGTH, MAX_LIMIT
from api.v1.schemas.base import (
    MAX_INTEGER,
    Flag,
    Instant,
    LocalDate,
    StrictSchema,
    Text,
    WholeNumber,
    messages,
)

_DIGITS = re.compile(r"-?[0-9]{1,18}")


class QueryNumber(WholeNumber):
    """An integer in ASCII digits."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> int:
        if not isinstance(value, str) or not _DIGITS.fullmatch(value):
            raise self.make_error("invalid")
        return super()._deserialize(int(value), *args, **kwargs)


class QueryFlag(Flag):
    """`true` or `false`."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> bool:
        meaning = {"true": True, "false": False}.get(value) if isinstance(value, str) else None
        return super()._deserialize(meaning, *args, **kwargs)


class CommaList(DelimitedList):
    """Several values of one kind, separated by commas: any of them will do."""

    default_error_messages = messages(
        invalid="field-not-list", blank="field-blank", many="field-too-many"
    )

    def __init__(
        self, inner: fields.Field[Any], maximum: int = 50, **options: Unpack[FieldOptions]
    ) -> None:
        """Allow at most `maximum` values; `options` are those of every field."""
        super().__init__(inner, **options)
        self.maximum = maximum

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> list[Any]:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not value:
            raise self.make_error("blank")
        if value.count(",") >= self.maximum:
            raise self.make_error("many", maximum=self.maximum)
        return list(super()._deserialize(value, *args, **kwargs))  # type: ignore[no-untyped-call]


class MomentText(fields.Field["date | datetime | int"]):
    """A moment of the log: a day, meant to its end; an instant; or a position in the log."""

    default_error_messages = messages(invalid="field-not-moment")

    def __init__(self, says: str) -> None:
        """Document the parameter with what it `says`."""
        form = " 2026-03-31 means the end of that day, an instant itself, a number a log position."
        super().__init__(metadata={"type": "string", "description": says + form})

    def _deserialize(self, value: object, *_: object, **__: object) -> date | datetime | int:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if value.isascii() and value.isdigit():
            return QueryNumber(1, MAX_INTEGER).deserialize(value)
        kind = LocalDate() if len(value) == len("2026-03-31") else Instant()
        try:
            return kind.deserialize(value)
        except ValidationError as error:
            raise self.make_error("invalid") from error


def as_of() -> MomentText:
    """Return the parameter `as_of` of a read of the past."""
    return MomentText("What it was at this moment instead of what it is.")


class AsOfQuery(StrictSchema):
    """At which moment."""

    as_of = as_of()


class PageQuery(StrictSchema):
    """The paging parameters of every list (keyset, `api.pagination`)."""

    limit = QueryNumber(
        1,
        MAX_LIMIT,
        load_default=DEFAULT_LIMIT,
        metadata={"description": "How many items a page holds."},
    )
    cursor = Text(
        MAX_CURSOR_LENGTH,
        metadata={"description": "Where the page starts: next_cursor of the page before."},
    )

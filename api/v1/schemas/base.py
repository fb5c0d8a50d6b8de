"""The base of every schema, and fields that read one form of each value and refuse all others.

Their messages are `Phrase`s, so that a person reads them in Chinese or English. None of them
trims, guesses or converts: what a client sends is what is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar, Unpack
from uuid import UUID

from marshmallow import RAISE, Schema, fields
from marshmallow.fields import _BaseFieldKwargs as FieldOptions

from api.characters import composed, forbidden_in
from api.messages import Phrase

EARLIEST_DATE = date(1900, 1, 1)
LATEST_DATE = date(2200, 12, 31)
MAX_INTEGER = 10**18 - 1

Choice = TypeVar("Choice", bound=StrEnum)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,9}))?")
_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

Messages = dict[str, str | list[Any] | dict[Any, Any]]


def messages(**codes: str) -> Messages:
    """Return the phrases of `codes`, as a field's error messages."""
    return {key: Phrase(code) for key, code in codes.items()}


_SCHEMA_MESSAGES = {"unknown": Phrase("field-unknown"), "type": Phrase("field-not-object")}
_FOREIGN_MESSAGES = messages(
    required="field-required",
    null="field-null",
    type="field-invalid",
    invalid="field-invalid",
    validator_failed="field-invalid",
)


class StrictSchema(Schema):
    """A schema that refuses what it does not know and complains in two languages."""

    class Meta:
        """Options of marshmallow."""

        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        """Build the schema as marshmallow does, with our wording of its own messages."""
        super().__init__(**options)
        self.error_messages.update(_SCHEMA_MESSAGES)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give marshmallow's own fields, such as Nested, our wording of the common messages."""
        del field_name
        field_obj.error_messages = {
            key: message if isinstance(message, Phrase) else _FOREIGN_MESSAGES.get(key, message)
            for key, message in field_obj.error_messages.items()
        }


class _Worded:
    default_error_messages = messages(
        required="field-required", null="field-null", validator_failed="field-invalid"
    )


class Text(_Worded, fields.String):
    """Text of at most `maximum` characters, on one line unless `lines`; never only blanks."""

    default_error_messages = messages(
        invalid="field-not-text",
        blank="field-blank",
        long="field-too-long",
        character="field-forbidden-character",
        lines="field-several-lines",
    )

    def __init__(
        self, maximum: int, *, lines: bool = False, **options: Unpack[FieldOptions]
    ) -> None:
        """Bound the text; `options` are those of every field."""
        super().__init__(**_documented(options, minLength=1, maxLength=maximum))
        self.maximum = maximum
        self.lines = lines

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if character := forbidden_in(value):
            raise self.make_error("character", character=character)
        if not self.lines and ("\n" in value or "\t" in value):
            raise self.make_error("lines")
        if not value.strip():
            raise self.make_error("blank")
        if len(value) > self.maximum:
            raise self.make_error("long", maximum=self.maximum)
        return composed(value)


class WholeNumber(_Worded, fields.Integer):
    """A JSON integer between `minimum` and `maximum`; neither 1.0 nor "1" nor true is one."""

    default_error_messages = messages(invalid="field-not-integer", range="field-out-of-range")

    def __init__(
        self, minimum: int = 0, maximum: int = MAX_INTEGER, **options: Unpack[FieldOptions]
    ) -> None:
        """Bound the number; `options` are those of every field."""
        super().__init__(**_documented(options, minimum=minimum, maximum=maximum))
        self.minimum = minimum
        self.maximum = maximum

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        if not self.minimum <= value <= self.maximum:
            raise self.make_error("range", minimum=self.minimum, maximum=self.maximum)
        return value


class DecimalText(_Worded, fields.Field[Decimal]):
    """An exact number as text with at most `places` decimals, for example `"12.50"`."""

    default_error_messages = messages(
        invalid="field-not-decimal", range="field-out-of-range", precise="field-too-precise"
    )

    def __init__(
        self,
        minimum: int = 0,
        maximum: int = 10**12,
        *,
        places: int = 2,
        **options: Unpack[FieldOptions],
    ) -> None:
        """Bound the number; `options` are those of every field."""
        super().__init__(
            **_documented(options, type="string", format="decimal", pattern=f"^{_DECIMAL.pattern}$")
        )
        self.minimum = minimum
        self.maximum = maximum
        self.places = places

    def _deserialize(self, value: object, *_: object, **__: object) -> Decimal:
        number = _DECIMAL.fullmatch(value) if isinstance(value, str) else None
        if number is None:
            raise self.make_error("invalid")
        if len(number.group(2) or "") > self.places:
            raise self.make_error("precise", places=self.places)
        exact = Decimal(number.group())
        if not self.minimum <= exact <= self.maximum:
            raise self.make_error("range", minimum=self.minimum, maximum=self.maximum)
        return exact

    def _serialize(self, value: Decimal | None, *_: object, **__: object) -> str | None:
        return None if value is None else format(value, "f")


class LocalDate(_Worded, fields.Date):
    """A calendar date of the company's zone, written `2026-11-22`, within `earliest`..`latest`."""

    default_error_messages = messages(invalid="field-not-date", range="field-out-of-range")

    def __init__(
        self,
        earliest: date = EARLIEST_DATE,
        latest: date = LATEST_DATE,
        **options: Unpack[FieldOptions],
    ) -> None:
        """Bound the date; `options` are those of every field."""
        super().__init__(**options)
        self.earliest = earliest
        self.latest = latest

    def _deserialize(self, value: object, *_: object, **__: object) -> date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise self.make_error("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error
        if not self.earliest <= day <= self.latest:
            raise self.make_error("range", minimum=self.earliest, maximum=self.latest)
        return day


class Instant(_Worded, fields.DateTime):
    """A moment with its offset (RFC 3339), read to and shown in UTC."""

    default_error_messages = messages(invalid="field-not-instant", range="field-out-of-range")

    def _deserialize(self, value: object, *_: object, **__: object) -> datetime:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise self.make_error("invalid")
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error
        if not EARLIEST_DATE < moment.date() < LATEST_DATE:
            raise self.make_error("range", minimum=EARLIEST_DATE, maximum=LATEST_DATE)
        return moment.astimezone(UTC)

    def _serialize(self, value: datetime | None, *_: object, **__: object) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class EnumText(_Worded, fields.Field[Choice], Generic[Choice]):
    """One value of a closed set, by the text that stands for it."""

    default_error_messages = messages(invalid="field-not-choice")

    def __init__(self, choices: type[Choice], **options: Unpack[FieldOptions]) -> None:
        """Allow the members of `choices`; `options` are those of every field."""
        self.choices = choices
        self.texts = [member.value for member in choices]
        super().__init__(**_documented(options, type="string", enum=_enum(self.texts, options)))

    def _deserialize(self, value: object, *_: object, **__: object) -> Choice:
        if not isinstance(value, str) or value not in self.texts:
            raise self.make_error("invalid", choices=self.texts)
        return self.choices(value)

    def _serialize(self, value: Choice | None, *_: object, **__: object) -> str | None:
        return None if value is None else str(value.value)


class OneOf(_Worded, fields.Field[str]):
    """One of several words, such as the names of columns."""

    default_error_messages = messages(invalid="field-not-choice")

    def __init__(self, words: Iterable[str], **options: Unpack[FieldOptions]) -> None:
        """Allow the `words`; `options` are those of every field."""
        self.words = tuple(words)
        super().__init__(**_documented(options, type="string", enum=_enum(self.words, options)))

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise self.make_error("invalid", choices=self.words)
        return value


class Id(_Worded, fields.UUID):
    """The id of something, in the usual 36 characters."""

    default_error_messages = messages(invalid="field-not-id")

    def _deserialize(self, value: object, *_: object, **__: object) -> UUID:
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise self.make_error("invalid")
        return UUID(value)


class Flag(_Worded, fields.Boolean):
    """JSON true or false; no word and no number stands for either."""

    default_error_messages = messages(invalid="field-not-boolean")

    def _deserialize(self, value: object, *_: object, **__: object) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class ListOf(_Worded, fields.List[Any]):
    """A list of `minimum` to `maximum` values."""

    default_error_messages = messages(
        invalid="field-not-list", few="field-too-few", many="field-too-many"
    )

    def __init__(
        self,
        inner: fields.Field[Any],
        maximum: int,
        *,
        minimum: int = 0,
        **options: Unpack[FieldOptions],
    ) -> None:
        """Bound the list; `options` are those of every field."""
        super().__init__(inner, **_documented(options, minItems=minimum, maxItems=maximum))
        self.minimum = minimum
        self.maximum = maximum

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) < self.minimum:
            raise self.make_error("few", minimum=self.minimum)
        if len(value) > self.maximum:
            raise self.make_error("many", maximum=self.maximum)
        return super()._deserialize(value, attr, data, **kwargs)


def _enum(words: Iterable[str], options: FieldOptions) -> list[str | None]:
    """Return what OpenAPI is told: a null that is allowed is one of the values."""
    return [*words, None] if options.get("allow_none") else list(words)


def _documented(options: FieldOptions, **schema: object) -> FieldOptions:
    """Return `options` with `schema` added to what OpenAPI shows of the field."""
    given: Mapping[str, Any] = options.get("metadata") or {}
    return {**options, "metadata": {**schema, **given}}

"""Values as events hold them: text, numbers, lists and mappings, the same before and after storage.

An aggregate that was just changed and one replayed from the log have to be equal, so whatever an
event holds in a free mapping is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import msgspec

from domain.errors import InvalidError

T = TypeVar("T")

_PLACE = re.compile(r"(?P<problem>.*) - at (?:`key` in )?`\$\.?(?P<place>.*)`", re.DOTALL)


def to_plain(value: object) -> Any:
    """Return `value`, a dataclass or anything inside one, as JSON knows it."""
    return msgspec.json.decode(msgspec.json.encode(value))


def from_plain(kind: type[T], plain: Mapping[str, Any]) -> T:
    """Return the dataclass `kind` that `plain` describes.

    Raises InvalidError, whose `field` is the place of the mistake, for example
    `notes[0].interval_days`, or `content` where no single place is wrong.
    """
    try:
        return msgspec.convert(dict(plain), kind)
    except ValueError as error:
        told = _PLACE.fullmatch(str(error))
        place = told["place"].replace("[...]", "") if told else ""
        problem = told["problem"] if told else str(error)
        raise InvalidError(field=place or "content", problem=problem) from error


def changed(value: T, changes: Mapping[str, Any]) -> T:
    """Return the dataclass `value` with other `changes`, whole fields of it.

    Raises InvalidError for a field that there is not, and whatever the dataclass refuses.
    """
    require_fields(type(value), changes)
    return from_plain(type(value), {**to_plain(value), **to_plain(dict(changes))})


def require_fields(kind: type[Any], names: Iterable[str]) -> None:
    """Raise InvalidError unless `names` are fields of the dataclass `kind`."""
    unknown = set(names) - {field.name for field in fields(kind)}
    if unknown:
        raise InvalidError(field=min(unknown), problem="unknown-field")

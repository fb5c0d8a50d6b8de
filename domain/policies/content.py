"""How a policy's content is read and written: strictly, with the place of each mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

import msgspec

from domain.errors import InvalidError

T = TypeVar("T")


def read_content(kind: type[T], content: Mapping[str, Any]) -> T:
    """Return `content` as a policy of type `kind`; InvalidError names what does not fit."""
    unknown = set(content) - {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise InvalidError(field=min(unknown), problem="unknown-field")
    try:
        return msgspec.convert(dict(content), kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidError(field="content", problem=str(error)) from error


def write_content(policy: object) -> dict[str, Any]:
    """Return a policy's content as plain values for an event."""
    plain: dict[str, Any] = msgspec.to_builtins(policy, str_keys=True)
    return plain

"""Schemas of what lists show, made from the rows themselves, so that both are always the same.

A list sends its rows as they come from the read model (`Blueprint.shows`); describing them a
second time by hand would only be a chance to differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from marshmallow import Schema, fields

from api.v1.schemas.base import DecimalText, EnumText

_FIELDS: dict[Any, Callable[..., fields.Field[Any]]] = {
    str: fields.String,
    int: fields.Integer,
    bool: fields.Boolean,
    float: fields.Float,
    UUID: fields.UUID,
    date: fields.Date,
    datetime: fields.DateTime,
    Decimal: DecimalText,
    Any: fields.Raw,
}


_STALE = (
    "Only where Kezhi-Stale is told: the customers, complaints and others on the page of whom this"
    " list could not take the newest events."
)


@cache
def schema_of(
    row: type[Any], *, without: tuple[str, ...] = (), always: tuple[str, ...] = ()
) -> type[Schema]:
    """Return the schema of the dataclass or Struct `row`, called like it, minus `without`.

    Every field is there in every answer; if `always` names some, only these are.
    """
    columns = {
        name: _field(hint, required=not always or name in always)
        for name, hint in get_type_hints(row).items()
        if name not in without
    }
    schema: type[Schema] = type(row.__name__, (Schema,), columns)
    schema.__doc__ = row.__doc__
    return schema


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """Return the schema of a page of `item`; `next_cursor` is there unless it is the last one."""
    page: type[Schema] = type(
        f"{item.__name__}Page",
        (Schema,),
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(metadata={"description": "Absent on the last page."}),
            "stale": fields.List(fields.UUID(), metadata={"description": _STALE}),
        },
    )
    page.__doc__ = "A page of a list."
    return page


@cache
def list_of(item: type[Schema]) -> type[Schema]:
    """Return the schema of a whole list of `item`."""
    whole: type[Schema] = type(
        f"{item.__name__}List",
        (Schema,),
        {"items": fields.List(fields.Nested(item), required=True)},
    )
    whole.__doc__ = "A whole list."
    return whole


def _field(hint: Any, **options: Any) -> fields.Field[Any]:
    arguments = get_args(hint)
    if get_origin(hint) in {Union, UnionType}:
        (inner,) = (each for each in arguments if each is not NoneType)
        return _field(inner, allow_none=True, **options)
    if get_origin(hint) in {list, tuple, frozenset}:
        return fields.List(_field(arguments[0]), **options)
    if get_origin(hint) is not None:
        return fields.Dict(**options)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return EnumText(hint, **options)
    if isinstance(hint, type) and is_dataclass(hint):
        return fields.Nested(schema_of(hint), **options)
    return _FIELDS[hint](**options)

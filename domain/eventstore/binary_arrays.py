"""PostgreSQL arrays in its binary form, written at once.

psycopg looks at every element of a list to find out what it holds; where a column is known to hold
one type, that costs more than storing the event.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any
from uuid import UUID

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

# Dimensions, whether there are NULLs, type of the elements; then of each dimension size and base.
_EMPTY = Struct("!iiI")
_FILLED = Struct("!iiIii")
_LENGTH = Struct("!i").pack
_INT4 = Struct("!i").pack
_INT8 = Struct("!q").pack
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NULL = _LENGTH(-1)


class BinaryArray(bytes):
    """An array as PostgreSQL reads it; its type is that of the parameter's cast."""

    __slots__ = ()


class _AsItIs(Dumper):
    """Hands a BinaryArray over."""

    format = Format.BINARY

    def dump(self, obj: BinaryArray) -> Buffer:
        """Return the bytes."""
        return obj


# For all connections: to register it anew for each statement costs more than the arrays do.
psycopg.adapters.register_dumper(BinaryArray, _AsItIs)


def uuids(values: Iterable[UUID]) -> BinaryArray:
    """Return a `uuid[]`."""
    return _array(2950, [value.bytes for value in values])


def texts(values: Iterable[str]) -> BinaryArray:
    """Return a `text[]`."""
    return _array(25, [value.encode() for value in values])


def byteas(values: Iterable[bytes]) -> BinaryArray:
    """Return a `bytea[]`."""
    return _array(17, list(values))


def integers(values: Iterable[int]) -> BinaryArray:
    """Return an `integer[]`."""
    return _array(23, [_INT4(value) for value in values])


def bigints(values: Iterable[int]) -> BinaryArray:
    """Return a `bigint[]`."""
    return _array(20, [_INT8(value) for value in values])


def instants(values: Iterable[datetime | None]) -> BinaryArray:
    """Return a `timestamptz[]`; None becomes NULL."""
    return _array(1184, [_instant(value) for value in values])


def _instant(value: datetime | None) -> bytes | None:
    return None if value is None else _INT8((value - _EPOCH) // _MICROSECOND)


def _array(element_oid: int, items: list[Any]) -> BinaryArray:
    if not items:
        return BinaryArray(_EMPTY.pack(0, 0, element_oid))
    parts = [_FILLED.pack(1, int(None in items), element_oid, len(items), 1)]
    for item in items:
        parts += (_NULL,) if item is None else (_LENGTH(len(item)), item)
    return BinaryArray(b"".join(parts))

"""Reads a JSON body so that one text has one meaning, in time linear in its length.

Refused: other encodings than UTF-8, a byte order mark, more than 32 levels, more than 20,000
values, a key twice in one object, NaN and Infinity, integers of more than 18 digits, floats out of
range, and text with characters that `api.characters` forbids. Text comes out in form NFC.

The usual body is small, flat and clean, so every rule is first asked in a way that C answers for
the whole body; only a body that might break a rule is looked at piece by piece.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from typing import Any, NoReturn

from api.characters import FORBIDDEN, composed, forbidden_in

MAX_DEPTH = 32
MAX_VALUES = 20_000
MAX_INTEGER_DIGITS = 18

# Possessive quantifiers: a string that never ends is passed over once, not once per character.
_STRING_OR_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)


class JsonRefusedError(ValueError):
    """The body is no JSON that we read; `code` and `values` make the message."""

    def __init__(self, code: str, **values: object) -> None:
        """Keep the catalogue's `code` and the `values` its text names."""
        self.code = code
        self.values = values
        super().__init__(code)


def loads(raw: bytes) -> Any:
    """Return the value of the JSON document `raw`, or raise JsonRefusedError."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonRefusedError("body-not-utf-8", offset=error.start) from None
    if text.startswith("\ufeff"):
        raise JsonRefusedError("body-not-utf-8", offset=0)
    _check_shape(raw)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise JsonRefusedError("body-malformed", line=error.lineno, column=error.colno) from None
    if "\\" in text or FORBIDDEN.search(text) or not unicodedata.is_normalized("NFC", text):
        return _clean(value)
    return value


def _check_shape(raw: bytes) -> None:
    """Refuse what is nested too deep or holds too many values, before anything is built.

    Counting brackets and commas wherever they stand can only overstate both.
    """
    opened = raw.count(b"[") + raw.count(b"{")
    if opened <= MAX_DEPTH and opened + raw.count(b",") < MAX_VALUES:
        return
    depth = 0
    values = 1
    for match in _STRING_OR_MARK.finditer(raw):
        mark = match.group()
        if mark in b"[{":
            depth += 1
            values += 1
            if depth > MAX_DEPTH:
                raise JsonRefusedError("body-too-deep", limit=MAX_DEPTH)
        elif mark in b"]}":
            depth -= 1
        elif mark == b",":
            values += 1
        if values > MAX_VALUES:
            raise JsonRefusedError("body-too-many-values", limit=MAX_VALUES)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise JsonRefusedError("body-duplicate-key", key=_shown(key))
            seen.add(key)
    return members


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_INTEGER_DIGITS:
        _refuse_number(digits)
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        _refuse_number(digits)
    return number


def _refuse_number(_literal: str) -> NoReturn:
    raise JsonRefusedError("body-number-out-of-range", digits=MAX_INTEGER_DIGITS)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_refuse_number,
)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return _object([(_clean_text(key), _clean(item)) for key, item in value.items()])
    return value


def _clean_text(text: str) -> str:
    character = forbidden_in(text)
    if character:
        raise JsonRefusedError("body-forbidden-character", character=character)
    return composed(text)


def _shown(key: str) -> str:
    """Return `key` as far as a message can show it."""
    return FORBIDDEN.sub("\ufffd", key[:40])

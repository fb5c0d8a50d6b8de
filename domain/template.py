"""Texts with variables in double braces (模板), and what they are filled with."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from domain.errors import InvalidError

LONGEST_TEXT = 1_000

_BRACES = re.compile(r"[{｛]+[^{}｛｝]{0,20}[}｝]*|[}｝]+")
_VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def require_words(field: str, subject: str, body: str, variables: Collection[str]) -> None:
    """Raise InvalidError unless both texts say something, and name no other `variables`."""
    if not subject.strip() or not body.strip():
        raise InvalidError(field=field, problem="required")
    if len(subject) + len(body) > LONGEST_TEXT:
        raise InvalidError(field=field, problem="too-long", limit=LONGEST_TEXT)
    unknown = set(_VARIABLE.findall(subject + body)) - set(variables)
    if unknown:
        raise InvalidError(field=field, problem="unknown-variable", value=min(unknown))


def require_tidy(field: str, texts: Collection[str], variables: Collection[str]) -> None:
    """Raise InvalidError where braces hold anything but one of `variables`.

    Such as {name} or ｛｛name｝｝: a slip of the keys that customers would read. Words that were
    written down before this was asked for can still be read, so commands ask, not the words.
    """
    for text in texts:
        unknown = set(_VARIABLE.findall(text)) - set(variables)
        if unknown:
            raise InvalidError(field=field, problem="unknown-variable", value=min(unknown))
        slip = _BRACES.search(_VARIABLE.sub("", text))
        if slip is not None:
            raise InvalidError(field=field, problem="stray-brace", value=slip[0])


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its variables filled; what is not known is left out."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)

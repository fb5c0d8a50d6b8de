"""Writes messages from templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

TAGS = {"zh": "zh-CN", "en": "en"}
"""The languages there are templates in, and their tags (BCP 47)."""


class Text(NamedTuple):
    """A message for a person."""

    subject: str
    body: str
    language: str


class Writer:
    """Writes in one language; a fact that a template names and nobody gave is an error."""

    def __init__(self, language: str) -> None:
        """Write in `language`, one of TAGS."""
        self._language = language
        # Plain text for mail: escaping it for HTML would spoil it.
        self._templates = Environment(
            loader=PackageLoader("workers", f"texts/{language}"),
            autoescape=False,  # noqa: S701
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["moment"] = _moment

    def write(self, kind: str, facts: Mapping[str, Any], zone: ZoneInfo) -> Text:
        """Return the text of a message of `kind`; instants are shown in `zone`."""
        whole = self._templates.get_template(f"{kind}.txt").render(facts, zone=zone)
        subject, _, body = whole.partition("\n")
        return Text(subject.strip(), body.lstrip("\n"), TAGS[self._language])


def _moment(text: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"

"""Writes messages from templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound

TAGS = {"zh": "zh-CN", "en": "en"}
"""The languages there are templates in, and their tags (BCP 47)."""


class Text(NamedTuple):
    """A message for a person; the `letter` is the body with how one begins a mail."""

    subject: str
    body: str
    letter: str
    language: str


class Writer:
    """Writes in one language; a fact that a template names and nobody gave is an error."""

    def __init__(self, language: str) -> None:
        """Write in `language`, one of TAGS."""
        self._language = language
        # Plain text: escaping it for HTML would spoil it.
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
        subject, _, rest = whole.partition("\n")
        body = rest.strip("\n")
        letter = self._templates.get_template("letter.txt").render(body=body)
        return Text(subject.strip(), body, letter, TAGS[self._language])

    def parameters(self, kind: str, facts: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
        """Return what fills the template of a text message of `kind`, in its order."""
        try:
            template = self._templates.get_template(f"{kind}.sms.txt")
        except TemplateNotFound:
            return {}
        lines = template.render(facts, zone=zone).splitlines()
        return dict(line.split(": ", 1) for line in lines if line)


def _moment(text: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"

"""Tables whose rows stand alone on a phone (表格): each cell says which column it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

_HEADING = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)
_START = re.compile(r"<(?:tr|t[hd])\b")


def labelled(table: Markup) -> Markup:
    """Return the head and body of a table, its cells labelled with the headings of their columns.

    Whatever people have typed is escaped in it, so every tag that is found is one of ours.
    """
    head, end, body = table.partition("</thead>")
    texts = [head[slice(*each.span(1))].striptags() for each in _HEADING.finditer(head)]
    headings = [text[:1].upper() + text[1:] for text in texts]
    left: Iterator[str] = iter(())

    def label(start: re.Match[str]) -> str:
        nonlocal left
        if start[0] == "<tr":
            left = iter(headings)
            return start[0]
        return f'{start[0]} data-label="{escape(next(left, ""))}"'

    return head + end + Markup(_START.sub(label, body))  # noqa: S704 - it was markup before

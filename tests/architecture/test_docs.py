"""Pages that speak of the code say what is true of it."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest

import domain
from tests.support import catalogue

DOCS = Path(__file__).parents[2] / "docs"
GLOSSARY = (DOCS / "glossary.md").read_text("utf-8")
SKIPPED = ("domain.eventstore",)


@cache
def names_in_the_domain() -> frozenset[str]:
    """Return classes, functions, members and fields, a member also behind its class."""
    names: set[str] = set()
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        if not module.name.startswith(SKIPPED):
            for name, thing in vars(importlib.import_module(module.name)).items():
                names.add(name)
                if inspect.isclass(thing) and thing.__module__.startswith("domain"):
                    names |= {f"{name}.{member}" for member in vars(thing)}
                    names |= set(inspect.get_annotations(thing))
                    if dataclasses.is_dataclass(thing):
                        names |= {field.name for field in dataclasses.fields(thing)}
    return frozenset(names)


def rows() -> list[list[str]]:
    lines = [line for line in GLOSSARY.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0] != "中文"]


@pytest.mark.parametrize("identifier", sorted(set(re.findall(r"`([\w.]+)`", GLOSSARY))))
def test_every_identifier_of_the_glossary_exists(identifier: str) -> None:
    assert identifier in names_in_the_domain()


def test_every_row_of_the_glossary_says_it_in_chinese_english_and_code() -> None:
    for chinese, english, identifier, *_ in rows():
        assert re.search(r"[一-鿿]", chinese), chinese
        assert re.search(r"[a-z]", english), chinese
        assert "`" in identifier, chinese


def test_no_thing_stands_in_the_glossary_twice() -> None:
    chinese = [row[0] for row in rows()]

    assert len(chinese) == len(set(chinese))


def test_every_rule_says_where_it_lives_or_that_it_does_not_yet() -> None:
    lines = (DOCS / "rules.md").read_text("utf-8").splitlines()
    where = {
        cells[0]: cells[-1]
        for cells in ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines)
        if re.fullmatch(r"[RX]\d+b?", cells[0])
    }
    named = re.findall(r"`(\w+/[\w/]+(?:\.py)?)`", " ".join(where.values()))

    assert {f"R{number}" for number in range(1, 86)} <= set(where)
    assert all(re.search(r"`|not yet|reading|in one log", cell) for cell in where.values())
    assert [place for place in named if not (DOCS.parent / place).exists()] == []


def test_the_page_of_events_is_written_from_the_events_of_today() -> None:
    written = catalogue.PAGE.read_text("utf-8")

    assert written == catalogue.page(), "python -m tests.support.catalogue writes it anew"


def test_every_event_says_what_it_means() -> None:
    titles = re.findall(r"^### `(\w+\.\w+)`.*\n\n(.+)", catalogue.page(), re.MULTILINE)

    assert titles
    assert [topic for topic, text in titles if not re.match(r"[A-Z].{20,}", text)] == []

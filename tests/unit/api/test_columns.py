"""What the tables of commands are headed with is worded in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import api.cli
from api.texts.columns import COLUMNS
from api.texts.words import WORDS

SOURCES = sorted(Path(api.cli.__file__).parent.glob("*.py"))


def columns_of(source: Path) -> set[str]:
    shown = (
        node.value
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "columns"
    )
    constants = (each for value in shown for each in ast.walk(value))
    return {
        each.value
        for each in constants
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_column_has_its_words(source: Path) -> None:
    assert columns_of(source) - WORDS.keys() - COLUMNS.keys() == set()


def test_no_column_is_worded_twice() -> None:
    assert COLUMNS.keys().isdisjoint(WORDS)

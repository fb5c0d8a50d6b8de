"""Settings and commands are documented as they are."""

from __future__ import annotations

import ast
import re

import pytest

from api.all_settings import LAYERS, explained
from domain.settings import PREFIX, Environment
from tests.support.programs import ROOT
from tests.support.references import DOCS, PAGES

PACKAGES = ("domain", "projections", "workers", "api")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == PAGES[name]()


def test_every_variable_that_is_read_is_explained_where_it_is_read() -> None:
    named = {
        node.value
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(rf"{PREFIX}[A-Z_]+", node.value)
    }
    told = {name for layer in LAYERS.values() for name in explained(layer)}

    assert named - {PREFIX} == told


@pytest.mark.parametrize("layer", LAYERS.values())
def test_a_layer_reads_what_it_explains(layer: type) -> None:
    asked = Asked()

    layer.from_environment(asked)  # type: ignore[attr-defined]

    # Some are only read where another one is set.
    assert asked.names <= set(explained(layer))


class Asked(Environment):
    """An environment without variables that remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__({})
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(name)
        return default

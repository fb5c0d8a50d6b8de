"""What the benchmarks share: a server of their own and the book of results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.memory import collect_rarely
from tests.benchmarks.results import Book


@pytest.fixture(scope="session")
def book() -> Iterator[Book]:
    """Where figures are noted; written to docs/benchmarks/ when the run ends."""
    book = Book()
    yield book
    if book.lines:
        book.write()


@pytest.fixture(scope="session", autouse=True)
def memory() -> None:
    """Look for rubbish as rarely as the processes that are measured do."""
    collect_rarely()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, so that it runs only when asked for; `items` are those of all tests."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.benchmark)

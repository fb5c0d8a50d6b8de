from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.care import Company, a_company


@pytest.fixture
def company(database: str) -> Iterator[Company]:
    """A company at work, with its own event log."""
    with a_company(database) as company:
        yield company

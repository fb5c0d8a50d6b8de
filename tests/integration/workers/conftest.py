from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.care import Company, a_company
from tests.support.shift import Shift


@pytest.fixture
def company(database: str) -> Iterator[Company]:
    """A company at work, with its own event log."""
    with a_company(database) as company:
        yield company


@pytest.fixture
def shift(company: Company) -> Iterator[Shift]:
    """The background work of the company, without queue and without mail."""
    shift = Shift(company)
    yield shift
    shift.close()

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.support.care import Company, Original, a_company
from tests.support.shift import Shift


@pytest.fixture
def company(at_work: str, original: Original) -> Iterator[Company]:
    """A company at work, with its own event log."""
    with a_company(at_work, original) as company:
        yield company


@pytest.fixture
def begin(company: Company) -> Iterator[Callable[..., Shift]]:
    """Begin a shift of the company's background work with what the test chooses."""
    with ExitStack() as stack:

        def begin(**choices: Any) -> Shift:
            return stack.enter_context(closing(Shift(company, **choices)))

        yield begin


@pytest.fixture
def shift(begin: Callable[..., Shift]) -> Shift:
    """The background work of the company, without queue and without mail."""
    return begin()

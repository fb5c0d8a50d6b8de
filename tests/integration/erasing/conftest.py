"""A company at work, and what carries erasures out in its store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.eventstore.settings import StoreSettings
from projections.bootstrap import ReadSide
from tests.support.care import Company, Original, a_company


@pytest.fixture
def company(at_work: str, original: Original) -> Iterator[Company]:
    """A company at work, with its own event log."""
    with a_company(at_work, original) as company:
        yield company


@pytest.fixture
def read(company: Company) -> Iterator[ReadSide]:
    """What can be asked of it."""
    read = ReadSide.over(company.log)
    yield read
    read.watch.close()


@pytest.fixture
def store(company: Company, tmp_path: Path) -> StoreSettings:
    """Where it is stored."""
    return StoreSettings.from_environment(
        {"KEZHI_DATABASE_URL": company.database.address, "KEZHI_DATA": str(tmp_path)}
    )

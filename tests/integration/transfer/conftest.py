"""A company that imports sheets."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from api.transfer.columns import match_columns
from api.transfer.faults import Fault
from api.transfer.importing import Importer, ImportKind, LogDirectory, Report
from api.transfer.sheets import SheetRow, open_sheet
from domain.access import EVERYTHING
from projections.people.projection import PeopleProjection
from projections.people.queries import PeopleQueries
from tests.support.care import Company, a_company


@dataclass
class Rejected:
    """The rows that were not imported: number to codes."""

    rows: dict[int, list[str]] = field(default_factory=dict)

    def add(self, row: SheetRow, faults: Iterable[Fault]) -> None:
        self.rows[row.number] = [fault.message.code for fault in faults]


Import = Callable[..., tuple[Report, Rejected]]


@pytest.fixture
def company(database: str) -> Iterator[Company]:
    """A company with three reps and their manager."""
    with a_company(database) as company:
        yield company


@pytest.fixture
def feed(company: Company) -> Import:
    """Import a sheet into the company's store."""

    def run(kind: ImportKind, content: bytes, **options: Any) -> tuple[Report, Rejected]:
        company.project(PeopleProjection)
        sheet = open_sheet(io.BytesIO(content))
        directory = LogDirectory(company.care, PeopleQueries(company.database), EVERYTHING)
        importer = Importer(company.care, directory, company.signature, **options)
        rejected = Rejected()
        columns = match_columns(sheet.header, kind.columns)
        return importer.run(kind, sheet, columns, rejected), rejected

    return run

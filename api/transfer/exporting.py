"""Writes customers of the roster into a sheet that goes out of the house (导出).

Before a row leaves it is recorded, in the history of that customer, who took it and why (R59). The
headers are those that an import understands.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from api.messages import Language
from api.people_names import People
from api.texts.words import WORDS
from api.transfer.columns import CUSTOMERS
from api.transfer.encodings import Encoding
from api.transfer.safe_cells import cell
from api.transfer.xlsx_writer import XlsxWriter
from domain.access import Visibility
from domain.access_record import AccessKind
from domain.application import IdempotencyKey
from domain.bulk import BatchItem, Bulk
from domain.commands import RecordAccess
from domain.errors import CareError, KeyReusedError
from domain.provenance import Provenance
from projections.bootstrap import ReadSide
from projections.roster.filters import RosterFilters
from projections.roster.queries import RosterRow

AT_ONCE = 500

USUAL = (
    *("reference", "name", "company", "contact", "phones", "email", "wechat", "address"),
    *("grade", "deal_stage", "importance", "industry", "district", "region", "tags"),
    *("owner_id", "second_owner_id", "source", "birthday", "company_day", "needs", "notes"),
    *("registered_on", "last_contact_on", "due_on"),
)
"""The columns of a sheet when none are named."""

_IMPORTED = {column.field: column for column in CUSTOMERS.columns}


class SheetFormat(StrEnum):
    """How a sheet is written."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """What such a file is called in HTTP."""
        if self is SheetFormat.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """Which customers go out, how, and by whom.

    `sign` gives the provenance of each batch, whose reason is kept; `key` makes the mark under
    which a customer is recorded once however often the export is repeated.
    """

    visibility: Visibility
    filters: RosterFilters
    sort: str
    columns: Sequence[str]
    format: SheetFormat
    language: Language
    sign: Callable[[], Provenance]
    key: Callable[[UUID], IdempotencyKey] | None = None


def exported(read: ReadSide, order: ExportOrder) -> Iterator[bytes]:
    """Yield the sheet piece by piece, each once the customers in it are recorded.

    Whoever has gone out of sight meanwhile is left out. KeyReusedError when the key was used for
    another export.
    """
    people = People(read.people, order.language)
    pieces = _Pieces()
    writer = _CsvWriter(pieces) if order.format is SheetFormat.CSV else XlsxWriter(pieces)
    waiting: deque[list[RosterRow]] = deque()

    def batches() -> Iterator[list[BatchItem]]:
        after = None
        while rows := read.roster.page(order.visibility, order.filters, order.sort, after, AT_ONCE):
            waiting.append(rows)
            yield [_recorded(order, row.customer_id) for row in rows]
            after = rows[-1].sort_key(order.sort)

    with closing(writer):
        writer.write([header(name, order.language) for name in order.columns])
        for outcomes in Bulk(read.care, order.sign).run(batches()):
            for row, outcome in zip(waiting.popleft(), outcomes, strict=True):
                if isinstance(outcome, KeyReusedError):
                    raise outcome
                if not isinstance(outcome, CareError):
                    cells = [_text(name, row, order.language, people) for name in order.columns]
                    writer.write(cells)
            yield pieces.taken()
    yield pieces.taken()


def header(column: str, language: Language) -> str:
    """Return what a column of the roster is called, if possible as an import understands it."""
    known = _IMPORTED.get(column.removesuffix("_id"))
    if known is not None:
        return known.called(language)
    return WORDS[column][0 if language is Language.CHINESE else 1]


def _recorded(order: ExportOrder, customer_id: UUID) -> BatchItem:
    return BatchItem(
        command=RecordAccess(customer_id=customer_id, access=AccessKind.EXPORT),
        idempotency=order.key(customer_id) if order.key else None,
    )


def _text(column: str, row: RosterRow, language: Language, people: People) -> str:
    value: Any = getattr(row, column)
    if value is None or value == "":
        return ""
    if isinstance(value, UUID):
        return people.name(value)
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (StrEnum, bool)):
        word = str(value).lower() if isinstance(value, bool) else value.value
        known = WORDS.get(f"{column}.{word}") or WORDS.get(word)
        return known[0 if language is Language.CHINESE else 1] if known else word
    return str(value)


class _Pieces:
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is held is taken by whoever sends it."""

    def taken(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held


class _CsvWriter:
    """Writes for Excel: UTF-8 with its mark, and nothing in a cell that would be run."""

    def __init__(self, target: _Pieces) -> None:
        self._target = target
        target.write(Encoding.UTF_8_BOM.bom)

    def write(self, cells: Iterable[str]) -> None:
        line = io.StringIO(newline="")
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow([cell(text) for text in cells])
        self._target.write(line.getvalue().encode())

    def close(self) -> None:
        """Do nothing: a text file has no end of its own."""

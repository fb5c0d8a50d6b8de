"""One way to read what people keep in tables: CSV or XLSX, row by row, as text.

A `Sheet` knows its header and how it is written; its rows say themselves what is wrong with them,
so that one bad row costs nobody the rest. Memory stays flat however long a CSV file is.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO
from unicodedata import is_normalized

from api.characters import FORBIDDEN, composed, forbidden_in
from api.messages import Phrase
from api.transfer.csv_sheet import CsvForm, RawRow, csv_form, csv_rows
from api.transfer.faults import Fault, SheetError
from api.transfer.safe_cells import ERROR_HEADERS, shown, uncell
from api.transfer.xlsx_sheet import MAX_COLUMNS, open_workbook, xlsx_rows
from api.transfer.xlsx_writer import MAX_CELL_CHARACTERS

FORMULA_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"}
)
PREVIEW_ROWS = 5
TITLE_ROWS = 5
MAX_OLE_BYTES = 1 << 26
MAX_HEADER_CHARACTERS = 500

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_PICTURES_AND_ARCHIVES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


@dataclass(frozen=True, slots=True)
class XlsxForm:
    """How a workbook is written: nothing about it can be chosen but one of its `sheets`."""

    sheet: str
    sheets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row under the header: `number` is what Excel shows at its left edge.

    `cells` are as many as the header has; more only in a row with a fault. A row that could not be
    separated has blank cells, and its whole text as one more.
    """

    number: int
    cells: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


class Sheet:
    """A table with a header; its stream must stay open while it is read, once at a time.

    No two names in `header` are the same: the second column called 电话 is 电话 (2) there, which
    means what 电话 does and can be told apart from it. `repeated` are such names.
    """

    def __init__(
        self,
        stream: BinaryIO,
        form: CsvForm | XlsxForm,
        rows: Callable[[], Iterator[RawRow]],
    ) -> None:
        """Find the header in `rows`; SheetError when there is none."""
        self.form = form
        self._stream = stream
        self._rows = rows
        self._header_number, header = _header(list(islice(rows(), TITLE_ROWS)))
        self._is_error_file = header[-2:] in ERROR_HEADERS
        self._error_column = len(header) - 2
        names = self._mended(list(header)) if self._is_error_file else header
        self.header = _told_apart(names)
        self.repeated = tuple(name for name, times in Counter(names).items() if name and times > 1)

    def rows(self, *, after: int = 0) -> Iterator[SheetRow]:
        """Yield the rows under the header whose number is greater than `after`."""
        start = max(after, self._header_number)
        for number, cells, faults in self._rows():
            if number > start:
                yield self._row(number, cells, faults)

    def preview(self) -> tuple[SheetRow, ...]:
        """Return the first rows, by which a person sees whether the encoding was found."""
        return tuple(islice(self.rows(), PREVIEW_ROWS))

    def progress(self) -> float:
        """Return about how much of the file has been read, between 0 and 1."""
        here = self._stream.tell()
        size = self._stream.seek(0, io.SEEK_END)
        self._stream.seek(here)
        return here / size if size else 1.0

    def _row(self, number: int, cells: list[str], faults: tuple[Fault, ...]) -> SheetRow:
        width = len(self.header)
        if faults:
            return SheetRow(number, ("",) * width + tuple(cells), faults)
        if self._is_error_file:
            cells = self._mended(cells)
        missing = width - len(cells)
        if missing < 0 and any(cell.strip() for cell in cells[missing:]):
            fault = Fault(Phrase("row-too-wide", expected=width))
            return SheetRow(number, tuple(cells), (fault,))
        cells = cells[:width] + [""] * missing
        if not _is_simple(" ".join(cells)):
            cells = [_text(cell) for cell in cells]
            faults = tuple(
                Fault(complaint, column)
                for column, cell in zip(self.header, cells, strict=True)
                if (complaint := _complaint(cell))
            )
        return SheetRow(number, tuple(cells), faults)

    def _mended(self, cells: list[str]) -> list[str]:
        """Return the cells of a row of our own error file as they were before we wrote them."""
        cells = cells[: self._error_column] + cells[self._error_column + 2 :]
        return [uncell(cell) for cell in cells] if isinstance(self.form, CsvForm) else cells


def open_sheet(
    stream: BinaryIO,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Sheet:
    """Return the table in `stream`, a seekable file; SheetError says why there is none.

    `encoding` and `delimiter` override what is found in a text file, `sheet` names a worksheet; it
    is the first that shows and holds anything otherwise.
    """
    stream.seek(0)
    start = stream.read(8)
    if start.startswith(_OLE):
        raise SheetError(_what_ole_holds(stream))
    if start.startswith(_PICTURES_AND_ARCHIVES):
        raise SheetError("sheet-binary")
    if start.startswith(_ZIP):
        archive, workbook, part = open_workbook(stream, sheet)
        form = XlsxForm(part.name, tuple(each.name for each in workbook.sheets))
        return Sheet(stream, form, lambda: xlsx_rows(archive, workbook, part))
    text_form = csv_form(stream, encoding=encoding, delimiter=delimiter)
    return Sheet(stream, text_form, lambda: csv_rows(stream, text_form))


def _header(start: list[RawRow]) -> tuple[int, tuple[str, ...]]:
    """Return number and cells of the header: the first row with more than a title in it."""
    if not start:
        raise SheetError("sheet-empty")
    for number, cells, faults in start:
        if faults:
            raise SheetError("sheet-header-unreadable", number=number)
        if sum(bool(cell.strip()) for cell in cells) > 1:
            break
    else:
        number, cells, _ = start[0]
    if any(len(cell) > MAX_HEADER_CHARACTERS for cell in cells):
        raise SheetError("sheet-header-unreadable", number=number)
    header = tuple(composed(" ".join(cell.split())) for cell in cells)
    while not header[-1]:
        header = header[:-1]
    if len(header) > MAX_COLUMNS:
        raise SheetError("sheet-too-many-columns", limit=MAX_COLUMNS)
    if any(FORBIDDEN.search(name) for name in header):
        raise SheetError("sheet-header-unreadable", number=number)
    return number, header


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Return `names` with a number behind each that stood before; blank ones stay blank."""
    told: dict[str, None] = {}
    header = []
    for name in names:
        number, free = 1, name
        while free and free in told:
            number += 1
            free = f"{name} ({number})"
        told[free] = None
        header.append(free)
    return tuple(header)


def _is_simple(row: str) -> bool:
    """Tell whether nothing can be wrong with the cells of `row`, as is so of nearly every row.

    Whatever is forbidden, or ends a line, is not printable.
    """
    return (
        len(row) <= MAX_CELL_CHARACTERS
        and row.isprintable()
        and is_normalized("NFC", row)
        and "#" not in row
        and '="' not in row
    )


def _text(cell: str) -> str:
    if len(cell) > MAX_CELL_CHARACTERS:
        return cell  # is refused, and composing it could take very long
    return composed(shown(cell).replace("\r\n", "\n").replace("\r", "\n"))


def _complaint(cell: str) -> Phrase | None:
    if len(cell) > MAX_CELL_CHARACTERS:
        return Phrase("field-too-long", maximum=MAX_CELL_CHARACTERS)
    if cell in FORMULA_ERRORS:
        return Phrase("cell-formula-error", value=cell)
    character = forbidden_in(cell)
    return Phrase("field-forbidden-character", character=character) if character else None


def _what_ole_holds(stream: BinaryIO) -> str:
    """Return the code for a file of the old container: what is in it, we cannot read."""
    stream.seek(0)
    names = stream.read(MAX_OLE_BYTES)
    if "EncryptedPackage".encode("utf-16-le") in names:
        return "sheet-encrypted"
    is_workbook = any(name.encode("utf-16-le") in names for name in ("Workbook", "Book"))
    return "sheet-xls" if is_workbook else "sheet-not-a-workbook"

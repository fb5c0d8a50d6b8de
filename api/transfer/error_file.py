"""The rows that failed, written as they came, with what is wrong with each.

Mended, the file can be fed again as it is: it is written like the sheet it came from, and `Sheet`
drops the two columns that were added here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO, Protocol, Self

from api.messages import Language
from api.transfer.csv_sheet import CsvForm
from api.transfer.encodings import Encoding
from api.transfer.faults import Fault
from api.transfer.safe_cells import ERROR_HEADERS, cell
from api.transfer.sheets import Sheet, SheetRow
from api.transfer.xlsx_writer import XlsxWriter


class ErrorFile:
    """Writes failed rows of `sheet` to `target`, which stays open; use it as a context manager."""

    def __init__(self, target: BinaryIO, sheet: Sheet, language: Language) -> None:
        """Start the file with the header of `sheet`."""
        self.count = 0
        self._language = language
        self._width = len(sheet.header)
        self._writer: _Writer
        if isinstance(sheet.form, CsvForm):
            self._writer = _CsvWriter(target, sheet.form)
        else:
            self._writer = XlsxWriter(target)
        chinese, english = ERROR_HEADERS
        added = chinese if language is Language.CHINESE else english
        self._writer.write([*sheet.header, *added])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def add(self, row: SheetRow, faults: Iterable[Fault]) -> None:
        """Write `row` with `faults`, which should hold those that it came with."""
        faults = tuple(faults)
        # Every sentence has a stop of its own.
        colon, gap = ("：", "") if self._language is Language.CHINESE else (": ", " ")
        sentences = [
            (f"{fault.column}{colon}" if fault.column else "")
            + fault.message.translated(self._language)
            for fault in faults
        ]
        codes = dict.fromkeys(fault.message.code for fault in faults)
        # What stood beyond the header comes after our columns, so that each cell keeps its column.
        within, beyond = row.cells[: self._width], row.cells[self._width :]
        self._writer.write([*within, gap.join(sentences), " ".join(codes), *beyond])
        self.count += 1


def error_file_suffix(sheet: Sheet) -> str:
    """Return the suffix of an error file for `sheet`, `.csv` or `.xlsx`."""
    return ".csv" if isinstance(sheet.form, CsvForm) else ".xlsx"


class _Writer(Protocol):
    def write(self, cells: list[str]) -> None: ...

    def close(self) -> None: ...


class _CsvWriter:
    def __init__(self, target: BinaryIO, form: CsvForm) -> None:
        # Messages in simplified Chinese do not fit into Big5.
        encoding = Encoding.UTF_8_BOM if form.encoding is Encoding.BIG5 else form.encoding
        target.write(encoding.bom)
        self._text = io.TextIOWrapper(target, encoding.codec, newline="", write_through=True)
        self._rows = csv.writer(self._text, delimiter=form.delimiter, quoting=csv.QUOTE_ALL)

    def write(self, cells: list[str]) -> None:
        self._rows.writerow([cell(text) for text in cells])

    def close(self) -> None:
        self._text.detach()

"""Reads a worksheet row by row as text, with expat; only the shared strings stand in memory.

Our own because the fast library for this reserves memory for every cell between the first and the
last one: two cells in far corners, 5 kB of file, end the whole process. It also drops cells that
hold an error, and passes numbers through a float.

Numbers come out as the digits a person sees, dates as `2026-11-22`, with a time of day as
`2026-11-22 09:30:00`, truth values as `TRUE` and `FALSE`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Context
from functools import lru_cache
from typing import BinaryIO
from xml.parsers import expat

from api.transfer.csv_sheet import RawRow
from api.transfer.faults import SheetError
from api.transfer.xlsx_parts import (
    DAMAGES,
    LONGEST_TEXT,
    Attributes,
    SheetPart,
    Workbook,
    local,
    open_archive,
    parsed,
    unescaped,
)

MAX_COLUMNS = 512
MAX_CELL_PIECES = 1_000
EXACT_DIGITS = 15

LONGEST_NUMBER = 40
DAYS_TO_THE_YEAR_10000 = 2_958_466 - 1_462
LEAP_DAY_OF_1900 = 60

# A sheet knows no zone: its days are the company's.
_BEGINNING_1900 = datetime(1899, 12, 30)  # noqa: DTZ001
_BEGINNING_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_FIFTEEN_DIGITS = Context(prec=EXACT_DIGITS)


def open_workbook(
    stream: BinaryIO, sheet: str | None
) -> tuple[zipfile.ZipFile, Workbook, SheetPart]:
    """Return archive, workbook and the sheet called `sheet`.

    When it is None, the first that is not hidden and holds anything.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except DAMAGES as error:
        raise SheetError("sheet-damaged") from error
    workbook = open_archive(archive)
    if sheet is None:
        # By path, so that nobody has one huge sheet read under a thousand names.
        visible = {part.path: part for part in workbook.sheets if not part.is_hidden}
        for part in visible.values():
            if next(xlsx_rows(archive, workbook, part), None):
                return archive, workbook, part
        raise SheetError("sheet-empty")
    for part in workbook.sheets:
        if part.name == sheet:
            return archive, workbook, part
    names = [part.name for part in workbook.sheets]
    raise SheetError("sheet-unknown-name", given=sheet[:40], names=names)


def xlsx_rows(archive: zipfile.ZipFile, workbook: Workbook, part: SheetPart) -> Iterator[RawRow]:
    """Yield the rows of `part` that hold anything, numbered as Excel numbers them."""
    parser = expat.ParserCreate()
    reader = _RowReader(workbook, parser)
    for _ in parsed(archive, part.path, parser):
        yield from reader.rows
        reader.rows.clear()


class _RowReader:
    """Turns the elements of a worksheet into rows; every cell passes here, so it is kept lean."""

    def __init__(self, workbook: Workbook, parser: expat.XMLParserType) -> None:
        self.rows: list[RawRow] = []
        self._workbook = workbook
        self._parser = parser
        self._names: dict[str, str] = {}
        self._number = 0
        self._column = 0
        self._kind = "n"
        self._style = 0
        self._is_phonetic = False
        self._pieces: list[str] = []
        self._cells: list[str] = []
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: Attributes) -> None:
        name = self._names.get(name) or self._names.setdefault(name, local(name))
        if name == "c":
            reference = attributes.get("r")
            self._column = column_of(reference) if reference else self._column + 1
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", "0"))
        elif name in {"v", "t"}:
            if not self._is_phonetic:
                self._parser.CharacterDataHandler = self._collect
        elif name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._column = 0
        elif name == "rPh":
            self._is_phonetic = True

    def _collect(self, piece: str) -> None:
        if len(self._pieces) < MAX_CELL_PIECES:
            self._pieces.append(piece)

    def _end(self, name: str) -> None:
        name = self._names[name]
        if name in {"v", "t"}:
            self._parser.CharacterDataHandler = None
        elif name == "c":
            if self._pieces:
                self._keep("".join(self._pieces))
                self._pieces.clear()
        elif name == "row":
            if any(map(str.strip, self._cells)):
                self.rows.append((self._number, self._cells, ()))
            self._cells = []
        elif name == "rPh":
            self._is_phonetic = False

    def _keep(self, raw: str) -> None:
        # One cell beyond the last column allowed is enough to show that the row is too wide.
        index = min(self._column - 1, MAX_COLUMNS)
        text = self._text(raw[:LONGEST_TEXT])
        if text:
            self._cells += [""] * (index + 1 - len(self._cells))
            self._cells[index] = text

    def _text(self, raw: str) -> str:
        kind = self._kind
        if kind == "s":
            return self._workbook.texts[int(raw)]
        if kind == "b":
            return "TRUE" if raw.strip() == "1" else "FALSE"
        if kind == "n":
            return self._number_text(raw)
        if kind == "d":
            return raw.strip().removesuffix("Z").replace("T", " ").removesuffix(" 00:00:00")
        return unescaped(raw)

    def _number_text(self, raw: str) -> str:
        is_date = self._style in self._workbook.date_styles
        if not is_date and len(raw) <= EXACT_DIGITS and raw.isdecimal() and raw.isascii():
            return raw
        try:
            return date_text(raw, self._workbook) if is_date else decimal_text(raw)
        except (ArithmeticError, ValueError):
            return raw


def column_of(reference: str) -> int:
    """Return the number of the column in a reference such as `AB12`, 1 for `A`."""
    return _column_number(reference.rstrip("0123456789"))


@lru_cache(maxsize=1024)
def _column_number(letters: str) -> int:
    if not re.fullmatch("[A-Za-z]{1,3}", letters):
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def decimal_text(raw: str) -> str:
    """Return a stored number in the digits that Excel shows: fifteen of them count."""
    shown = _FIFTEEN_DIGITS.create_decimal(raw.strip()).normalize(_FIFTEEN_DIGITS)
    if not shown.is_finite() or abs(shown.adjusted()) > LONGEST_NUMBER:
        return raw
    return "0" if shown.is_zero() else format(shown, "f")


def date_text(raw: str, workbook: Workbook) -> str:
    """Return the moment that a stored number of days stands for."""
    serial = float(raw)
    if not 0 <= serial < DAYS_TO_THE_YEAR_10000:
        return decimal_text(raw)
    moment = excel_moment(serial, is_1904=workbook.is_1904)
    if serial < 1:
        return moment.strftime("%H:%M:%S")
    return moment.isoformat(" ").removesuffix(" 00:00:00")


def excel_moment(serial: float, *, is_1904: bool = False) -> datetime:
    """Return the moment `serial` days after Excel's beginning, to the second.

    Excel believes in 29 February 1900; days before it are counted from a day later.
    """
    beginning = _BEGINNING_1904 if is_1904 else _BEGINNING_1900
    if not is_1904 and serial < LEAP_DAY_OF_1900:
        beginning += timedelta(days=1)
    return beginning + timedelta(seconds=round(serial * 86_400))

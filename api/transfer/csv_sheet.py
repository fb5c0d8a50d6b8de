"""Reads delimited text row by row; the file never stands in memory as a whole.

A row that cannot be separated becomes a row with a fault that holds its lines as they are, and
reading goes on behind it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from api.messages import Phrase
from api.transfer.encodings import Encoding, check_encoding, encoding_named, find_encoding
from api.transfer.faults import Fault, SheetError

SAMPLE_CHARACTERS = 64 * 1024
SAMPLE_ROWS = 20
STRAY_CONTROLS = 5
DELIMITERS = (",", ";", "\t")

RawRow = tuple[int, list[str], tuple[Fault, ...]]
"""Number, cells and faults of a row; the header is a row like any other here."""


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a text file is written, which is how its error file will be."""

    encoding: Encoding
    delimiter: str


def csv_form(stream: BinaryIO, *, encoding: str | None, delimiter: str | None) -> CsvForm:
    """Return how `stream` is written; SheetError when it is no text that we read."""
    if encoding is None:
        found = find_encoding(stream)
    else:
        found = encoding_named(encoding)
        check_encoding(stream, found)
    with _Text(stream, found) as text:
        sample = text.read(SAMPLE_CHARACTERS)
    _check_sample(sample)
    if delimiter is None:
        return CsvForm(found, _stated_delimiter(sample) or _sniffed_delimiter(sample))
    if delimiter not in DELIMITERS:
        raise SheetError("sheet-unknown-delimiter", known=[repr(each) for each in DELIMITERS])
    return CsvForm(found, delimiter)


def csv_rows(stream: BinaryIO, form: CsvForm) -> Iterator[RawRow]:
    """Yield the rows of `stream`, blank ones left out but counted as Excel counts them."""
    with _Text(stream, form.encoding) as text:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
        number = 0
        while True:
            lines.taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                first, number = number + 1, number + len(lines.taken)
                yield number, ["".join(lines.taken)], (_fault(error, first, number),)
                continue
            number += 1
            if number == 1 and _stated_delimiter("".join(lines.taken)):
                continue
            if any(cell.strip() for cell in cells):
                yield number, cells, ()


class _Text(io.TextIOWrapper):
    """The text of a binary stream after its byte order mark; leaves the stream open."""

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        stream.seek(0)
        if stream.read(len(encoding.bom)) != encoding.bom:
            stream.seek(0)
        super().__init__(stream, encoding.codec, "strict", newline="")

    def __exit__(self, *_: object) -> None:
        # Rows that nobody reads to the end are left when the stream may be closed already.
        if not self.buffer.closed:
            self.detach()


class _Lines:
    """Hands lines to the reader and remembers those of the row at hand."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.taken.append(line)
        return line


def _fault(error: csv.Error, first: int, last: int) -> Fault:
    if "field larger" in str(error):
        return Fault(Phrase("row-field-endless", first=first, last=last))
    return Fault(Phrase("row-badly-quoted", first=first, last=last))


def _check_sample(sample: str) -> None:
    start = sample.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<table", "<?xml", "<meta")):
        raise SheetError("sheet-html")
    controls = sum(sample.count(chr(code)) for code in (*range(1, 9), *range(14, 32)))
    if controls > STRAY_CONTROLS + len(sample) // 100 or start.startswith("%pdf-"):
        raise SheetError("sheet-binary")


def _stated_delimiter(sample: str) -> str | None:
    """Return the delimiter that Excel's own first line `sep=;` names."""
    first = sample.split("\n", 1)[0].strip("\r\ufeff")
    is_stated = first.lower().startswith("sep=") and first[4:] in DELIMITERS
    return first[4:] if is_stated else None


def _sniffed_delimiter(sample: str) -> str:
    """Return the delimiter that separates the sample most evenly into most columns."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> int:
    """Return how many cells stand in rows of the commonest width, unless that is one."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths: Counter[int] = Counter()
    with suppress(csv.Error):
        widths.update(len(cells) for cells in islice(filter(any, reader), SAMPLE_ROWS))
    return max((width * count for width, count in widths.items() if width > 1), default=0)

"""Writes a workbook, all of it text, straight into a stream; a full sheet is followed by another.

Our own because libraries for this either hold every cell in memory or lay the rows, unencrypted,
into temporary files, where no erasure looks and a killed process leaves them (D12).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from functools import cache
from html import escape
from typing import Protocol

MAX_CELL_CHARACTERS = 32_767
"""What Excel allows in one cell."""

MAX_ROWS = 1_048_576
"""What Excel allows in one sheet, its header among them."""

_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_PARTS = {
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    # The second format is text, so that Excel makes no numbers of phones when somebody edits them.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/>'
        '</font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/>'
        '</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/>'
        '<xf numFmtId="49" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
    ),
}
_SHEET_HEAD = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1"'
    ' topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_NOT_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class Target(Protocol):
    """Where a workbook goes; it need not be able to seek."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""
        ...

    def flush(self) -> object:
        """Hand on what was taken."""
        ...


class XlsxWriter:
    """Writes row after row; the workbook is whole once it is closed.

    The first row is the header, and stands again on top of every further sheet.
    """

    def __init__(self, target: Target) -> None:
        """Begin a workbook in `target`, which stays open."""
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]  # any stream will do
        for name, content in _PARTS.items():
            self._zip.writestr(_entry(name), _HEAD + content)
        self._header: list[str] | None = None
        self._sheets = 0
        self._begin_sheet()

    def write(self, cells: Iterable[str]) -> None:
        """Write a row of texts; what is longer than a cell may be is cut."""
        if self._header is None:
            self._header = cells = list(cells)
        elif self._row == MAX_ROWS:
            self._end_sheet()
            self._begin_sheet()
            self._write(self._header)
        self._write(cells)

    def close(self) -> None:
        """Finish the workbook."""
        self._end_sheet()
        for name, content in _parts_naming(range(1, self._sheets + 1)).items():
            self._zip.writestr(_entry(name), _HEAD + content)
        self._zip.close()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        entry = _entry(f"xl/worksheets/sheet{self._sheets}.xml")
        self._part = self._zip.open(entry, "w", force_zip64=True)
        self._part.write((_HEAD + _SHEET_HEAD).encode())
        self._row = 0

    def _end_sheet(self) -> None:
        self._part.write(b"</sheetData></worksheet>")
        self._part.close()

    def _write(self, cells: Iterable[str]) -> None:
        self._row += 1
        shown = (
            f'<c r="{_column(number)}{self._row}" s="1" t="inlineStr"><is><t xml:space="preserve">'
            f"{_escaped(text)}</t></is></c>"
            for number, text in enumerate(cells)
            if text
        )
        self._part.write(f'<row r="{self._row}">{"".join(shown)}</row>'.encode())


def _parts_naming(sheets: range) -> dict[str, str]:
    """Return the parts that name every sheet, which are written when their number is known."""
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        for n in sheets
    )
    names = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in sheets)
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet"'
        f' Target="worksheets/sheet{n}.xml"/>'
        for n in sheets
    )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{types}'
            "</Types>"
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{names}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
            f'<Relationship Id="styles" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
            "</Relationships>"
        ),
    }


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _escaped(text: str) -> str:
    return _NOT_XML.sub(
        lambda found: f"_x{ord(found[0]):04X}_", escape(text[:MAX_CELL_CHARACTERS], quote=False)
    )


@cache
def _column(number: int) -> str:
    """Return the letters of a column, A for 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

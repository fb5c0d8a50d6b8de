"""Writes a workbook of one sheet, all of it text, straight into a stream.

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

_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2"'
        f' Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
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
    """Writes row after row; the workbook is whole once it is closed."""

    def __init__(self, target: Target) -> None:
        """Begin a workbook in `target`, which stays open."""
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]  # any stream will do
        for name, content in _PARTS.items():
            self._zip.writestr(_entry(name), _HEAD + content)
        self._part = self._zip.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True)
        self._part.write((_HEAD + _SHEET_HEAD).encode())
        self._row = 0

    def write(self, cells: Iterable[str]) -> None:
        """Write a row of texts; what is longer than a cell may be is cut."""
        self._row += 1
        shown = (
            f'<c r="{_column(number)}{self._row}" s="1" t="inlineStr"><is><t xml:space="preserve">'
            f"{_escaped(text)}</t></is></c>"
            for number, text in enumerate(cells)
            if text
        )
        self._part.write(f'<row r="{self._row}">{"".join(shown)}</row>'.encode())

    def close(self) -> None:
        """Finish the workbook."""
        self._part.write(b"</sheetData></worksheet>")
        self._part.close()
        self._zip.close()


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

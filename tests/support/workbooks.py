"""Makes small workbooks, well-formed and otherwise."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, time

import xlsxwriter  # type: ignore[import-untyped]

FORMATS = {date: "yyyy-mm-dd", datetime: "yyyy/m/d h:mm", time: "h:mm:ss"}


def workbook(rows: Iterable[Iterable[object]], **sheets: Iterable[Iterable[object]]) -> io.BytesIO:
    """Return a workbook with `rows` in its first sheet and each of `sheets` after it."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
    for name, content in {"Sheet1": rows, **sheets}.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(content):
            for column, value in enumerate(row):
                if type(value) in formats:
                    sheet.write_datetime(number, column, value, formats[type(value)])
                elif value is not None:
                    sheet.write(number, column, value)
    book.close()
    stream.seek(0)
    return stream


def with_part(book: io.BytesIO, path: str, change: Callable[[bytes], bytes | None]) -> io.BytesIO:
    """Return `book` with the part at `path` changed, or left out when `change` answers None."""
    changed = io.BytesIO()
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as to:
        for name in source.namelist():
            content = change(source.read(name)) if name == path else source.read(name)
            if content is not None:
                to.writestr(name, content)
    changed.seek(0)
    return changed

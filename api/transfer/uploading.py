"""What is found in an uploaded sheet before anything is imported: columns, first rows, problems."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from api.messages import Language, Phrase, say
from api.transfer.columns import ColumnMap, match_columns, meanings_of
from api.transfer.csv_sheet import CsvForm
from api.transfer.faults import Fault, SheetError
from api.transfer.importing import ImportKind
from api.transfer.sheets import Sheet, SheetRow, open_sheet

MAX_BYTES = 20 * 1024 * 1024
"""The largest sheet that is uploaded; a larger one is imported on the machine itself."""

CLIPPED = 200
"""Characters of a cell that a preview shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSettings:
    """How a sheet is to be read: what was chosen, empty where it is found out.

    `columns` says what headers mean, an empty field leaves a column out; `constants` are texts of
    fields that have no column. `reason` is kept with every event.
    """

    file_name: str = ""
    encoding: str = ""
    delimiter: str = ""
    worksheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    language: str = Language.ENGLISH.value

    def as_json(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return asdict(self)

    def opened(self, content: bytes) -> Sheet:
        """Return the sheet in `content`; SheetError when there is none."""
        return open_sheet(
            io.BytesIO(content),
            encoding=self.encoding or None,
            delimiter=self.delimiter or None,
            sheet=self.worksheet or None,
        )

    def matched(self, sheet: Sheet, kind: ImportKind) -> ColumnMap:
        """Return what the columns of `sheet` mean; SheetError when that is not enough."""
        return match_columns(sheet.header, kind.columns, self.columns, self.constants)


def findings_of(content: bytes, kind: ImportKind, settings: SheetSettings) -> dict[str, Any]:
    """Return what is found in a sheet; SheetError when it is none, or `settings` name nothing.

    What a person can mend by saying what the columns mean is a `problem` and no error.
    """
    known = [column.field for column in kind.columns.columns]
    for name in settings.constants.keys() - set(known):
        raise SheetError("mapping-unknown-field", field=name, known=known)
    sheet = settings.opened(content)
    meant = meanings_of(sheet.header, kind.columns, settings.columns)
    return {
        "columns": [{"header": text, "field": meant[text]} for text in sheet.header if text],
        "repeated": list(sheet.repeated),
        "preview": [_shown(sheet, row) for row in sheet.preview()],
        "problem": _problem(settings, sheet, kind),
        "refused": [],
        **_form(sheet),
    }


def refused_row(sheet: Sheet, row: SheetRow, faults: Iterable[Fault]) -> dict[str, Any]:
    """Return a row that was refused, with what is wrong with it in both languages."""
    return {
        **_shown(sheet, row),
        "faults": [
            {"column": fault.column, "code": fault.message.code, **_said(fault.message)}
            for fault in faults
        ],
    }


def problem_of(error: SheetError) -> dict[str, Any]:
    """Return what is wrong with a sheet as a whole, in both languages."""
    return {"code": error.code, **_said(Phrase(error.code, **error.values))}


def _problem(settings: SheetSettings, sheet: Sheet, kind: ImportKind) -> dict[str, Any] | None:
    try:
        unknown = settings.matched(sheet, kind).unknown
    except SheetError as error:
        return problem_of(error)
    return problem_of(SheetError("columns-not-understood", columns=unknown)) if unknown else None


def _shown(sheet: Sheet, row: SheetRow) -> dict[str, Any]:
    # Cells under the headers, which columns without one are not.
    cells = [cell[:CLIPPED] for text, cell in zip(sheet.header, row.cells, strict=False) if text]
    return {"number": row.number, "cells": cells}


def _form(sheet: Sheet) -> dict[str, Any]:
    if isinstance(sheet.form, CsvForm):
        return {
            "encoding": sheet.form.encoding.value,
            "delimiter": sheet.form.delimiter,
            "worksheet": "",
            "worksheets": [],
        }
    return {
        "encoding": "",
        "delimiter": "",
        "worksheet": sheet.form.sheet,
        "worksheets": list(sheet.form.sheets),
    }


def _said(phrase: Phrase) -> dict[str, str]:
    return {language.value: say(phrase.code, language, phrase.values) for language in Language}

"""Imports as they go in and out: a sheet, what its columns mean, what became of its rows."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.transfer.importing import ImportKind, Verdict
from api.v1.schemas.base import EnumText, OneOf, StrictSchema, Text
from api.v1.schemas.customers import REASON
from workers.uploads import UploadState

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
MAX_HEADER = 32_767
ENCODING = {"description": "Of a text file; found out when not given."}
MAPPED = {
    "description": "Header to field; empty leaves the column out.",
    "example": {"客户": "name", "内部编号": ""},
}

REPEATED = {"description": "Names of several columns; the second 电话 is called 电话 (2)."}


class _Reading(StrictSchema):
    encoding = Text(40, metadata=ENCODING)
    delimiter = OneOf(DELIMITERS, metadata=ENCODING)
    worksheet = Text(100, metadata={"description": "Of a workbook; the first with anything in it."})


class NewImport(_Reading):
    """What is uploaded, and how it is to be read."""

    kind = EnumText(ImportKind, required=True)
    name = Text(255, metadata={"description": "What the file is called."})


class ImportSettings(_Reading):
    """How the sheet is to be read from now on; what is left out stays as it is."""

    columns = fields.Dict(keys=Text(MAX_HEADER), values=fields.String(), metadata=MAPPED)
    constants = fields.Dict(
        keys=Text(40),
        values=Text(1_000),
        metadata={"description": "Field to text, for fields that have no column."},
    )
    reason = Text(500, metadata=REASON)


class SheetColumn(Schema):
    """A column: `field` is what it means, empty when it is left out, null when nobody knows."""

    header = fields.String(required=True)
    field = fields.String(required=True, allow_none=True)


class PreviewRow(Schema):
    """A row as it was read, one cell for each of the columns."""

    number = fields.Integer(required=True)
    cells = fields.List(fields.String(), required=True)


class RowFault(Schema):
    """What is wrong with a row, and in which column when it is one cell's fault."""

    column = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class RefusedRow(PreviewRow):
    """A row that cannot be imported."""

    faults = fields.List(fields.Nested(RowFault), required=True)


class ImportProblem(Schema):
    """Why the sheet cannot be imported as it is."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class ImportRow(Schema):
    """An import as the list shows it; `verdicts` counts the rows that were judged so far.

    `progress` is the part of the file that was read, from 0 to 1. What is personal is kept until
    `kept_until` and is empty afterwards.
    """

    id = fields.UUID(required=True)
    kind = EnumText(ImportKind, required=True)
    state = EnumText(UploadState, required=True)
    file_name = fields.String(required=True)
    uploaded_at = fields.DateTime(required=True)
    changed_at = fields.DateTime(required=True)
    kept_until = fields.DateTime(required=True)
    rows = fields.Integer(required=True)
    progress = fields.Float(required=True)
    verdicts = fields.Dict(keys=EnumText(Verdict), values=fields.Integer(), required=True)
    has_error_file = fields.Boolean(required=True)


class Import(ImportRow):
    """An import with what was found in its sheet; `refused` are the first refused rows."""

    encoding = fields.String(required=True)
    delimiter = fields.String(required=True)
    worksheet = fields.String(required=True)
    worksheets = fields.List(fields.String(), required=True)
    columns = fields.List(fields.Nested(SheetColumn), required=True)
    repeated = fields.List(fields.String(), required=True, metadata=REPEATED)
    constants = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    reason = fields.String(required=True)
    preview = fields.List(fields.Nested(PreviewRow), required=True)
    problem = fields.Nested(ImportProblem, required=True, allow_none=True)
    refused = fields.List(fields.Nested(RefusedRow), required=True)

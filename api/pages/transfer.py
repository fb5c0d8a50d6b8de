"""Import and export (导入与导出): sheets come in, and customers go out, in the open."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from api.pages.frame import page_blueprint, read_query, show, the_wording
from api.service import the_principal, the_service
from api.transfer.encodings import Encoding
from api.transfer.exporting import SheetFormat
from api.transfer.importing import ImportKind, Verdict
from api.v1.imports import import_page, import_shown, own_upload
from api.v1.schemas.imports import DELIMITERS
from api.v1.schemas.query import PageQuery
from api.v1.schemas.roster import RosterSelection
from workers.uploads import AT_WORK, READY

blueprint = page_blueprint("transfer")


@blueprint.get("/imports")
def list_imports() -> Response:
    """Show one's own imports, and where to upload a sheet."""
    body, _ = import_page(read_query(PageQuery))
    return show(
        "imports.html",
        rows=body["items"],
        next_cursor=body.get("next_cursor"),
        kinds=list(ImportKind),
        verdicts=list(Verdict),
    )


@blueprint.get("/imports/<uuid:import_id>")
def show_import(import_id: UUID) -> Response:
    """Show an import: its columns and first rows, how far it is, what became of its rows."""
    upload = own_upload(import_id)
    kind, language = ImportKind(upload.kind), the_wording().language
    return show(
        "import.html",
        each=import_shown(upload),
        is_at_work=upload.state in AT_WORK,
        can_go_on=upload.state in READY and bool(upload.settings),
        fields={column.field: column.called(language) for column in kind.columns.columns},
        encodings=[encoding.value for encoding in Encoding],
        delimiters=DELIMITERS,
        verdicts=list(Verdict),
    )


@blueprint.get("/customers/export")
def ask_for_export() -> Response:
    """Show whom the address chooses, as the list does, and ask why they go out; for managers."""
    the_principal().require_manager()
    query = read_query(RosterSelection)
    chosen = {name: value for name, value in query.items() if name in request.args}
    return show(
        "export.html",
        chosen={name: value for name, value in chosen.items() if name != "sort"},
        formats=[SheetFormat.XLSX, SheetFormat.CSV],
        today=the_service().today(),
    )

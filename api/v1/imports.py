"""Imports (导入): a sheet is uploaded, its columns are understood, checked, and imported.

The workers do the last two; how far they are stands under `GET /imports/{import_id}`. An import is
seen by nobody but whoever has uploaded it: a sheet holds people who are nobody's customers yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request

from api.blueprints import Blueprint
from api.messages import Language
from api.problems import Problem, request_language
from api.service import the_principal, the_service
from api.transfer.importing import ImportKind, Verdict
from api.transfer.uploading import MAX_BYTES, SheetSettings, findings_of
from api.v1.lists import listed
from api.v1.schemas import imports as schemas
from api.v1.schemas.query import PageQuery
from api.v1.schemas.rows import page_of
from domain.access import Grant
from domain.errors import KeyReusedError, NotFoundError
from domain.ids import named_id
from workers.uploads import Upload, UploadState

MOST_KEPT = 10
"""How many sheets are kept for one person at a time."""

blueprint = Blueprint("imports", "imports", url_prefix="/imports", description="导入 Imports")

Answer = tuple[dict[str, Any], dict[str, str]]

_BINARY = {"schema": {"type": "string", "format": "binary"}}


@blueprint.post("", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Import)
@blueprint.arguments(schemas.NewImport, location="query")
@blueprint.doc(requestBody={"required": True, "content": {"application/octet-stream": _BINARY}})
def upload_sheet(query: dict[str, Any], idempotency_key: str) -> Answer:
    """Upload a CSV or XLSX file of at most 20 MB as the body, to be imported.

    Answers with its columns, what they mean as far as is known, and the first rows; nothing is
    imported yet. The file is kept encrypted, for a day at most.
    """
    request.max_content_length = MAX_BYTES
    content = request.get_data(cache=True)
    service, kind = the_service(), query["kind"]
    rep_id = _whoever()
    import_id = named_id("upload", rep_id, idempotency_key)
    if (known := service.uploads.get(import_id)) is not None:
        if (kept := service.uploads.content(import_id)) is not None and kept != content:
            raise KeyReusedError(key=idempotency_key)
        return import_shown(known), {"Idempotency-Replayed": "true"}
    if service.uploads.count_open(rep_id) >= MOST_KEPT:
        raise Problem(409, "too-many-uploads", values={"limit": MOST_KEPT})
    settings = SheetSettings(
        file_name=query.get("name", ""), language=request_language().value, **_reading(query)
    )
    service.uploads.add(
        import_id,
        content,
        rep_id=rep_id,
        kind=kind.value,
        settings=settings.as_json(),
        findings=findings_of(content, kind, settings),
        now=service.now(),
    )
    return import_shown(own_upload(import_id)), {"Location": f"/api/v1/imports/{import_id}"}


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.ImportRow))
@blueprint.arguments(PageQuery, location="query")
def list_imports(query: dict[str, Any]) -> Answer:
    """List your imports of the last 90 days, the newest first."""
    return import_page(query)


def import_page(query: dict[str, Any]) -> Answer:
    """Return the page of one's own imports that `query` asks for."""
    uploads, rep_id = the_service().uploads, _whoever()
    body, headers = listed(
        query,
        tuple[datetime, UUID],
        lambda after, limit: uploads.page(rep_id, after, limit),
        lambda upload: (upload.uploaded_at, upload.key),
    )
    return {**body, "items": [_row(upload) for upload in body["items"]]}, headers


@blueprint.get("/<uuid:import_id>", needs=Grant.READ)
@blueprint.shows(200, schemas.Import)
def get_import(import_id: UUID) -> Answer:
    """Return an import: what is in its sheet, and how far it is."""
    return import_shown(own_upload(import_id)), {}


@blueprint.patch("/<uuid:import_id>", needs=Grant.WRITE)
@blueprint.shows(200, schemas.Import)
@blueprint.arguments(schemas.ImportSettings)
def change_import(body: dict[str, Any], import_id: UUID) -> Answer:
    """Say what the columns mean, or how the file is to be read; what was checked counts no more."""
    service, upload = the_service(), own_upload(import_id)
    content = service.uploads.content(import_id)
    if content is None:
        raise Problem(409, "import-at-work")
    told = {name: body[name] for name in ("columns", "constants", "reason") if name in body}
    settings = replace(SheetSettings(**upload.settings), **told, **_reading(body))
    findings = findings_of(content, ImportKind(upload.kind), settings)
    if not service.uploads.settle(import_id, settings.as_json(), findings, service.now()):
        raise Problem(409, "import-at-work")
    return import_shown(own_upload(import_id)), {}


@blueprint.post("/<uuid:import_id>/check", needs=Grant.WRITE)
@blueprint.shows(202, schemas.Import)
def check_import(import_id: UUID) -> Answer:
    """Have every row judged and nothing stored; the answer comes with `GET`."""
    return _begun(import_id, UploadState.CHECKING, may_leave={"columns-not-understood"})


@blueprint.post("/<uuid:import_id>/start", needs=Grant.WRITE)
@blueprint.shows(202, schemas.Import)
def start_import(import_id: UUID) -> Answer:
    """Import every row that can be, once, however often this is asked.

    The others stand in the error file, which can be mended and uploaded.
    """
    return _begun(import_id, UploadState.IMPORTING)


@blueprint.post("/<uuid:import_id>/cancellation", needs=Grant.WRITE)
@blueprint.shows(200, schemas.Import)
def cancel_import(import_id: UUID) -> Answer:
    """Stop an import and delete its sheet; what was imported stays."""
    service, upload = the_service(), own_upload(import_id)
    is_over = upload.state is UploadState.CANCELLED
    if not is_over and not service.uploads.cancel(import_id, service.now()):
        raise Problem(409, "import-at-work")
    return import_shown(own_upload(import_id)), {}


@blueprint.get("/<uuid:import_id>/errors", needs=Grant.READ)
@blueprint.alt_response(
    200, schema=_BINARY["schema"], content_type="application/octet-stream", success=True
)
def download_errors(import_id: UUID) -> Response:
    """Download the rows that were refused, each with what is wrong, to be mended and uploaded."""
    upload = own_upload(import_id)
    errors = the_service().uploads.errors(import_id)
    if errors is None:
        raise NotFoundError(of="error file", id=str(import_id))
    suffix = "xlsx" if upload.findings.get("worksheet") else "csv"
    headers = {"Content-Disposition": f'attachment; filename="errors-{import_id}.{suffix}"'}
    return Response(errors, content_type="application/octet-stream", headers=headers)


def own_upload(import_id: UUID) -> Upload:
    """Return an upload of whoever asks; NotFoundError when it is absent or somebody else's."""
    upload = the_service().uploads.get(import_id)
    if upload is None or upload.rep_id != _whoever():
        raise NotFoundError(of="import", id=str(import_id))
    return upload


def _whoever() -> UUID:
    principal = the_principal()
    assert principal.id is not None  # noqa: S101 - tokens belong to representatives
    return principal.id


def _begun(import_id: UUID, state: UploadState, may_leave: set[str] | None = None) -> Answer:
    service, upload = the_service(), own_upload(import_id)
    if upload.state is not state:
        problem = upload.findings.get("problem")
        if problem and problem["code"] not in (may_leave or set()):
            values = {"problem": problem[request_language().value]}
            raise Problem(409, "import-not-ready", values=values)
        head = service.read.log.head
        if not service.uploads.begin(import_id, state, head, service.now()):
            raise Problem(409, "import-at-work")
    return import_shown(own_upload(import_id)), {}


def _reading(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a file is to be read, as far as `given` says so."""
    told = {name: given[name] for name in ("encoding", "delimiter", "worksheet") if name in given}
    if "delimiter" in told:
        told["delimiter"] = schemas.DELIMITERS[told["delimiter"]]
    return told


def _row(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.key,
        "kind": upload.kind,
        "state": upload.state,
        "file_name": upload.settings.get("file_name", ""),
        "uploaded_at": upload.uploaded_at,
        "changed_at": upload.changed_at,
        "kept_until": upload.kept_until,
        "rows": upload.rows,
        "progress": upload.progress,
        "verdicts": {verdict.value: upload.counts.get(verdict.value, 0) for verdict in Verdict},
        "has_error_file": upload.has_errors,
    }


def import_shown(upload: Upload) -> dict[str, Any]:
    """Return an import with what was found in its sheet, in the language of the request."""
    language, findings = request_language(), upload.findings
    problem = findings.get("problem")
    return {
        **_row(upload),
        **{name: findings.get(name, "") for name in ("encoding", "delimiter", "worksheet")},
        **{name: findings.get(name, []) for name in ("worksheets", "columns", "repeated")},
        "constants": upload.settings.get("constants", {}),
        "reason": upload.settings.get("reason", ""),
        "preview": findings.get("preview", []),
        "problem": _told(problem, language) if problem else None,
        "refused": [
            {
                **row,
                "faults": [{**_told(f, language), "column": f["column"]} for f in row["faults"]],
            }
            for row in findings.get("refused", [])
        ],
    }


def _told(said: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {"code": said["code"], "message": said[language.value]}

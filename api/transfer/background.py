"""Judges uploaded sheets for the workers, as whoever uploaded them (`workers.importing`)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from api.messages import Language
from api.transfer.error_file import ErrorFile
from api.transfer.faults import Fault, SheetError
from api.transfer.importing import Importer, ImportKind, LogDirectory, Report
from api.transfer.sheets import Sheet, SheetRow
from api.transfer.uploading import SheetSettings, problem_of, refused_row
from domain.access import Principal, Scope
from domain.errors import ForbiddenError
from domain.provenance import Provenance
from projections.bootstrap import ReadSide
from workers.clock import Clock
from workers.importing import Note
from workers.uploads import Judged, Upload, UploadState

SHOWN = 20
"""How many refused rows are shown; the error file holds all of them."""


def judge(
    read: ReadSide, upload: Upload, content: bytes, clock: Clock, note: Note
) -> tuple[Judged, UploadState]:
    """Check or import an upload for whoever uploaded it; a sheet that fails as a whole says why."""
    kind, settings = ImportKind(upload.kind), SheetSettings(**upload.settings)
    is_check = upload.state is UploadState.CHECKING
    try:
        principal = principal_of(read, upload)
        sheet = settings.opened(content)
        columns = settings.matched(sheet, kind)
    except (SheetError, ForbiddenError) as error:
        problem = SheetError("import-not-yours") if isinstance(error, ForbiddenError) else error
        findings = {**upload.findings, "problem": problem_of(problem)}
        return Judged(findings=findings), UploadState.FAILED
    errors = io.BytesIO()
    findings, ends = dict(upload.findings), UploadState.CHECKED if is_check else UploadState.DONE
    with ErrorFile(errors, sheet, Language(settings.language)) as file:
        rejects = _Rejects(file, sheet)
        importer = Importer(
            read.care,
            LogDirectory(read.care, read.people, principal.visibility),
            lambda: Provenance(
                principal=principal,
                at=clock.now(),
                through="import",
                correlation=upload.key,
                why=settings.reason,
            ),
            constants=settings.constants,
            dry_run=is_check,
            began_after=None if is_check else upload.began_after,
        )
        try:
            importer.run(
                kind, sheet, columns, rejects,
                lambda so_far: note(_judged(so_far, sheet.progress())),
            )  # fmt: skip
        except SheetError as error:  # further down, where nobody has looked yet
            findings["problem"], ends = problem_of(error), UploadState.FAILED
    judged = _judged(
        importer.report,
        1.0,
        findings=findings | {"refused": rejects.shown},
        errors=errors.getvalue() if file.count else None,
    )
    return judged, ends


def principal_of(read: ReadSide, upload: Upload) -> Principal:
    """Return whoever uploaded it as he stands today; ForbiddenError when he has left."""
    person = read.people.get(upload.rep_id)
    if person is None or person.left_on is not None:
        raise ForbiddenError(needs="somebody who works here", role="nobody")
    team = read.people.team_members(person.team) if person.scope is Scope.TEAM else ()
    return Principal.representative(
        person.rep_id, role=person.role, scope=person.scope, team_ids=team
    )


class _Rejects:
    """Writes refused rows to the error file and keeps the first ones to be shown."""

    def __init__(self, file: ErrorFile, sheet: Sheet) -> None:
        self.shown: list[dict[str, Any]] = []
        self._file = file
        self._sheet = sheet

    def add(self, row: SheetRow, faults: Iterable[Fault]) -> None:
        faults = tuple(faults)
        self._file.add(row, faults)
        if len(self.shown) < SHOWN:
            self.shown.append(refused_row(self._sheet, row, faults))


def _judged(report: Report, progress: float, **more: Any) -> Judged:
    counts = {verdict.value: count for verdict, count in report.counts.items()}
    return Judged(rows=report.rows, progress=progress, counts=counts, **more)

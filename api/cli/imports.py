"""`kezhi import`: customers and purchases from CSV or XLSX, repeatable and resumable."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Self

import click

from api.cli.refusals import REFUSED, RefusedError
from api.cli.session import Session
from api.memory import collect_rarely
from api.transfer.columns import match_columns
from api.transfer.error_file import ErrorFile, error_file_suffix
from api.transfer.faults import Fault, SheetError
from api.transfer.importing import Importer, ImportKind, LogDirectory, Report, Verdict
from api.transfer.sheets import Sheet, SheetRow, open_sheet

WHOLE = 1_000
"""Of how many pieces the progress bar is."""


@click.command("import")
@click.argument("kind", type=click.Choice([kind.value for kind in ImportKind]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Decide every row, store nothing.")
@click.option("--encoding", help="Of a text file; found out when not given.")
@click.option("--delimiter", help="Of a text file; found out when not given.")
@click.option(
    "--sheet", help="The worksheet of a workbook; the first with anything in it when not given."
)
@click.option("--map", "meanings", multiple=True, metavar="HEADER=FIELD",
              help="What a column means; HEADER= leaves it out. The second of a name is called"
                   " 'HEADER (2)'.")  # fmt: skip
@click.option("--skip-unknown", is_flag=True,
              help="Leave out columns whose meaning is not known.")  # fmt: skip
@click.option("--set", "constants", multiple=True, metavar="FIELD=TEXT",
              help="A field that the sheet has no column for, the same in every row.")  # fmt: skip
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path),
              help="Where failed rows go; a new file beside FILE when not given.")  # fmt: skip
@click.option("--why", default="", help="Kept with every event.")
@click.pass_obj
def import_command(
    session: Session,
    /,
    *,
    kind: str,
    file: Path,
    dry_run: bool,
    errors: Path | None,
    why: str,
    **typed: Any,
) -> None:
    """Import customers or purchases from FILE.

    FILE is CSV, in any usual encoding, or XLSX, with Chinese or English headers; a column that is
    not understood stops it before anything is stored. Rows that fail go to an error file, which
    can be mended and imported again. Importing a file twice, or again after an interruption,
    doubles nothing. Exit code 1 when a row failed.
    """
    columns_of = ImportKind(kind).columns
    constants = _pairs("--set", typed["constants"])
    known = [column.field for column in columns_of.columns]
    for field in constants.keys() - set(known):
        raise SheetError("mapping-unknown-field", field=field, known=known)
    with file.open("rb") as stream:
        table = open_sheet(
            stream,
            encoding=typed["encoding"],
            delimiter=typed["delimiter"],
            sheet=typed["sheet"],
        )
        columns = match_columns(
            table.header, columns_of, _pairs("--map", typed["meanings"]), constants
        )
        if columns.unknown and not (dry_run or typed["skip_unknown"]):
            # Whoever noticed afterwards and imported again would have nameless people twice.
            raise SheetError("columns-unknown", columns=columns.unknown, known=known)
        usual = file.with_suffix(f".errors{error_file_suffix(table)}")
        with (
            _RejectFile(errors, usual, table, session) as rejects,
            session.opened("kezhi-import", settled=False) as read,
            session.progress() as bar,
        ):
            session.settle_people(read)
            collect_rarely()
            principal = session.principal(read)
            importer = Importer(
                read.care,
                LogDirectory(read.care, read.people, principal.visibility),
                lambda: session.provenance(principal, why=why, through="import"),
                constants=constants,
                dry_run=dry_run,
            )
            task = bar.add_task(file.name, total=WHOLE)
            try:
                importer.run(
                    ImportKind(kind), table, columns, rejects,
                    lambda _: bar.update(task, completed=int(table.progress() * WHOLE)),
                )  # fmt: skip
            except BaseException:
                if not dry_run:
                    session.answers.note("import-broken-off", rows=importer.report.rows)
                raise
    session.show(_summary(importer.report, columns.unknown, rejects, dry_run=dry_run))
    if rejects.count:
        click.get_current_context().exit(REFUSED)


class _RejectFile:
    """The error file: there when a row has failed, and only once it is whole.

    It goes to `path`, or under a free name like `usual`. RefusedError where nothing can be written.
    """

    def __init__(self, path: Path | None, usual: Path, sheet: Sheet, session: Session) -> None:
        self.path = path or usual
        self._is_chosen = path is not None
        self._sheet = sheet
        self._language = session.language

    @property
    def count(self) -> int:
        """How many rows failed."""
        return self._rows.count

    def add(self, row: SheetRow, faults: Iterable[Fault]) -> None:
        """Write a row with what is wrong with it."""
        self._rows.add(row, faults)

    def __enter__(self) -> Self:
        try:
            handle, name = mkstemp(".unfinished", f"{self.path.name}.", self.path.parent)
        except OSError as error:
            raise RefusedError(
                "error-file-unwritable", path=self.path, error=error.strerror
            ) from error
        self._unfinished = Path(name)
        self._file = os.fdopen(handle, "w+b")
        self._rows = ErrorFile(self._file, self._sheet, self._language)
        return self

    def __exit__(self, kind: type[BaseException] | None, *details: object) -> None:
        with self._file:
            self._rows.__exit__(kind, *details)
        if kind is not None or not self.count:
            self._unfinished.unlink()
            return
        if not self._is_chosen:
            self.path = _free(self.path)
        self._unfinished.replace(self.path)


def _pairs(option: str, pairs: tuple[str, ...]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            msg = f"{option}: {pair!r} has no ="
            raise click.UsageError(msg)
    # A header may hold the sign, a field never does.
    split = [pair.rpartition("=") if option == "--map" else pair.partition("=") for pair in pairs]
    return {name: value for name, _, value in split}


def _free(path: Path) -> Path:
    """Return `path`, numbered if it is there: somebody may be mending it."""
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return candidate


def _summary(
    report: Report, unknown: tuple[str, ...], rejects: _RejectFile, *, dry_run: bool
) -> dict[str, object]:
    summary: dict[str, object] = {"rows": report.rows}
    summary |= {verdict.value: report.counts[verdict] for verdict in Verdict}
    if unknown:
        summary["columns_not_understood"] = list(unknown)
    if rejects.count:
        summary["error_file"] = str(rejects.path)
    if dry_run:
        summary["dry_run"] = True
    return summary

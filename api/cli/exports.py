"""`kezhi export`: customers out of the house, each with a line in his history that says why."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.files import whole_file
from api.cli.session import Session
from api.transfer.exporting import USUAL, ExportOrder, SheetFormat, exported
from domain.grade import Grade
from projections.roster.filters import RosterFilters

_FORMATS = {f".{each}": each for each in SheetFormat}


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--grade", "grades", multiple=True, type=click.Choice([grade.value for grade in Grade])
)
@click.option("--owner", help="The login of whoever looks after them.")
@click.option("--tag")
@click.option("--region")
@click.option("--why", required=True, help="The reason, which is kept with each customer.")
@click.pass_obj
def export_command(
    session: Session,
    *,
    file: Path,
    grades: tuple[str, ...],
    owner: str | None,
    tag: str | None,
    region: str | None,
    why: str,
) -> None:
    """Write customers to FILE, which ends in .csv or .xlsx and may be imported again.

    For managers: those whom they see. Before a customer is written, his history says who did
    it and why.
    """
    form = _FORMATS.get(file.suffix.lower())
    if form is None:
        msg = "FILE ends in .csv or .xlsx."
        raise click.UsageError(msg)
    with session.opened() as read:
        principal = session.principal(read)
        principal.require_manager()
        order = ExportOrder(
            visibility=principal.visibility,
            filters=RosterFilters(
                grades=[Grade(grade) for grade in grades],
                owner_id=session.person(read, owner).rep_id if owner else None,
                tag=tag,
                region=region,
            ),
            sort="name",
            columns=USUAL,
            format=form,
            language=session.language,
            sign=lambda: session.provenance(principal, why=why),
        )
        with whole_file(file) as target:
            for piece in exported(read, order):
                target.write(piece)
    session.show({"file": str(file)})

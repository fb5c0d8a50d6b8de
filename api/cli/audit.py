"""For auditors (审计): the whole log, one customer's bundle, the verifier to check them with."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from api.cli.files import whole_file
from api.cli.finding import find_customer
from api.cli.session import Session
from api.evidence.bundle import write_bundle
from api.evidence.order import Order
from api.evidence.proof import newest_checkpoint
from api.people_names import People
from api.subject.export import write_export
from domain import commands
from domain.access_record import AccessKind
from domain.audit.one_file import NAME, one_file
from domain.eventstore.log_export import export_log
from projections.accesses.queries import AccessFilters

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("audit")
def audit_command() -> None:
    """Hand out what an auditor checks with kezhi-audit (审计)."""


@audit_command.command("export-log")
@click.argument("file", type=FILE)
@click.pass_obj
def export_log_(session: Session, *, file: Path) -> None:
    """Write the whole log to FILE, for kezhi-audit verify.

    It holds no personal data: of each event its place, a hash of what is stored, and its leaf.
    """
    with session.opened(settled=False) as read:
        session.principal(read).require_auditor()
        with whole_file(file) as target:
            events = export_log(read.database, read.log.recorder.schema, target, _now())
    session.show({"file": str(file), "events": events})


@audit_command.command("bundle")
@click.argument("customer")
@click.option("--output", "-o", type=FILE, help="By default kezhi-CUSTOMER.zip.")
@click.option("--why", required=True, help="The reason, which is recorded.")
@click.option("--sealed/--with-key", required=True, default=None,
              help="Without anything readable and without the key, or with both.")  # fmt: skip
@click.option("--since", type=click.IntRange(1), metavar="SIZE",
              help="The size of the checkpoint that the auditor holds.")  # fmt: skip
@click.pass_obj
def bundle(
    session: Session,
    *,
    customer: str,
    output: Path | None,
    why: str,
    sealed: bool,
    since: int | None,
) -> None:
    """Write the evidence bundle of CUSTOMER (证据包).

    Stored events, what they say in both languages, proofs and checkpoints. Who took it and why
    becomes part of the customer's history. A bundle with the key outlives his erasure.
    """
    with session.opened() as read:
        principal = session.principal(read)
        principal.require_auditor()
        found = find_customer(read, principal, customer)
        checkpoint = newest_checkpoint(read)
        access = AccessKind.SEALED_BUNDLE if sealed else AccessKind.BUNDLE
        record = commands.RecordAccess(customer_id=found.id, access=access)
        session.carry_out(read, record, why=why)
        order = Order(
            customer_id=found.id,
            made_by=principal.name,
            made_at=_now(),
            why=why,
            is_sealed=sealed,
            since=since,
        )
        file = output or Path(f"kezhi-{found.id}.zip")
        with whole_file(file) as target:
            write_bundle(read, order, checkpoint, target)
    session.show({"file": str(file), "customer_id": found.id, "events_signed": checkpoint.size})


@audit_command.command("subject")
@click.argument("customer")
@click.option("--output", "-o", type=FILE, help="By default kezhi-subject-CUSTOMER.zip.")
@click.option("--why", required=True, help="The reason, which is recorded.")
@click.pass_obj
def subject(session: Session, *, customer: str, output: Path | None, why: str) -> None:
    """Write all that is held about CUSTOMER, to be handed to himself (查阅复制).

    As data, to read in both languages, and who has looked into it. It becomes part of his history.
    """
    with session.opened() as read:
        principal = session.principal(read)
        principal.require_auditor()
        found = find_customer(read, principal, customer)
        record = commands.RecordAccess(customer_id=found.id, access=AccessKind.SUBJECT)
        session.carry_out(read, record, why=why)
        session.settle(read)
        file = output or Path(f"kezhi-subject-{found.id}.zip")
        with whole_file(file) as target:
            write_export(read, found, _now(), target)
    session.show({"file": str(file), "customer_id": found.id})


@audit_command.command("accesses")
@click.option("--reader", metavar="LOGIN", help="Only what this representative looked at.")
@click.option("--customer", help="Only who looked at this customer.")
@click.option("--kind", type=click.Choice([kind.value for kind in AccessKind]))
@click.option("--since", type=DAY, help="The first day that counts.")
@click.option("--until", type=DAY, help="The last day that counts.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@click.pass_obj
def accesses(
    session: Session,
    *,
    reader: str | None,
    customer: str | None,
    kind: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> None:
    """List who looked into whose past, what he took away and why (查阅记录), the newest first."""
    with session.opened() as read:
        principal = session.principal(read)
        principal.require_auditor()
        filters = AccessFilters(
            reader_id=session.person(read, reader).rep_id if reader else None,
            customer_id=(
                find_customer(read, principal, customer, may_be_erased=True).id
                if customer
                else None
            ),
            access=AccessKind(kind) if kind else None,
            since=since.date() if since else None,
            until=until.date() if until else None,
        )
        rows = read.accesses.page(filters, limit=limit)
        people = People(read.people, session.language)
        shown = [asdict(row) | {"reader": people.named(row.actor)} for row in rows]
    columns = ("recorded_at", "reader", "customer_id", "access", "why")
    session.show(shown, columns=columns)


@audit_command.command("key")
@click.pass_obj
def key(session: Session) -> None:
    """Print the verifier key, which an auditor keeps and gives to kezhi-audit by --key."""
    with session.opened(settled=False) as read:
        session.principal(read).require_auditor()
        keys = [{"key": key, "since": since} for key, since in read.checkpoints.verifier_keys()]
    if session.as_json:
        session.show(keys)
        return
    for each in keys:
        click.echo(each["key"])


@audit_command.command("verifier")
@click.option("--output", "-o", type=FILE, default=NAME, show_default=True)
@click.pass_obj
def verifier(session: Session, *, output: Path) -> None:
    """Write the verifier: one file that needs Python and cryptography, and no network."""
    output.write_bytes(one_file())
    session.show({"file": str(output)})


def _now() -> datetime:
    return datetime.now(UTC)

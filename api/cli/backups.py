"""Backups, restores and master keys on the command line (备份, 恢复, 密钥)."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import click
from psycopg.errors import LockNotAvailable

from api.cli.erasures import carry_out
from api.cli.files import whole_file
from api.cli.refusals import RefusedError
from api.cli.session import Session
from api.second_factors import SecondFactors
from domain.access import Principal
from domain.audit.archive import ArchiveError
from domain.audit.report import Verdict
from domain.audit.verifier import Verifier, keys_from
from domain.eventstore import erasure_register
from domain.eventstore.backup import NotEmptyError, back_up, beside_keys, load
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.key_rotation import rotate
from domain.eventstore.key_table import KeyTable
from domain.eventstore.log_export import export_log
from domain.eventstore.migrate import EVENT_LOG_SCHEMA, migrate
from domain.eventstore.roles import grant
from projections.bootstrap import ReadSide, opened

FILE = click.Path(dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


SECOND_FACTORS = "second-factors.json"
"""What the file of the keys holds besides: without it a restore would lock people out."""

VERIFIER_KEY = click.option("--key", help="The log's verifier key, by which it is checked.")


@click.command("backup")
@click.argument("log", type=FILE)
@click.argument("keys", type=FILE)
@click.pass_obj
def backup_command(session: Session, *, log: Path, keys: Path) -> None:
    """Back up the event log to LOG, the keys, second factors and erasures to KEYS (备份).

    Everything may go on meanwhile. Keep the two files apart, and the master key apart from both;
    of KEYS keep the newest only, for an older one holds keys of people who were erased since.
    """
    with session.opened("kezhi-backup", settled=False) as read:
        session.principal(read).require_auditor()
        with whole_file(log) as log_file, whole_file(keys) as key_file:
            rows = back_up(
                read.database,
                read.log.recorder.schema,
                log_file,
                key_file,
                datetime.now(UTC),
                beside={SECOND_FACTORS: _second_factors(read).kept()},
            )
    session.show({"log": str(log), "keys": str(keys), "rows": rows})


@click.command("restore")
@click.argument("log", type=EXISTING)
@click.argument("keys", type=EXISTING)
@click.option("--erasures", type=EXISTING, multiple=True,
              help="Another erasure register; that of this store is always used.")  # fmt: skip
@VERIFIER_KEY
@click.pass_obj
def restore_command(
    session: Session, *, log: Path, keys: Path, erasures: tuple[Path, ...], key: str | None
) -> None:
    """Load a backup into an empty store (恢复).

    The master key must be in its place. Whoever was erased since stays erased. The log is checked
    as an auditor would, the lists are built, erasures are carried out; then the service may start.
    """
    store = session.store
    registers = [file for file in (store.erasure_register, *erasures) if file.exists()]
    erased: dict[UUID, datetime] = {}
    for file in registers:
        erased |= erasure_register.read(file.read_text("utf-8"))
    with ExitStack() as stack:
        if store.is_embedded:
            stack.enter_context(EmbeddedPostgres(store.data_folder / "postgres"))
        engine, addresses = opened(store)
        if engine is not None:
            stack.callback(engine.stop)
        migrate(addresses.owner)
        grant(addresses, EVENT_LOG_SCHEMA)
        try:
            loaded = load(addresses.owner, EVENT_LOG_SCHEMA, log, keys, erased)
        except NotEmptyError:
            raise RefusedError("restore-not-empty") from None
        except ArchiveError as error:
            raise RefusedError("backup-unreadable", reason=str(error)) from error
        with session.opened("kezhi-restore", settled=False) as read:
            if (kept := beside_keys(keys, SECOND_FACTORS)) is not None:
                _second_factors(read).bring_back(kept)
            verdict, erased_again = _made_fit(session, read, key)
    shown = {**asdict(loaded), "verified": verdict.name.lower(), "erased_again": erased_again}
    session.show(shown)
    if verdict is Verdict.TAMPERED:
        sys.exit(1)


@click.command("reconcile")
@VERIFIER_KEY
@click.pass_obj
def reconcile_command(session: Session, *, key: str | None) -> None:
    """Make a database from another day fit for use (时间点恢复后).

    Run it before the service starts, after PostgreSQL's own means have brought the database back
    to an earlier point in time. The log is checked as an auditor would, the lists are brought up to
    date, and erasures that are in the register and not in the database are carried out again.
    """
    with session.opened("kezhi-reconcile", settled=False) as read:
        verdict, erased_again = _made_fit(session, read, key)
    session.show({"verified": verdict.name.lower(), "erased_again": erased_again})
    if verdict is Verdict.TAMPERED:
        sys.exit(1)


@click.group("keys")
def keys_command() -> None:
    """Master keys and data keys (密钥)."""


@keys_command.command("rotate")
@click.pass_obj
def rotate_(session: Session) -> None:
    """Put a new master key in the place of the one in use, while everything runs.

    Every data key is wrapped anew; then the old master key leaves the file, so that copies of the
    key table from before cannot be opened any more. Killed, it goes on when run again.
    """
    from workers.erasing.rewriting import rewrite  # noqa: PLC0415 - only here

    store = session.store
    if store.master_keys:
        raise RefusedError("keys-in-environment")
    with session.opened("kezhi-keys", settled=False) as read, session.progress() as bar:
        schema = read.log.recorder.schema
        task = bar.add_task("Keys", total=None)
        keys = rotate(
            store.master_key_file,
            read.log.keys,
            KeyTable(read.database, schema),
            lambda done, total: bar.update(task, completed=done, total=total),
        )
        try:
            refused = rewrite(read.database.address, schema)
        except LockNotAvailable as error:
            raise RefusedError("keys-not-rewritten") from error
    if refused:
        session.answers.note("not-rewritten")
    session.show({"master_key_version": keys.current, "not_rewritten": refused})


@keys_command.command("check")
@click.pass_obj
def check(session: Session) -> None:
    """Count people whose data keys cannot be had though nobody erased them; exit code 1 if any."""
    with session.opened("kezhi-keys", settled=False) as read:
        lost = read.lost_keys()
    session.show({"lost_keys": lost})
    if lost:
        sys.exit(1)


def _made_fit(session: Session, read: ReadSide, key: str | None) -> tuple[Verdict, list[str]]:
    """Check a log that was brought back, build its lists, erase again; return what came of it."""
    verdict = _verified(session, read, key)
    session.settle(read)
    return verdict, _reconciled(session, read)


def _second_factors(read: ReadSide) -> SecondFactors:
    return SecondFactors(read.database, read.log.blinding_secret)


def _verified(session: Session, read: ReadSide, key: str | None) -> Verdict:
    """Check the log as an auditor would, by `key` or by the keys that it names itself."""
    keys = keys_from(key) if key else []
    for text, _ in [] if keys else read.checkpoints.verifier_keys():
        keys += keys_from(text)
    if not keys:
        session.answers.note("restored-unsigned")
        return Verdict.UNTOLD
    with TemporaryDirectory() as folder:
        file = Path(folder) / "log.zip"
        with file.open("wb") as target:
            export_log(read.database, read.log.recorder.schema, target, datetime.now(UTC))
        report = Verifier(keys, None).verify(file, [], [])
    for line in report.lines((0, 1)):
        click.echo(line, err=True)
    return report.verdict


def _reconciled(session: Session, read: ReadSide) -> list[str]:
    """Erase again whom the register knows; build the lists if there was anybody.

    Who keeps that from being completed keeps nobody from using what was brought back.
    """
    from workers.erasing.procedure import Erasing  # noqa: PLC0415 - other commands need no workers

    erasing = Erasing(read, session.store)
    provenance = session.provenance(Principal.system("erasure"), through="worker")
    again = erasing.reconcile(provenance)
    if again:
        session.settle(read)
    try:
        carry_out(session, read)
    except RefusedError as held_up:
        session.answers.note(held_up.code, **held_up.fields)
    session.settle(read)
    return [str(customer_id) for customer_id in again]

"""Backups (备份): the event log in one file, the wrapped data keys and the erasures in another.

Both are of the same moment. Read models are not in them: they are built from the log, and hold
personal data in clear. Without the master key nothing personal in either file can be read; apart
from each other, neither can be read even with it. What somebody else has sealed may lie beside the
keys.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from domain.audit.archive import ArchiveError, ArchiveWriter, an_archive
from domain.eventstore import erasure_register
from domain.eventstore.database import Connection, Database
from domain.eventstore.key_table import KeyTable
from domain.eventstore.migrate import applied_migrations

BACKUP, KEYS = "kezhi-backup", "kezhi-keys"
LOG_TABLES = ("event", "leaf", "checkpoint", "verifier_key", "subtree", "refusal", "idempotency")
KEY_TABLES = ("subject_key",)
REGISTER = "erasures.txt"
BLOCK = 1 << 20


class NotEmptyError(Exception):
    """There are events in the store already; a backup is loaded into an empty one."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: how many events and keys, and whose keys were held back as erased."""

    events: int
    keys: int
    erased: int


def back_up(
    database: Database,
    schema: str,
    log: IO[bytes],
    keys: IO[bytes],
    at: datetime,
    *,
    beside: Mapping[str, bytes],
) -> dict[str, int]:
    """Write log and keys as they are at one moment, `at`; return how many rows of each table.

    `beside` is laid beside the keys as it is, by name; `beside_keys` returns it.
    """
    erased = KeyTable(database, schema).destroyed()
    with database.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        made = {
            "made_at": at.isoformat(),
            "migrations": sorted(applied_migrations(connection, schema)),
        }
        archive = ArchiveWriter(log)
        tables = _write(connection, schema, LOG_TABLES, archive)
        archive.finish({"kind": BACKUP, "tables": tables, **made})
        archive = ArchiveWriter(keys)
        archive.write(REGISTER, erasure_register.write(erased))
        for name, content in beside.items():
            archive.write(name, content)
        key_tables = _write(connection, schema, KEY_TABLES, archive)
        archive.finish({"kind": KEYS, "tables": key_tables, **made})
    return {table: each["rows"] for table, each in {**tables, **key_tables}.items()}


def _write(
    connection: Connection, schema: str, tables: Sequence[str], archive: ArchiveWriter
) -> dict[str, Any]:
    """Copy `tables` into an archive; return their columns and how many rows each has."""
    described: dict[str, Any] = {}
    for table in tables:
        columns = [
            column
            for (column,) in connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                (f"{schema}.{table}",),
            ).fetchall()
        ]
        query = SQL("COPY {} ({}) TO STDOUT (FORMAT binary)").format(
            Identifier(schema, table), SQL(", ").join(map(Identifier, columns))
        )
        with archive.member(table) as member, connection.cursor() as cursor:
            with cursor.copy(query) as blocks:
                for block in blocks:
                    member.write(block)
            described[table] = {"columns": columns, "rows": cursor.rowcount}
    return described


def load(owner: str, schema: str, log: Path, keys: Path, erased: dict[UUID, datetime]) -> Loaded:
    """Load a backup into the empty store at `owner`, all of it or nothing.

    Whoever is in `erased` or in the register of the keys stays erased: his key is not loaded.
    Raises NotEmptyError, ArchiveError for files that are damaged or of a newer release, and
    psycopg's InsufficientPrivilege for a role that does not own the log.
    """
    with psycopg.connect(owner) as connection:
        connection.execute("SET statement_timeout = 0")
        found = SQL("SELECT EXISTS (SELECT FROM {}.event)").format(Identifier(schema))
        if connection.execute(found).fetchone() != (False,):
            raise NotEmptyError
        rows = _load(connection, schema, log, BACKUP) | _load(connection, schema, keys, KEYS)
        with an_archive(keys, KEYS) as archive:
            erased = erasure_register.read(archive.text(REGISTER)) | erased
        KeyTable.hold_back(connection, schema, erased)
    return Loaded(rows["event"], rows["subject_key"], len(erased))


def beside_keys(keys: Path, name: str) -> bytes | None:
    """Return what was laid beside the keys under a name; None in a backup without it."""
    with an_archive(keys, KEYS) as archive:
        return archive.read(name) if archive.has(name) else None


def _load(connection: Connection, schema: str, file: Path, kind: str) -> dict[str, int]:
    rows = {}
    with an_archive(file, kind) as archive, zipfile.ZipFile(file) as members:
        unknown = set(archive.manifest["migrations"]) - set(applied_migrations(connection, schema))
        if unknown:
            raise ArchiveError(f"it was made by a newer Kezhi ({', '.join(sorted(unknown))})")
        for table, described in archive.manifest["tables"].items():
            query = SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
                Identifier(schema, table), SQL(", ").join(map(Identifier, described["columns"]))
            )
            with (
                members.open(table) as member,
                connection.cursor() as cursor,
                cursor.copy(query) as copy,
            ):
                while block := member.read(BLOCK):
                    copy.write(block)
            rows[table] = described["rows"]
    return rows

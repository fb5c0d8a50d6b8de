"""Applies the numbered SQL files of `migrations/`, each once, in one transaction each."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any

import psycopg
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from domain.eventstore.server_account import EngineError

EVENT_LOG_SCHEMA = "eventlog"
_LOCK = 0x6B657A68  # "kezh": several processes may start at once; one migrates, the others wait.


class MigrationChangedError(Exception):
    """A migration that was applied before has another text now; restore the file's old text."""


def migrate(address: str, *, schema: str = EVENT_LOG_SCHEMA) -> list[str]:
    """Bring the event log at `address` to the newest schema; return the names just applied.

    Safe to run from many processes at once and any number of times; where nothing is missing, by
    whoever may read. Raises MigrationChangedError when the history of migrations differs from the
    files, EngineError when something is missing and whoever is connected may not add it; nothing is
    applied then.
    """
    with psycopg.connect(address, autocommit=True) as connection:
        try:
            if _applied(connection, schema) == {n: _digest(text) for n, text in _migrations()}:
                return []
            return _apply_missing(connection, schema)
        except InsufficientPrivilege as error:
            raise EngineError(
                f"The role {connection.info.user} may not change the tables of the event log, and"
                " some are missing. Nothing was changed. Run kezhi migrate with"
                " KEZHI_OWNER_DATABASE_URL, the address of the role that owns them.",
                f"角色 {connection.info.user} 无权更改事件日志的表，而其中有所缺失。没有任何改动。"
                "请以 KEZHI_OWNER_DATABASE_URL（表的所有者的地址）运行 kezhi migrate。",
            ) from error


def _apply_missing(connection: psycopg.Connection[Any], schema: str) -> list[str]:
    connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
    connection.execute(SQL("SET search_path TO {}").format(Identifier(schema)))
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration ("
        " name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz DEFAULT now())"
    )
    known = _applied(connection, schema)
    changed = [n for n, text in _migrations() if known.get(n, _digest(text)) != _digest(text)]
    if changed:
        raise MigrationChangedError(
            f"{', '.join(changed)} was applied with another text; nothing was changed"
        )
    pending = [(name, text) for name, text in _migrations() if name not in known]
    for name, text in pending:
        with connection.transaction():
            connection.execute(text.replace("{schema}", schema).encode())
            connection.execute(
                "INSERT INTO migration (name, sha256) VALUES (%s, %s)", (name, _digest(text))
            )
    return [name for name, _ in pending]


def pending_migrations(address: str, *, schema: str = EVENT_LOG_SCHEMA) -> list[str]:
    """Return the names of migrations that the database at `address` still lacks."""
    with psycopg.connect(address, autocommit=True) as connection:
        known = _applied(connection, schema)
    return [name for name, _ in _migrations() if name not in known]


def applied_migrations(connection: psycopg.Connection[Any], schema: str) -> list[str]:
    """Return the names of the migrations that were applied."""
    return list(_applied(connection, schema))


def _applied(connection: psycopg.Connection[Any], schema: str) -> dict[str, str]:
    """Return the names of the migrations that were applied, with the digests of their texts."""
    row = connection.execute("SELECT to_regclass(%s)", (f"{schema}.migration",)).fetchone()
    if row is None or row[0] is None:
        return {}
    query = SQL("SELECT name, sha256 FROM {}.migration").format(Identifier(schema))
    return dict(connection.execute(query).fetchall())


def _migrations() -> list[tuple[str, str]]:
    folder = files("domain.eventstore") / "migrations"
    found = [item for item in folder.iterdir() if item.name.endswith(".sql")]
    return [(item.name, item.read_text("utf-8")) for item in sorted(found, key=lambda i: i.name)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

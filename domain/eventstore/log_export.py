"""Hands out the whole log for an auditor: the tables of events and leaves as they are (D13).

The file holds no personal data: of each event its place and the SHA-256 of its stored bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import IO

from psycopg.sql import SQL, Composed, Identifier

from domain.audit.archive import CHECKPOINTS, EVENTS, LEAVES, LOG, ArchiveWriter
from domain.eventstore.checkpoints import CheckpointStore
from domain.eventstore.database import Connection, Database

_EVENTS = (
    "COPY (SELECT position, originator_id, originator_version, topic,"
    " encode(sha256(state), 'hex') FROM {}.event ORDER BY position) TO STDOUT"
)
_LEAVES = (
    "COPY (SELECT position, originator_id, originator_version, topic,"
    " encode(state_hash, 'hex'), encode(hash, 'hex') FROM {}.leaf ORDER BY position) TO STDOUT"
)


def export_log(database: Database, schema: str, target: IO[bytes], at: datetime) -> int:
    """Write the log as it is at one moment, `at`, to `target`; return how many events it has."""
    checkpoints = CheckpointStore(database, schema).daily()
    archive = ArchiveWriter(target)
    archive.write(CHECKPOINTS, "\n".join(each.note for each in checkpoints))
    with database.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        events = _copy(connection, SQL(_EVENTS).format(Identifier(schema)), archive, EVENTS)
        _copy(connection, SQL(_LEAVES).format(Identifier(schema)), archive, LEAVES)
    origin = checkpoints[-1].origin if checkpoints else None
    archive.finish({"kind": LOG, "origin": origin, "made_at": at.isoformat(), "events": events})
    return events


def _copy(connection: Connection, query: Composed, archive: ArchiveWriter, name: str) -> int:
    """Copy the rows of a query into the archive as lines with tabs; return how many."""
    rows = 0
    with archive.member(name) as member, connection.cursor().copy(query) as lines:
        for block in lines:
            rows += bytes(block).count(b"\n")
            member.write(block)
    return rows

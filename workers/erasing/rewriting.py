"""Writes anew what still lies in files though its rows are deleted (D12).

Deleting a row leaves its bytes in the table, in indexes, in statistics and in the write-ahead log.
Read models are built anew beside the live ones, so that nobody waits; small tables and the
catalogue of statistics are rewritten in place; then the write-ahead log is let go, and the segments
of it that PostgreSQL keeps to use again are written over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

import psycopg
from psycopg import errors
from psycopg.sql import SQL, Identifier

logger = logging.getLogger(__name__)

PAUSE = 0.2
"""Seconds between two segments: while one is written over, whoever saves something waits."""

_NOT_OURS = (errors.InsufficientPrivilege, errors.FeatureNotSupported)


def rewrite(address: str, schema: str) -> list[str]:
    """Rewrite keys, answers to repeated requests and statistics; let the write-ahead log go.

    Any role of the service may ask, for what belongs to the owner of the event log in `schema` is
    done by functions of his. Returns what he may not do himself on this server. Rows that somebody
    still sees stay: the caller has waited for him. LockNotAvailable when somebody reads a table for
    long, as a dump does: everybody else would have to wait behind us.
    """
    refused: list[str] = []
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET application_name = 'kezhi-erasing'")
        connection.execute("SET lock_timeout = '2s'")
        connection.execute("SET statement_timeout = 0")
        for step in (
            SQL("SELECT {}.rewrite_keys()").format(Identifier(schema)),
            SQL("VACUUM (FULL, ANALYZE) projection.parked"),
            SQL("SELECT {}.rewrite_statistics()").format(Identifier(schema)),
            SQL("SELECT {}.let_wal_go()").format(Identifier(schema)),
        ):
            with _noting(refused, step.as_string(connection)):
                connection.execute(step)
        step = SQL("SELECT {}.overwrite_segment()").format(Identifier(schema))
        with _noting(refused, step.as_string(connection)):
            # What others keep meanwhile is of after the erasure.
            for _ in range(connection.execute(step).fetchall()[0][0]):
                sleep(PAUSE)
                connection.execute(step)
    for each in refused:
        logger.warning("not-rewritten", extra={"reason": each})
    return refused


@contextmanager
def _noting(refused: list[str], step: str) -> Iterator[None]:
    try:
        yield
    except _NOT_OURS as error:
        refused.append(f"{step}: {error.diag.message_primary}")

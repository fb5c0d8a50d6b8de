"""Writes anew what still lies in files though its rows are deleted (D12).

Deleting a row leaves its bytes in the table, in indexes, in statistics and in the write-ahead log.
Read models are built anew beside the live ones, so that nobody waits; small tables and the
catalogue of statistics are rewritten in place; then the write-ahead log is let go.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import psycopg
from psycopg import errors
from psycopg.sql import SQL, Composed, Identifier

logger = logging.getLogger(__name__)

_NOT_OURS = (errors.InsufficientPrivilege, errors.FeatureNotSupported)


def rewrite(owner: str, tables: Sequence[tuple[str, str]]) -> list[str]:
    """Rewrite `tables` and the statistics, let the write-ahead log go; connect as `owner`.

    Returns what whoever connects was not allowed to do, which the operator of the server does.
    """
    refused = []
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("SET application_name = 'kezhi-erasing'")
        connection.add_notice_handler(lambda notice: refused.append(str(notice.message_primary)))
        steps: list[SQL | Composed] = [
            *(SQL("VACUUM (FULL, ANALYZE) {}").format(Identifier(*table)) for table in tables),
            SQL("VACUUM FULL pg_catalog.pg_statistic"),
            # The first writes everything out, the second lets go what lies before it.
            SQL("CHECKPOINT"),
            SQL("SELECT pg_switch_wal()"),
            SQL("CHECKPOINT"),
        ]
        for step in steps:
            try:
                connection.execute(step)
            except _NOT_OURS as error:
                refused.append(f"{step.as_string(connection)}: {error.diag.message_primary}")
    for each in refused:
        logger.warning("not-rewritten", extra={"reason": each})
    return refused

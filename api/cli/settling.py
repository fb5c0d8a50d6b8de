"""Brings the lists up to date before a command reads them."""

from __future__ import annotations

import psycopg

from projections import positions
from projections.bootstrap import ReadSide
from projections.projector import LEADER_LOCK, Projector
from projections.registry import READ_MODELS


def settle(read: ReadSide, *, within: float) -> int:
    """Wait until the projector has caught up, or be the projector when none is at work.

    Returns how many events the lists still lack after `within` seconds.
    """
    head = read.log.head
    positions.prepare(read.database)
    with psycopg.connect(read.database.address, autocommit=True) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LEADER_LOCK,)).fetchone()
        if row is not None and row[0]:
            Projector(read.log, read.database, READ_MODELS).catch_up()
            return 0
    if read.watch.wait_for(head, within):
        return 0
    with read.database.connection() as connection:
        live = positions.standings(connection)
    return head - min((live[k.name].position for k in READ_MODELS if k.name in live), default=0)

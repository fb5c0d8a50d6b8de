"""Brings the lists up to date before a command reads them."""

from __future__ import annotations

import psycopg

from domain.representative import Representative
from domain.topics import EVENT_CLASSES
from projections import positions
from projections.bootstrap import ReadSide
from projections.people.projection import PeopleProjection
from projections.projector import LEADER_LOCK, Projector
from projections.registry import READ_MODELS

_ABOUT_PEOPLE = [topic for topic in EVENT_CLASSES if topic.startswith(f"{Representative.TOPIC}.")]


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


def knows_everybody(read: ReadSide) -> bool:
    """Tell whether the list of people lacks nothing that has happened to them.

    The other lists may be far behind meanwhile, as they are after an import.
    """
    with read.database.connection() as connection:
        people = positions.standings(connection).get(PeopleProjection.name)
    if people is None or people.version != PeopleProjection.version:
        return False
    return not read.log.recorder.select_notifications(
        people.position, 1, topics=_ABOUT_PEOPLE, inclusive_of_start=False
    )

"""Brings parked streams back into a read model, once what was wrong has been mended."""

from __future__ import annotations

import logging

from domain.eventstore.database import Database, is_away
from domain.eventstore.event_log import EventLog
from projections import positions
from projections.positions import ParkedStream, PositionMovedError
from projections.read_model import ReadModel, Recorded

logger = logging.getLogger(__name__)


def retry_parked(log: EventLog, database: Database, kind: type[ReadModel]) -> int:
    """Apply every parked stream of a live read model in order; return how many still wait.

    Events of other streams were applied in the meantime. Where a row is made of several streams,
    only a rebuild gives the same rows as if nothing had ever been parked.
    """
    with database.connection() as connection:
        waiting = positions.parked(connection, [kind.name])
    left = 0
    for stream in waiting:
        try:
            _retry(log, database, kind, stream)
        except Exception as error:
            if is_away(error):
                raise
            logger.exception("stream-still-parked", extra={"read_model": kind.name})
            left += 1
    return left


def _retry(log: EventLog, database: Database, kind: type[ReadModel], stream: ParkedStream) -> None:
    """Apply one stream up to where its read model stands, all of it or nothing."""
    with database.transaction() as connection:
        standing = positions.lock(connection, [kind.name])[kind.name]
        if standing.version != kind.version:
            raise PositionMovedError(kind.name)
        notifications = log.recorder.select_stream(
            stream.originator_id, stream.since_position, standing.position
        )
        events = log.mapper.to_domain_events(notifications)
        recorded = [Recorded(n.id, e) for n, e in zip(notifications, events, strict=True)]
        kind().apply(connection, kind.wanted(recorded))
        positions.release(connection, kind.name, stream.originator_id)
        positions.notify(connection)

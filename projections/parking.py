"""Tells where streams are parked, and brings them back once what was wrong has been mended."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from uuid import UUID

from domain.eventstore.database import Database, is_away
from domain.eventstore.event_log import EventLog
from domain.eventstore.statement import Statement
from projections import positions
from projections.positions import ParkedStream, PositionMovedError
from projections.read_model import ReadModel, Recorded

logger = logging.getLogger(__name__)

KNOWN_FOR_SECONDS = 1.0

_STALE = Statement.of(
    "SELECT name FROM projection.read_model AS live WHERE EXISTS"
    " (SELECT FROM projection.parked WHERE read_model = live.name)"
)
_AMONG = Statement.of(
    "SELECT DISTINCT originator_id FROM projection.parked"
    " WHERE read_model = ANY(%s) AND originator_id = ANY(%s) ORDER BY originator_id"
)


class ParkedStreams:
    """Tells which lists are stale, for every answer made of one has to say so (D6).

    Safe to share between threads.
    """

    def __init__(self, database: Database) -> None:
        """Look into `database`; nothing is read yet."""
        self._database = database
        self._stale: frozenset[str] = frozenset()
        self._known_until = float("-inf")

    def stale(self) -> frozenset[str]:
        """Return the read models in which streams are parked, as of the last second."""
        if time.monotonic() > self._known_until:
            self._stale = frozenset(name for (name,) in self._database.fetch(_STALE, ()))
            self._known_until = time.monotonic() + KNOWN_FOR_SECONDS
        return self._stale

    def among(self, read_models: Collection[str], ids: Collection[UUID]) -> list[UUID]:
        """Return those of `ids` whose streams are parked in one of `read_models`."""
        arguments = (list(read_models), list(ids))
        return [stream_id for (stream_id,) in self._database.fetch(_AMONG, arguments)]


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

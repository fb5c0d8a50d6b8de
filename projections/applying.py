"""Applies a batch of events to read models; finds and parks what cannot be applied."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import psycopg
from eventsourcing.persistence import MapperDeserialisationError, Notification

from domain.eventstore.database import Connection, Database
from domain.eventstore.keys import MissingKeyError
from domain.eventstore.mapper import CareMapper
from projections import positions
from projections.positions import PositionMovedError
from projections.read_model import ReadModel, Recorded

logger = logging.getLogger(__name__)

UNDECODABLE = (MapperDeserialisationError, MissingKeyError)


class Batch:
    """Events of the log, decoded once; `broken` are those that do not decode, with the reason."""

    def __init__(self, notifications: Sequence[Notification], mapper: CareMapper) -> None:
        """Decode `notifications`, which are in log order and not empty."""
        self.first = notifications[0].id
        self.last = notifications[-1].id
        self.broken: list[tuple[Notification, str]] = []
        try:
            events = mapper.to_domain_events(notifications)
            self.recorded = [Recorded(n.id, e) for n, e in zip(notifications, events, strict=True)]
        except UNDECODABLE:
            self.recorded = list(self._one_by_one(notifications, mapper))

    def _one_by_one(
        self, notifications: Iterable[Notification], mapper: CareMapper
    ) -> Iterable[Recorded]:
        for notification in notifications:
            try:
                yield Recorded(notification.id, mapper.to_domain_event(notification))
            except UNDECODABLE as error:
                self.broken.append((notification, str(error)))


class Applier:
    """Writes batches into read models, each batch and the new positions in one transaction.

    A read model that fails is tried alone, then the batch is halved until the one event is found
    whose stream it cannot take. That stream is parked in that read model: its later events wait
    too, everything else goes on, nothing is skipped silently (D6).
    """

    def __init__(self, database: Database, read_models: Mapping[str, ReadModel]) -> None:
        """Write into the tables of `read_models`, each by the name its position is kept under."""
        self._database = database
        self._models = read_models
        self._versions = {name: model.version for name, model in read_models.items()}
        self._parked: dict[str, set[UUID]] = {name: set() for name in read_models}

    def load_parked(self, connection: Connection) -> None:
        """Read anew which streams are parked."""
        self._parked = {name: set() for name in self._models}
        for stream in positions.parked(connection, list(self._models)):
            self._parked[stream.read_model].add(stream.originator_id)

    def apply(self, batch: Batch, standing: Mapping[str, int]) -> None:
        """Bring the read models in `standing` (name: position) to the end of `batch`.

        Raises PositionMovedError when another projector was quicker.
        """
        for notification, error in batch.broken:
            for name in standing:
                self._park(name, UUID(str(notification.originator_id)), notification.id, error)
        try:
            self._write(standing, batch.recorded, batch.last)
        except (PositionMovedError, psycopg.OperationalError):
            raise
        except Exception:
            logger.exception("read-model-failed", extra={"first": batch.first, "last": batch.last})
            for name, position in standing.items():
                self._apply_alone(name, position, batch.recorded, batch.last)

    def _write(self, standing: Mapping[str, int], recorded: Sequence[Recorded], last: int) -> None:
        with self._database.transaction() as connection:
            # Read models can be built anew, so their commits need not wait for the disk.
            connection.execute("SET LOCAL synchronous_commit = off")
            # Positions first: a rebuild that switches locks them before it touches the tables.
            moves = {name: (position, last) for name, position in standing.items()}
            positions.move(connection, moves, self._versions)
            for name, position in standing.items():
                wanted = self._wanted(name, position, recorded)
                if wanted:
                    self._models[name].apply(connection, wanted)
            connection.execute("SELECT pg_notify(%s, %s)", (positions.CHANNEL, str(last)))

    def _wanted(self, name: str, position: int, recorded: Sequence[Recorded]) -> Sequence[Recorded]:
        parked = self._parked[name]
        if not parked and recorded and recorded[0].position > position:
            return recorded
        return [
            r for r in recorded if r.position > position and r.event.originator_id not in parked
        ]

    def _apply_alone(
        self, name: str, position: int, recorded: Sequence[Recorded], last: int
    ) -> None:
        wanted = self._wanted(name, position, recorded)
        try:
            self._write({name: position}, wanted, last)
        except (PositionMovedError, psycopg.OperationalError):
            raise
        except Exception as error:
            if len(wanted) <= 1:
                if not wanted:
                    raise
                culprit = wanted[0]
                self._park(name, culprit.event.originator_id, culprit.position, repr(error))
                self._write({name: position}, [], last)
                return
            middle = len(wanted) // 2
            self._apply_alone(name, position, wanted[:middle], wanted[middle - 1].position)
            self._apply_alone(name, wanted[middle - 1].position, wanted[middle:], last)

    def _park(self, name: str, originator_id: UUID, position: int, error: str) -> None:
        logger.error("stream-parked", extra={"read_model": name, "position": position})
        self._parked[name].add(originator_id)
        with self._database.connection() as connection:
            positions.park(connection, name, originator_id, position, error)

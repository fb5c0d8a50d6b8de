"""Applies a batch of events to read models; finds and parks what cannot be applied."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError, Notification
from psycopg import errors

from domain.customer import Customer
from domain.eventstore.database import Connection, Database, is_away
from domain.eventstore.keys import MissingKeyError
from domain.eventstore.mapper import CareMapper
from domain.topics import EVENT_CLASSES
from projections import positions
from projections.positions import PositionMovedError
from projections.read_model import ReadModel, Recorded

logger = logging.getLogger(__name__)

UNDECODABLE = (MapperDeserialisationError, MissingKeyError)

_UNFIT_TABLES = (
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.InvalidSchemaName,
    errors.InsufficientPrivilege,
)


class UnfitTablesError(Exception):
    """The tables of a read model are not those it was written for; no event of it is to blame."""


class Culprit(NamedTuple):
    """An event that cannot be applied, and why; its stream waits from `position` on."""

    position: int
    originator_id: UUID
    error: str


class Batch:
    """Events of the log up to `last`, decoded once; `broken` are those that do not decode."""

    def __init__(
        self,
        notifications: Sequence[Notification],
        mapper: CareMapper,
        *,
        last: int | None = None,
        opened: Container[str] | None = None,
    ) -> None:
        """Decode `notifications`, in log order, with the personal fields of the topics `opened`.

        `last` may lie beyond the last of them, where nobody wants what comes after it.
        """
        self.last = notifications[-1].id if last is None else last
        self.broken: list[Culprit] = []
        try:
            events = mapper.to_domain_events(notifications, opened)
            self.recorded = [Recorded(n.id, e) for n, e in zip(notifications, events, strict=True)]
        except UNDECODABLE:
            self.recorded = list(self._one_by_one(notifications, mapper, opened))

    def _one_by_one(
        self,
        notifications: Iterable[Notification],
        mapper: CareMapper,
        opened: Container[str] | None,
    ) -> Iterable[Recorded]:
        for notification in notifications:
            try:
                (event,) = mapper.to_domain_events([notification], opened)
                yield Recorded(notification.id, event)
            except UNDECODABLE as error:
                stream = UUID(str(notification.originator_id))
                self.broken.append(Culprit(notification.id, stream, repr(error)))


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
        models = read_models.values()
        taken = frozenset({Customer.Erased}).union(*(model.taken() for model in models))
        opened = frozenset[type[Any]]().union(*(model.opened() for model in models))
        self.unwanted = [topic for topic, known in EVENT_CLASSES.items() if known not in taken]
        """The topics that none of the read models is made of; never one that nobody knows."""
        self.opened = frozenset(topic for topic, known in EVENT_CLASSES.items() if known in opened)
        """The topics in which one of them needs something personal."""

    def apply(self, batch: Batch, standing: Mapping[str, int]) -> None:
        """Bring the read models in `standing` (name: position) to the end of `batch`.

        Raises PositionMovedError when another projector was quicker, UnfitTablesError for read
        models that stay where they are while the others have moved.
        """
        try:
            self._write(standing, batch.recorded, batch.last, batch.broken)
        except Exception as error:
            if _is_nobodys_fault(error):
                raise
            logger.exception("read-model-failed", extra={"last": batch.last})
            self._apply_one_by_one(batch, standing)

    def _apply_one_by_one(self, batch: Batch, standing: Mapping[str, int]) -> None:
        unfit = []
        for name, position in standing.items():
            try:
                if batch.broken:
                    self._write({name: position}, (), position, batch.broken)
                self._bisect(name, position, batch.recorded, batch.last)
            except _UNFIT_TABLES:
                logger.exception("unfit-tables", extra={"read_model": name})
                unfit.append(name)
        if unfit:
            raise UnfitTablesError(*unfit)

    def _bisect(self, name: str, position: int, recorded: Sequence[Recorded], last: int) -> None:
        """Apply `recorded` to one read model, without the streams of the events that fail."""
        try:
            self._write({name: position}, recorded, last)
        except _UNFIT_TABLES:
            raise
        except Exception as error:
            if not recorded or _is_nobodys_fault(error):
                raise
            if len(recorded) == 1:
                at, event = recorded[0]
                culprit = Culprit(at, event.originator_id, repr(error))
                self._write({name: position}, (), last, [culprit])
                return
            middle = len(recorded) // 2
            reached = max(position, recorded[middle - 1].position)
            self._bisect(name, position, recorded[:middle], reached)
            self._bisect(name, reached, recorded[middle:], last)

    def _write(
        self,
        standing: Mapping[str, int],
        recorded: Sequence[Recorded],
        last: int,
        culprits: Sequence[Culprit] = (),
    ) -> None:
        # While the server works on what one read model has sent, the next one folds.
        with self._database.transaction() as connection, connection.pipeline():
            # Read models can be built anew, so their commits need not wait for the disk.
            connection.execute("SET LOCAL synchronous_commit = off")
            # Positions first: whoever has moved them has the read models for himself, and only
            # then knows which streams wait in them.
            moves = {name: (position, last) for name, position in standing.items()}
            streams_wait = positions.move(connection, moves, self._versions)
            for culprit in culprits:
                self._park(connection, culprit, standing)
            waiting = {}
            if streams_wait or culprits:
                waiting = positions.waiting(connection, list(standing))
            erasures = [r for r in recorded if type(r.event) is Customer.Erased]
            for name, position in standing.items():
                model = self._models[name]
                wanted = _to_come(model.wanted(recorded), position, waiting.get(name))
                if wanted:
                    model.apply(connection, wanted)
                erased = [e.originator_id for at, e in erasures if at > position]
                if erased:
                    model.forget(connection, erased)

    @staticmethod
    def _park(connection: Connection, culprit: Culprit, standing: Mapping[str, int]) -> None:
        for name, position in standing.items():
            if culprit.position > position:
                logger.error("stream-parked", extra={"read_model": name, **culprit._asdict()})
                positions.park(connection, name, *culprit)


def _is_nobodys_fault(error: Exception) -> bool:
    """Tell whether no event is to blame: somebody was quicker, or the database is away."""
    return isinstance(error, PositionMovedError) or is_away(error)


def _to_come(
    recorded: Sequence[Recorded], position: int, waiting: Mapping[UUID, int] | None
) -> Sequence[Recorded]:
    """Return what comes after `position` and does not wait in a parked stream."""
    if recorded and recorded[0].position <= position:
        recorded = [r for r in recorded if r.position > position]
    if not waiting:
        return recorded
    return [r for r in recorded if r.position < waiting.get(r.event.originator_id, r.position + 1)]

"""Keeps handovers, and per thing that changed hands the handover that moved it last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.complaint import Complaint
from domain.contract import Contract
from domain.customer import Customer
from domain.eventstore.database import Connection
from domain.handover import Handover, Piece
from domain.ids import named_id
from projections.ownership import OWNERS
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

HANDOVER = {
    "handover_id": "uuid",
    "position": "bigint",
    "from_id": "uuid",
    "to_id": "uuid",
    "undoes": "uuid",
    "begun_at": "timestamptz",
    "begun_by": "text",
    "completed_at": "timestamptz",
    "customers": "integer",
    "complaints": "integer",
    "contracts": "integer",
    "refused": "integer",
}
PIECE = {
    "key": "uuid",
    "handover_id": "uuid",
    "piece": "text",
    "subject_id": "uuid",
    "customer_id": "uuid",
    "from_id": "uuid",
    "to_id": "uuid",
}

_PIECES = {"owner_id": Piece.OWNER, "second_owner_id": Piece.SECOND_OWNER}

_MOVES: dict[type[Any], Callable[[Any], tuple[Piece, UUID | None, UUID | None]]] = {
    Customer.OwnerChanged: lambda e: (Piece.OWNER, e.from_owner_id, e.to_owner_id),
    Customer.SecondOwnerChanged: lambda e: (Piece.SECOND_OWNER, e.from_owner_id, e.to_owner_id),
    Complaint.Assigned: lambda e: (Piece.COMPLAINT, e.from_handler_id, e.to_handler_id),
    Contract.ResponsibleChanged: lambda e: (
        Piece.CONTRACT,
        e.from_responsible_id,
        e.to_responsible_id,
    ),
}
"""What may be part of a handover: the piece, whose it was, whose it is."""

_ENDS = {
    Complaint.Closed: Piece.COMPLAINT,
    Contract.Closed: Piece.CONTRACT,
    Contract.Cancelled: Piece.CONTRACT,
}
"""After which nobody looks after it any more."""


class HandoversProjection(ReadModel):
    """One row per handover, and one per piece as long as nobody has moved it since.

    A piece that is moved again, by hand, through the pool or by the undoing, belongs to what moved
    it last; the undoing is a handover too.
    """

    name = "handovers"
    version = 1
    events = (Handover.Event, *OWNERS, *_MOVES, *_ENDS)
    tables = """
        CREATE TABLE {schema}.handover (
            handover_id uuid PRIMARY KEY,
            position bigint NOT NULL,
            from_id uuid NOT NULL,
            to_id uuid NOT NULL,
            undoes uuid,
            begun_at timestamptz NOT NULL,
            begun_by text NOT NULL,
            completed_at timestamptz,
            customers integer NOT NULL,
            complaints integer NOT NULL,
            contracts integer NOT NULL,
            refused integer NOT NULL
        );
        CREATE TABLE {schema}.piece (
            key uuid PRIMARY KEY,
            handover_id uuid NOT NULL,
            piece text NOT NULL,
            subject_id uuid NOT NULL,
            customer_id uuid NOT NULL,
            from_id uuid,
            to_id uuid
        )
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS handover_position ON {schema}.handover (position);
        CREATE INDEX IF NOT EXISTS piece_handover ON {schema}.piece (handover_id, piece, subject_id)
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._handovers = Table(self.schema, "handover", key=("handover_id",), columns=HANDOVER)
        self._pieces = Table(self.schema, "piece", key=("key",), columns=PIECE)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Note handovers, and what they or anybody else moved."""
        handovers = Rows(self._handovers)
        moved: dict[UUID, Any] = {}
        for position, event in batch:
            if isinstance(event, Handover.Event):
                _fold(position, event, handovers)
            else:
                moved.update(dict.fromkeys(_moved_by(event), event))
        handovers.write(connection)
        if moved:
            known = self._handovers_among(connection, {e.correlation for e in moved.values()})
            self._pieces.delete(connection, list(moved))
            rows = [
                _row(key, event)
                for key, event in moved.items()
                if type(event) in _MOVES and event.correlation in known
            ]
            self._pieces.insert(connection, rows)

    def _handovers_among(self, connection: Connection, correlations: Iterable[UUID]) -> set[UUID]:
        found = connection.execute(
            SQL("SELECT handover_id FROM {} WHERE handover_id = ANY(%s)").format(
                Identifier(self.schema, "handover")
            ),
            (list(correlations),),
        )
        return {handover_id for (handover_id,) in found.fetchall()}


def _fold(position: int, event: Any, handovers: Rows) -> None:
    if isinstance(event, Handover.Begun):
        handovers.insert(
            event.originator_id,
            position=position,
            from_id=event.from_id,
            to_id=event.to_id,
            undoes=event.undoes,
            begun_at=event.timestamp,
            begun_by=event.actor,
            **dict.fromkeys(("customers", "complaints", "contracts", "refused"), 0),
        )
    elif isinstance(event, Handover.Completed):
        handovers.update(
            event.originator_id,
            completed_at=event.timestamp,
            customers=event.customers,
            complaints=event.complaints,
            contracts=event.contracts,
            refused=event.refused,
        )


def _moved_by(event: Any) -> Iterator[UUID]:
    """Yield the keys of what an event moved or ended."""
    kind = type(event)
    if kind in OWNERS:
        for column in OWNERS[kind](event):
            yield _key(_PIECES[column], event.originator_id)
    else:
        piece = _ENDS[kind] if kind in _ENDS else _MOVES[kind](event)[0]
        yield _key(piece, event.originator_id)


def _key(piece: Piece, subject_id: UUID) -> UUID:
    return named_id("piece", piece, subject_id)


def _row(key: UUID, event: Any) -> dict[str, Any]:
    piece, from_id, to_id = _MOVES[type(event)](event)
    return {
        "key": key,
        "handover_id": event.correlation,
        "piece": piece.value,
        "subject_id": event.originator_id,
        "customer_id": getattr(event, "customer_id", event.originator_id),
        "from_id": from_id,
        "to_id": to_id,
    }

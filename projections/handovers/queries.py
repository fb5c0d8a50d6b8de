"""Asks for handovers and for what they moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.eventstore.database import Database
from domain.handover import Piece
from projections.queries import NIL, Queries

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A handover, or the undoing of the one that `undoes` names; `position` is of its beginning.

    `completed_at` is null while it is under way, and stays so when it was interrupted; what it came
    to is not counted then. The numbers that are `left` say what nobody has moved since, so that
    undoing would give it back.
    """

    handover_id: UUID
    position: int
    from_id: UUID
    to_id: UUID
    undoes: UUID | None
    begun_at: datetime
    begun_by: str
    completed_at: datetime | None
    customers: int
    complaints: int
    contracts: int
    refused: int
    customers_left: int
    complaints_left: int
    contracts_left: int

    @property
    def can_be_undone(self) -> bool:
        """Whether there is anything to give back."""
        return bool(self.customers_left or self.complaints_left or self.contracts_left)


@dataclass(frozen=True, slots=True)
class PieceRow:
    """Something that changed hands from one to another, None being nobody."""

    piece: Piece
    subject_id: UUID
    from_id: UUID | None
    to_id: UUID | None


class HandoverQueries(Queries):
    """Reads handovers, which administrators see."""

    def __init__(self, database: Database, schema: str = "handovers") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        rows = """
            SELECT h.handover_id, position, h.from_id, h.to_id, undoes, begun_at, begun_by,
                completed_at, customers, complaints, contracts, refused,
                coalesce(customers_left, 0), coalesce(complaints_left, 0),
                coalesce(contracts_left, 0)
            FROM {schema}.handover AS h LEFT JOIN LATERAL (
                SELECT count(DISTINCT customer_id)
                        FILTER (WHERE piece IN ('owner', 'second-owner')) AS customers_left,
                    count(*) FILTER (WHERE piece = 'complaint') AS complaints_left,
                    count(*) FILTER (WHERE piece = 'contract') AS contracts_left
                FROM {schema}.piece AS p WHERE p.handover_id = h.handover_id
            ) AS pieces ON true
        """
        self._get = self._sql(f"{rows} WHERE h.handover_id = %(handover_id)s")
        self._page = self._sql(
            f"{rows} WHERE position < %(after)s AND"
            " (%(rep_id)s::uuid IS NULL OR h.from_id = %(rep_id)s OR h.to_id = %(rep_id)s)"
            " ORDER BY position DESC LIMIT %(limit)s"
        )
        self._pieces = self._sql(
            "SELECT piece, subject_id, from_id, to_id FROM {schema}.piece"
            " WHERE handover_id = %(handover_id)s AND (piece, subject_id) > (%(piece)s, %(id)s)"
            " ORDER BY piece, subject_id LIMIT %(limit)s"
        )

    def get(self, handover_id: UUID) -> HandoverRow | None:
        """Return a handover, None when there is none under this id."""
        rows = self._rows(self._get, handover_id=handover_id)
        return HandoverRow(*rows[0]) if rows else None

    def page(
        self, *, rep_id: UUID | None = None, after: int | None = None, limit: int = 50
    ) -> list[HandoverRow]:
        """Return handovers, of all or of those from or to somebody, the newest first."""
        newest = 2**62 if after is None else after
        return [
            HandoverRow(*row)
            for row in self._rows(self._page, rep_id=rep_id, after=newest, limit=limit)
        ]

    def pieces(self, handover_id: UUID) -> Iterator[PieceRow]:
        """Yield what a handover moved and nobody has moved since, in no telling order."""
        piece, subject_id = "", NIL
        while rows := self._rows(
            self._pieces, handover_id=handover_id, piece=piece, id=subject_id, limit=_AT_ONCE
        ):
            for piece, subject_id, from_id, to_id in rows:
                yield PieceRow(Piece(piece), subject_id, from_id, to_id)

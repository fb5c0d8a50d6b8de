"""The Merkle tree over the leaves of the log: its roots and proofs, read from the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import LiteralString, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier

from domain.audit.merkle import (
    Range,
    Subtree,
    complete_root,
    consistency_ranges,
    inclusion_ranges,
    root_over,
    subtrees,
)
from domain.eventstore.database import Database

STEP = 8
"""Subtrees are stored of every eighth level: over 256, 65,536, ... leaves."""

LEAVES_AT_ONCE = 1 << 15


class LeafMissingError(Exception):
    """A leaf that was there is gone, or a stored subtree: somebody deleted rows."""


class LeafRow(NamedTuple):
    """What the log keeps of an event beside it, to prove it by."""

    position: int
    stream: UUID
    version: int
    topic: str
    state_hash: bytes
    hash: bytes


class LeafTree:
    """The tree over the leaves in `schema`; indexes begin at 0, one less than positions."""

    def __init__(self, database: Database, schema: str) -> None:
        """Read from `schema` of `database`."""
        self._database = database
        self._head = SQL("SELECT coalesce(max(position), 0) FROM {}.leaf").format(
            Identifier(schema)
        )
        self._row = self._query("SELECT * FROM {schema}.leaf WHERE position = %s", schema)
        self._rows = self._query(
            "SELECT l.* FROM {schema}.event e JOIN {schema}.leaf l USING (position)"
            " WHERE e.originator_id = ANY(%s) ORDER BY position",
            schema,
        )
        self._leaves = self._query(
            "SELECT r.n, l.hash FROM unnest(%(starts)s::bigint[], %(ends)s::bigint[])"
            " WITH ORDINALITY AS r (start, finish, n) JOIN {schema}.leaf l"
            " ON l.position > r.start AND l.position <= r.finish ORDER BY r.n, l.position",
            schema,
        )
        self._nodes = self._query(
            "SELECT r.n, s.hash FROM unnest(%(starts)s::bigint[], %(ends)s::bigint[])"
            " WITH ORDINALITY AS r (start, finish, n) JOIN {schema}.subtree s"
            " ON s.level = %(level)s AND s.number >= r.start AND s.number < r.finish"
            " ORDER BY r.n, s.number",
            schema,
        )

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return int(self._database.fetch(self._head, ())[0][0])

    def row(self, position: int) -> LeafRow | None:
        """Return the leaf of the event at `position`, None when there is none."""
        rows = self._database.fetch(self._row, (position,))
        return LeafRow(*rows[0]) if rows else None

    def rows_of(self, streams: Sequence[UUID]) -> list[LeafRow]:
        """Return the leaves of the events of `streams`, by position."""
        return [LeafRow(*row) for row in self._database.fetch(self._rows, (list(streams),))]

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` leaves; LeafMissingError when one is gone."""
        return root_over(self._hashes(subtrees((0, size))))

    def inclusion_proof(self, position: int, size: int) -> list[bytes]:
        """Return the proof that the leaf at `position` is among the first `size` (RFC 6962).

        ProofError when it is not, LeafMissingError when a leaf is gone.
        """
        return self._of_ranges(inclusion_ranges(position - 1, size))

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """Return the proof that `new` leaves begin with the first `old` ones; raises as above."""
        return self._of_ranges(consistency_ranges(old, new))

    def leaves(self, start: int, end: int) -> Iterator[list[bytes]]:
        """Yield the hashes of the leaves from `start` to `end`, some tens of thousands at once."""
        while start < end:
            until = min(end, start - start % LEAVES_AT_ONCE + LEAVES_AT_ONCE)
            yield self._stretches(0, [(start, until)])[0]
            start = until

    def grown(self, old: int, new: int) -> Iterator[tuple[Subtree, bytes]]:
        """Yield the subtrees to store that become complete between `old` and `new` leaves."""
        size = 1 << STEP
        carried: list[bytes] = []
        for leaves in self.leaves(old - old % size, new):
            starts = range(0, len(leaves) - size + 1, size)
            carried += [complete_root(leaves[start : start + size]) for start in starts]
        first = Subtree(STEP, old >> STEP)
        yield from zip(
            (Subtree(STEP, first.number + n) for n in range(len(carried))), carried, strict=True
        )
        yield from self._grown_above(first, carried)

    def _grown_above(
        self, first: Subtree, hashes: Sequence[bytes]
    ) -> Iterator[tuple[Subtree, bytes]]:
        """Yield the subtrees that `hashes`, in a row from `first` on, complete above them."""
        level, count = first.level + STEP, 1 << STEP
        start = first.number - first.number % count
        missing = self._stretches(first.level, [(start, first.number)])[0] if hashes else []
        row = [*missing, *hashes]
        above = [complete_root(row[n : n + count]) for n in range(0, len(row) - count + 1, count)]
        if above:
            index = start >> STEP
            yield from ((Subtree(level, index + n), each) for n, each in enumerate(above))
            yield from self._grown_above(Subtree(level, index), above)

    def _of_ranges(self, ranges: Sequence[Range]) -> list[bytes]:
        parts = [subtrees(each) for each in ranges]
        hashes = iter(self._hashes([part for each in parts for part in each]))
        return [root_over([next(hashes) for _ in each]) for each in parts]

    def _hashes(self, wanted: Sequence[Subtree]) -> list[bytes]:
        """Return the hashes of complete subtrees, in at most one query a stored level."""
        found: dict[Subtree, bytes] = {}
        by_level = sorted(set(wanted), key=lambda each: each.level // STEP)
        for stored, some in groupby(by_level, key=lambda each: each.level // STEP):
            group = list(some)
            widths = [each.level % STEP for each in group]
            stretches = [
                (each.number << width, (each.number + 1) << width)
                for each, width in zip(group, widths, strict=True)
            ]
            rows = self._stretches(stored * STEP, stretches)
            found |= {each: complete_root(row) for each, row in zip(group, rows, strict=True)}
        return [found[each] for each in wanted]

    def _stretches(self, level: int, stretches: Sequence[Range]) -> list[list[bytes]]:
        """Return the stored hashes of one level, a list for each stretch of indexes."""
        starts, ends = [list(each) for each in zip(*stretches, strict=True)]
        query = self._nodes if level else self._leaves
        bounds = {"starts": starts, "ends": ends, "level": level}
        found: list[list[bytes]] = [[] for _ in stretches]
        for number, hashed in self._database.fetch(query, bounds):
            found[number - 1].append(hashed)
        for (start, end), row in zip(stretches, found, strict=True):
            if len(row) != end - start:
                raise LeafMissingError(f"of level {level}, {start} to {end}, {len(row)} are there")
        return found

    @staticmethod
    def _query(text: LiteralString, schema: str) -> Composed:
        return SQL(text).format(schema=Identifier(schema))

"""The proof that what is stored about a customer is what was signed (D13)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.audit.bundle import PROOF_HEAD
from domain.audit.notes import Checkpoint
from domain.errors import LogDamagedError, NotSignedError
from domain.eventstore.tree import LeafMissingError, LeafRow
from projections.bootstrap import ReadSide


@dataclass(frozen=True, slots=True)
class StreamProof:
    """The chain of one stream as far as it is signed, and the proof of its last link."""

    stream: UUID
    leaves: list[LeafRow]
    hashes: list[bytes]

    @property
    def position(self) -> int:
        """The position of the last link."""
        return self.leaves[-1].position


@dataclass(frozen=True, slots=True)
class CustomerProof:
    """The chains of every stream about a customer alone, proved under one checkpoint.

    `left_out` tells of each activity at which positions of the log it is about him: what else its
    chain holds is about others, so each of these events is proved by itself if at all.
    """

    customer_id: UUID
    checkpoint: Checkpoint
    streams: list[StreamProof]
    left_out: dict[UUID, list[int]]

    @property
    def leaves(self) -> list[LeafRow]:
        """The leaves of all streams, by position."""
        found = [leaf for stream in self.streams for leaf in stream.leaves]
        return sorted(found, key=lambda leaf: leaf.position)


def prove(read: ReadSide, customer_id: UUID, checkpoint: Checkpoint) -> CustomerProof:
    """Return the proof of everything about a customer that `checkpoint` covers.

    The caller has looked him up before and knows that the journal is so far. Raises
    LogDamagedError.
    """
    evidence = read.history.evidence_of(customer_id)
    by_stream: dict[UUID, list[LeafRow]] = {}
    for leaf in read.leaves.rows_of(evidence.streams):
        if leaf.position <= checkpoint.size:
            by_stream.setdefault(leaf.stream, []).append(leaf)
    proofs = [
        StreamProof(stream, leaves, inclusion(read, leaves[-1].position, checkpoint.size))
        for stream, leaves in by_stream.items()
    ]
    left_out = {
        activity_id: [each for each in positions if each <= checkpoint.size]
        for activity_id, positions in evidence.activities.items()
    }
    return CustomerProof(customer_id, checkpoint, proofs, left_out)


def newest_checkpoint(read: ReadSide) -> Checkpoint:
    """Return the newest checkpoint; NotSignedError before the first."""
    checkpoint = read.checkpoints.newest()
    if checkpoint is None:
        raise NotSignedError
    return checkpoint


def inclusion(read: ReadSide, position: int, size: int) -> list[bytes]:
    """Return the proof that an event is among the first `size`; LogDamagedError."""
    try:
        return read.leaves.inclusion_proof(position, size)
    except LeafMissingError as error:
        raise LogDamagedError from error


def consistency(read: ReadSide, old: int, new: int) -> list[bytes]:
    """Return the proof that the log of `new` events begins with that of `old`; LogDamagedError."""
    try:
        return read.leaves.consistency_proof(old, new)
    except LeafMissingError as error:
        raise LogDamagedError from error


def as_text(position: int, hashes: Sequence[bytes], checkpoint: Checkpoint) -> str:
    """Return a proof of inclusion as one text (c2sp.org/tlog-proof@v1)."""
    lines = [PROOF_HEAD, f"index {position - 1}", *(b64encode(each).decode() for each in hashes)]
    return "\n".join([*lines, "", checkpoint.note])

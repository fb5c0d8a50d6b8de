"""Makes the evidence bundle (证据包) of one customer: what is stored, what it says, and proofs."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any
from uuid import UUID

import msgspec

from api.evidence.order import Order
from api.evidence.page import history_page
from api.evidence.proof import CustomerProof, as_text, consistency, prove
from api.messages import Language
from domain.audit.archive import BUNDLE, CHECKPOINTS, LEAVES, ArchiveWriter
from domain.audit.bundle import CONSISTENCY, EVENTS, KEYS
from domain.audit.notes import Checkpoint
from projections.bootstrap import ReadSide
from projections.journal.history import HistoryEntry

HISTORY = "history.json"
PAGES = {Language.CHINESE: "history.zh.html", Language.ENGLISH: "history.en.html"}
AT_ONCE = 1_000

_encode = msgspec.json.Encoder().encode


def write_bundle(read: ReadSide, order: Order, checkpoint: Checkpoint, target: IO[bytes]) -> None:
    """Write what `checkpoint` covers of a customer whom whoever asks may see.

    That it is taken is recorded before, and the journal is so far. LogDamagedError when there is no
    proof; what was written by then is no archive.
    """
    proof = prove(read, order.customer_id, checkpoint)
    proven = {stream.stream for stream in proof.streams}
    entries = [
        entry
        for entry in _entries(read, order.customer_id, checkpoint.size)
        # An activity is about others too, and stays out of it.
        if entry.stream_id in proven
    ]
    archive = ArchiveWriter(target)
    archive.write(EVENTS, _events(read, [entry.position for entry in entries]))
    archive.write(LEAVES, "".join(_leaf_lines(proof)))
    for stream in proof.streams:
        text = as_text(stream.position, stream.hashes, checkpoint)
        archive.write(f"proofs/{stream.stream}.tlog-proof", text)
    earlier = [each for each in read.checkpoints.daily() if each.size < checkpoint.size]
    archive.write(CHECKPOINTS, "\n".join(each.note for each in (*earlier, checkpoint)))
    archive.write(CONSISTENCY, _encode(_consistency(read, earlier, checkpoint, order.since)))
    if not order.is_sealed:
        _write_readable(read, order, proof, entries, archive)
    archive.finish(_manifest(order, proof))


def _write_readable(
    read: ReadSide,
    order: Order,
    proof: CustomerProof,
    entries: list[HistoryEntry],
    archive: ArchiveWriter,
) -> None:
    archive.write(HISTORY, _encode([asdict(entry) for entry in entries]))
    for language, name in PAGES.items():
        archive.write(name, history_page(read, order, proof, entries, language))
    key = read.log.keys.reveal(order.customer_id)
    if key is not None:
        archive.write(KEYS, _encode({str(order.customer_id): base64.b64encode(key).decode()}))


def _entries(read: ReadSide, customer_id: UUID, size: int) -> Iterator[HistoryEntry]:
    after = 0
    while page := read.history.page(customer_id, after, AT_ONCE, newest_first=False):
        yield from (entry for entry in page if entry.position <= size)
        after = page[-1].position


def _events(read: ReadSide, positions: list[int]) -> bytes:
    """Return the stored events, byte for byte."""
    events: list[dict[str, Any]] = []
    for start in range(0, len(positions), AT_ONCE):
        stored = read.log.recorder.select_positions(positions[start : start + AT_ONCE])
        events += [
            {
                "position": each.id,
                "stream": str(each.originator_id),
                "version": each.originator_version,
                "topic": each.topic,
                "state": base64.b64encode(each.state).decode(),
            }
            for each in stored
        ]
    return _encode(events)


def _leaf_lines(proof: CustomerProof) -> Iterator[str]:
    for leaf in proof.leaves:
        place = f"{leaf.position}\t{leaf.stream}\t{leaf.version}\t{leaf.topic}"
        yield f"{place}\t{leaf.state_hash.hex()}\t{leaf.hash.hex()}\n"


def _consistency(
    read: ReadSide, earlier: list[Checkpoint], newest: Checkpoint, since: int | None
) -> list[dict[str, Any]]:
    sizes = {each.size for each in earlier} | ({since} if since and since < newest.size else set())
    return [
        {
            "from": size,
            "to": newest.size,
            "hashes": [
                base64.b64encode(each).decode() for each in consistency(read, size, newest.size)
            ],
        }
        for size in sorted(sizes)
    ]


def _manifest(order: Order, proof: CustomerProof) -> dict[str, Any]:
    return {
        "kind": BUNDLE,
        "origin": proof.checkpoint.origin,
        "customer_id": str(order.customer_id),
        "made_at": order.made_at.isoformat(),
        "made_by": order.made_by,
        "why": order.why,
        "checkpoint": proof.checkpoint.size,
        "sealed": order.is_sealed,
        "left_out": {
            str(activity_id): positions for activity_id, positions in proof.left_out.items()
        },
    }

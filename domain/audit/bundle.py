"""Checks the evidence bundle (证据包) of one customer.

It holds the stored bytes of his events, the leaves of their streams, one inclusion proof a stream
(c2sp.org/tlog-proof), and proofs that later checkpoints continue earlier ones.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.audit.archive import Archive, ArchiveError
from domain.audit.log import Chains, Row, rows_of_leaves
from domain.audit.merkle import ProofError, verify_consistency, verify_inclusion
from domain.audit.notes import Checkpoint
from domain.audit.opening import OpeningError, open_sealed, read_state
from domain.audit.report import Report

EVENTS, KEYS, CONSISTENCY = "events.json", "data-keys.json", "consistency.json"
PROOF_HEAD = "c2sp.org/tlog-proof@v1"

SLACK = timedelta(minutes=5)
"""How far the clocks of service and signer may be apart."""

Proofs = Mapping[tuple[int, int], Sequence[bytes]]
"""Consistency proofs by the sizes they lead from and to."""


def check_bundle(archive: Archive, checkpoints: Sequence[Checkpoint], report: Report) -> None:
    """Check a bundle under its newest checkpoint, the last of `checkpoints`, which are sorted."""
    for member, digest in archive.manifest.get("files", {}).items():
        if archive.digest(member) != digest:
            report.find("file-changed", name=member)
    newest = checkpoints[-1]
    try:
        leaves = {leaf.position: leaf for leaf in rows_of_leaves(archive)}
        _check_leaves(archive, leaves, newest, report)
        _check_events(archive, leaves, _proved(archive, checkpoints), report)
    except (ValueError, TypeError, LookupError) as error:
        raise ArchiveError(f"a line cannot be read: {error!r}") from error


def proofs_in(document: Any) -> Proofs:
    """Read consistency proofs from JSON: a list, or one, of `from`, `to` and `hashes`."""
    listed = document if isinstance(document, list) else [document]
    try:
        return {
            (int(each["from"]), int(each["to"])): [_decoded(text) for text in each["hashes"]]
            for each in listed
        }
    except (ValueError, TypeError, LookupError) as error:
        raise ArchiveError(f"this is no consistency proof: {error!r}") from error


def continues(old: Checkpoint, new: Checkpoint, proofs: Proofs) -> bool | None:
    """Tell whether the log at `new` begins with the log at `old`; None when no proof is there."""
    if old.size == new.size:
        return old.root == new.root
    proof = proofs.get((old.size, new.size))
    if proof is None:
        return None
    try:
        verify_consistency(old.size, new.size, old.root, new.root, proof)
    except ProofError:
        return False
    return True


def _check_leaves(
    archive: Archive, leaves: Mapping[int, Row], newest: Checkpoint, report: Report
) -> None:
    chains, last = Chains(report), dict[str, Row]()
    for position in sorted(leaves):
        chains.link(leaves[position])
        if position <= newest.size:
            last[leaves[position].place["stream"]] = leaves[position]
    for stream, leaf in last.items():
        member = f"proofs/{stream}.tlog-proof"
        if not archive.has(member):
            report.find("no-proof", stream=stream)
            continue
        proof = _a_proof(archive.text(member), index=leaf.position - 1)
        try:
            verify_inclusion(
                leaf.position - 1, newest.size, bytes.fromhex(leaf.hash), proof, newest.root
            )
        except ProofError:
            report.find("not-included", position=leaf.position, size=newest.size, **leaf.place)
    unsigned = sum(position > newest.size for position in leaves)
    if unsigned:
        report.remark("unsigned", count=unsigned)


def _check_events(
    archive: Archive, leaves: Mapping[int, Row], proved: Sequence[Checkpoint], report: Report
) -> None:
    keys = data_keys(archive)
    told, opened = set(), 0
    for event, state in events_of(archive):
        position, place = event.position, event.place
        leaf = leaves.get(position)
        told.add(position)
        if leaf is None:
            report.find("no-leaf", position=position, **place)
        elif leaf.place != place:
            said = {f"leaf_{name}": value for name, value in leaf.place.items()}
            report.find("event-moved", position=position, **place, **said)
        elif leaf.rest != event.rest:
            report.find("event-changed", position=position, **place)
        else:
            _check_time(event, state, proved, report)
            try:
                opened += open_sealed(state, place, keys) is not None
            except OpeningError:
                report.find("key-swapped", position=position, **place)
    for position, leaf in leaves.items():
        if position not in told and leaf.place["stream"] == archive.manifest.get("customer_id"):
            report.find("withheld", position=position, **leaf.place)
    streams = len({leaf.place["stream"] for leaf in leaves.values()})
    report.remark(
        "checked-bundle", origin=archive.manifest.get("origin"), events=len(told), streams=streams,
        customer=archive.manifest.get("customer_id"),
    )  # fmt: skip
    if opened:
        report.remark("opened", count=opened)
    left_out = archive.manifest.get("left_out")
    if isinstance(left_out, dict) and left_out:
        positions = sorted(each for found in left_out.values() for each in found)
        report.remark("left-out", count=len(left_out), positions=", ".join(map(str, positions)))
    report.remark("incomplete")


def events_of(archive: Archive) -> Iterator[tuple[Row, bytes]]:
    """Yield the events of a bundle, as rows of a log and as stored."""
    for event in archive.document(EVENTS):
        state = _decoded(event["state"])
        digest = hashlib.sha256(state).hexdigest()
        place = "\t".join((event["stream"], str(event["version"]), event["topic"], digest))
        yield Row(event["position"], place), state


def data_keys(archive: Archive) -> dict[str, bytes]:
    """Return the data keys that a bundle encloses, by the id of the person."""
    if not archive.has(KEYS):
        return {}
    return {subject: _decoded(key) for subject, key in archive.document(KEYS).items()}


def _proved(archive: Archive, checkpoints: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Return the checkpoints with a time that provably are part of the newest one's history."""
    proofs = proofs_in(archive.document(CONSISTENCY)) if archive.has(CONSISTENCY) else {}
    newest = checkpoints[-1]
    return [each for each in checkpoints if each.signed_at and continues(each, newest, proofs)]


def _check_time(event: Row, state: bytes, proved: Sequence[Checkpoint], report: Report) -> None:
    """Compare when an event says that it was recorded with what was signed before and after."""
    recorded_at = datetime.fromisoformat(read_state(state)["timestamp"]).astimezone(UTC)
    without = [c.signed_at for c in proved if c.size < event.position and c.signed_at]
    having = [c.signed_at for c in proved if c.size >= event.position and c.signed_at]
    told = {"position": event.position, "recorded_at": recorded_at, **event.place}
    if without and recorded_at < without[-1] - SLACK:
        report.find("backdated", signed_at=without[-1], **told)
    if having and recorded_at > having[0] + SLACK:
        report.find("postdated", signed_at=having[0], **told)


def _a_proof(text: str, index: int) -> list[bytes]:
    """Read the hashes of the proof of leaf `index`; the checkpoint in it is checked elsewhere."""
    head, number, *hashes = text.partition("\n\n")[0].split("\n")
    if (head, number) != (PROOF_HEAD, f"index {index}"):
        raise ValueError("this is not the proof of inclusion of that leaf")
    return [_decoded(each) for each in hashes]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error

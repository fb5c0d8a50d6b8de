"""Merkle trees as RFC 6962 defines them: recursive, slow, and plainly right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.audit.merkle import EMPTY_ROOT, Range, node_hash


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return MTH of section 2.1, from hashes of leaves."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(root_of(leaves[:half]), root_of(leaves[half:]))


def hashes_of(ranges: Iterable[Range], leaves: Sequence[bytes]) -> list[bytes]:
    """Return the hash of each range."""
    return [root_of(leaves[start:end]) for start, end in ranges]

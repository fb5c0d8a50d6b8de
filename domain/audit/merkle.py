"""The Merkle tree of RFC 6962: hashes, proofs, and whether a proof holds.

Proofs are made in two steps, so that whoever keeps the tree decides where its hashes come from:
a proof is a list of ranges of leaves (RFC 6962, sections 2.1.1 and 2.1.2), and a range is made of
complete subtrees. Indexes of leaves begin at 0, ranges exclude their end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()

Range = tuple[int, int]


class ProofError(Exception):
    """A proof does not prove what it is said to prove."""


class Subtree(NamedTuple):
    """The complete subtree over 2**`level` leaves that is `number` of its level, from 0."""

    level: int
    number: int


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def subtrees(leaves: Range) -> list[Subtree]:
    """Return the complete subtrees that the tree over a range is made of, the largest first.

    Holds for the ranges of a proof and those that begin at 0: their beginning is even enough.
    """
    start, end = leaves
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(Subtree(level, start >> level))
        start += 1 << level
    return found


def root_over(hashes: Sequence[bytes]) -> bytes:
    """Return the hash of a tree made of complete subtrees with these `hashes`, largest first."""
    if not hashes:
        return EMPTY_ROOT
    *rest, root = hashes
    for left in reversed(rest):
        root = node_hash(left, root)
    return root


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """Return the hash of a complete subtree from the `hashes` of one of its levels."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [node_hash(left, right) for left, right in pairs]
    return hashes[0]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges whose hashes prove leaf `index` in a tree of `size` (section 2.1.1)."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size}")
    ranges, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the ranges that prove a tree of `old` leaves the beginning of one of `new` (2.1.2)."""
    if not 0 < old <= new:
        raise ProofError(f"no tree of {new} leaves begins with one of {old}")
    if old == new:
        return []
    ranges, start, end, is_whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, is_whole = middle, False
    return ([] if is_whole else [(start, end)]) + ranges[::-1]


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise ProofError unless `leaf` is number `index` under `root` (RFC 9162, 2.1.3.2)."""
    _require_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size}")
    node, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if node & 1 or node == last:
            reached = node_hash(sibling, reached)
            node, last = _climb_past_lone(node, last)
        else:
            reached = node_hash(reached, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    if reached != root:
        raise ProofError("the proof leads to another root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise ProofError unless the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    _require_hashes(old_root, new_root, *proof)
    if not 0 < old <= new:
        raise ProofError(f"no tree of {new} leaves begins with one of {old}")
    if bool(proof) == (old == new):
        raise ProofError("trees of one size need no proof, all others do")
    # A complete old tree is a node of the new one, and the proof leaves it out.
    hashes = [old_root, *proof] if old & (old - 1) == 0 or old == new else list(proof)
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_reached = new_reached = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if node & 1 or node == last:
            old_reached = node_hash(sibling, old_reached)
            new_reached = node_hash(sibling, new_reached)
            node, last = _climb_past_lone(node, last)
        else:
            new_reached = node_hash(new_reached, sibling)
        node, last = node >> 1, last >> 1
    if last and old != new:
        raise ProofError("the proof is too short")
    if (old_reached, new_reached) != (old_root, new_root):
        raise ProofError("the proof leads to another root")


class Frontier:
    """A growing tree of which only the complete subtrees at its right edge are kept."""

    def __init__(self) -> None:
        """Begin with no leaf."""
        self.size = 0
        self._hashes: list[bytes] = []

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add hashes of leaves."""
        hashes, size = self._hashes, self.size
        for leaf in leaves:
            grown, pairs = leaf, size
            while pairs & 1:
                grown = node_hash(hashes.pop(), grown)
                pairs >>= 1
            hashes.append(grown)
            size += 1
        self.size = size

    @property
    def root(self) -> bytes:
        """The root over all leaves so far."""
        return root_over(self._hashes)


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`, where RFC 6962 splits a tree."""
    return 1 << (size - 1).bit_length() - 1


def _climb_past_lone(node: int, last: int) -> tuple[int, int]:
    """Go up while a node is the last of its level and has no sibling there."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _require_hashes(*hashes: bytes) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofError("a hash has 32 bytes")

"""The leaf of an event: what the Merkle tree holds about it (D13).

A leaf holds the place of the event, the SHA-256 of its stored state, and the leaf of the event
before it in its stream. It tells nothing about a person, and it stays when his key is destroyed.
"""

from __future__ import annotations

import hashlib

PREFIX = b"\0kezhi-leaf-v1\0"
"""0x00 marks a leaf (RFC 6962, section 2.1), the rest what kind of leaf it is."""

BEGINNING = bytes(32)
"""Stands for the leaf before the first of a stream."""


def hash_of(stream: bytes, version: int, topic: str, state_hash: bytes, prior: bytes) -> bytes:
    """Return the hash of a leaf, as the SQL function `leaf_hash` makes it."""
    name = topic.encode()
    return hashlib.sha256(
        b"".join(
            (
                PREFIX,
                stream,
                version.to_bytes(8, "big"),
                len(name).to_bytes(2, "big"),
                name,
                state_hash,
                prior,
            )
        )
    ).digest()

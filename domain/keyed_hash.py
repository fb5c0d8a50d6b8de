"""HMAC-SHA256 (RFC 2104) under a key that is worked in once.

It stands under every event that is written or read and under every identity that is looked up.
`hmac.digest` fetches its algorithm from OpenSSL 3 anew at each call, which takes longer than the
hashing.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

_BLOCK_BYTES = 64
_INNER, _OUTER = bytes(b ^ 0x36 for b in range(256)), bytes(b ^ 0x5C for b in range(256))


class KeyedHash:
    """The HMAC-SHA256 of messages under one key; safe to share between threads."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        """Work `key` in."""
        short = hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key
        block = short.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def digest(self, message: bytes) -> bytes:
        """Return the code of `message`, 32 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


@lru_cache(maxsize=8)
def keyed_hash(key: bytes) -> KeyedHash:
    """Return the hash under `key`; a deployment has two or three such keys."""
    return KeyedHash(key)

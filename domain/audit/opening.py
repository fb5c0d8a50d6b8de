"""Reads stored events without Kezhi, and opens their personal content where the key is at hand.

The stored state is 0x01, a random number of 8 bytes, a signature of 32 bytes that only Kezhi can
check, and JSON; under `~` the JSON holds the commitment of the person's key and his fields,
encrypted with AES-256-GCM (domain/eventstore/mapper.py).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"\x01"
HEAD_BYTES = 41
NONCE_BYTES = 12
SEALED = "~"


class OpeningError(Exception):
    """The key that belongs to a ciphertext does not open it."""


def read_state(state: bytes) -> dict[str, Any]:
    """Return the plain fields of a stored event; ValueError when it is none."""
    if not state.startswith(FORMAT):
        raise ValueError("this is no stored event")
    content = json.loads(state[HEAD_BYTES:])
    if not isinstance(content, dict):
        raise TypeError("this is no stored event")
    return content


def open_sealed(
    state: bytes, place: Mapping[str, str], keys: Mapping[str, bytes]
) -> dict[str, Any] | None:
    """Return the personal fields of an event; None when it has none or their key is not there.

    OpeningError when the key with the right commitment does not open them.
    """
    sealed = read_state(state).get(SEALED)
    if sealed is None:
        return None
    commitment, ciphertext = (base64.b64decode(each) for each in sealed)
    for subject, key in keys.items():
        if commitment_of(key) == commitment:
            nonce, body = ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:]
            try:
                opened = AESGCM(key).decrypt(nonce, body, _binding(subject, place))
            except (InvalidTag, ValueError) as error:
                raise OpeningError from error
            fields: dict[str, Any] = json.loads(opened)
            return fields
    return None


def commitment_of(key: bytes) -> bytes:
    """Return what an event says of the key its personal fields are sealed with."""
    return hashlib.sha256(b"kezhi-key-commitment-v1\0" + key).digest()


def _binding(subject: str, place: Mapping[str, str]) -> bytes:
    stream, version = UUID(place["stream"]).bytes, int(place["version"]).to_bytes(8, "big")
    return b"".join(
        (b"kezhi-personal-v1\0", UUID(subject).bytes, stream, version, place["topic"].encode())
    )

"""The key under which a write may be repeated without being done twice (D5).

Follows draft-ietf-httpapi-idempotency-key-header-07; the key may stand bare or quoted.
"""

from __future__ import annotations

import re

from flask import request

from api.problems import Problem
from domain.keyed_hash import keyed_hash

MIN_LENGTH = 8
MAX_LENGTH = 128

_KEY = re.compile(rf'("?)([\x21\x23-\x5b\x5d-\x7e]{{{MIN_LENGTH},{MAX_LENGTH}}})\1')


def idempotency_key() -> str:
    """Return the Idempotency-Key of this request; a 400 Problem when missing or malformed."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        raise Problem(400, "idempotency-key-required")
    key = _KEY.fullmatch(given.strip())
    if key is None:
        limits = {"minimum": MIN_LENGTH, "maximum": MAX_LENGTH}
        raise Problem(400, "idempotency-key-malformed", values=limits)
    return key.group(2)


def request_fingerprint(secret: bytes) -> bytes:
    """Return what tells whether two requests with one key ask for the same.

    A keyed hash of method, path, If-Match and body, because a body holds personal data that a
    plain hash of it would let a thief confirm.
    """
    parts = (
        request.method.encode(),
        request.full_path.encode(),
        request.headers.get("If-Match", "").encode(),
        request.get_data(cache=True),
    )
    told_apart = [piece for part in parts for piece in (len(part).to_bytes(8, "big"), part)]
    return keyed_hash(secret).digest(b"".join(told_apart))

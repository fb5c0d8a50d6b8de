"""The id under which a request is found again in answers and logs."""

from __future__ import annotations

import re
import secrets

from flask import g, request

REQUEST_ID_HEADER = "X-Request-Id"

_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def request_id() -> str:
    """Return the id of this request: the sender's when it is well formed, else one of ours."""
    if "request_id" not in g:
        given = request.headers.get(REQUEST_ID_HEADER, "")
        g.request_id = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(16)
    return str(g.request_id)

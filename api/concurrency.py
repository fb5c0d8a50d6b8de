"""The version of a thing as its ETag, and the version a change expects to find (RFC 9110 §13).

`"v7"` is version 7 of the stream behind a resource, so If-Match carries the expected version
straight to the store, and no lost update can hide between reading and writing (D5).
"""

from __future__ import annotations

import re

from flask import request

from api.problems import Problem

_ONE_VERSION = re.compile(r'"v([1-9][0-9]{0,17})"')


def etag(version: int) -> str:
    """Return the entity tag of `version`."""
    return f'"v{version}"'


def version_headers(version: int) -> dict[str, str]:
    """Return the headers of an answer that shows, or has just written, `version`."""
    return {"ETag": etag(version)}


def version_if_given() -> int | None:
    """Return the version that this request wants to find, None when it names none.

    Raises the Problems of `expected_version` for an If-Match that is not one version.
    """
    return expected_version() if "If-Match" in request.headers else None


def expected_version() -> int:
    """Return the version that this request wants to change.

    Raises a Problem: 428 when If-Match is missing, 400 when it is not one version, and 400 for
    `*`, which would overwrite what the sender never saw.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise Problem(428, "if-match-required")
    if given.strip() == "*":
        raise Problem(400, "if-match-any")
    version = _ONE_VERSION.fullmatch(given.strip())
    if version is None:
        raise Problem(400, "if-match-malformed")
    return int(version.group(1))

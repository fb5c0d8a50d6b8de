from __future__ import annotations

import pytest
from flask import Flask

from api.idempotency import request_fingerprint

SAME = {"path": "/customers", "method": "POST", "data": b'{"name":"x"}'}


def _fingerprint(secret: bytes = b"a secret", **request: object) -> bytes:
    with Flask("any").test_request_context(**{**SAME, **request}):
        return request_fingerprint(secret)


def test_a_repeated_request_has_the_fingerprint_of_the_first() -> None:
    assert _fingerprint() == _fingerprint(headers={"X-Request-Id": "another-try"})


@pytest.mark.parametrize(
    "different",
    [
        {"path": "/customers?x=1"},
        {"path": "/complaints"},
        {"method": "PATCH"},
        {"data": b'{"name":"y"}'},
        {"data": b""},
        {"headers": {"If-Match": '"v7"'}},
        {"secret": b"another secret"},
    ],
    ids=repr,
)
def test_a_different_request_has_another_fingerprint(different: dict[str, object]) -> None:
    assert _fingerprint() != _fingerprint(**different)  # type: ignore[arg-type]

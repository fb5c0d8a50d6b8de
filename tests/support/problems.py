"""Reads a refusal as a client would."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse


def problem_of(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Return the problem document of `response` after checking what every one must hold."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    document = response.get_json(force=True)
    assert document["type"] == f"/errors/{code}"
    assert document["status"] == status
    assert document["code"] == code
    assert document["title"]
    assert document["instance"] == response.headers["X-Request-Id"]
    return dict(document)

"""Posts webhooks to receivers on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request

from workers.channels.base import Message, Outcome
from workers.channels.http_client import HttpClient
from workers.channels.webhook import WebhookChannel

KEY = "5f0c7c1e-2f0a-5c39-9df3-5ad1f9a2c001"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEWER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PAYLOAD = {"type": "reminder.due", "data": {"customer_id": "42", "grade": "A", "note": "张三"}}
INSIDE = {"allow_private": True, "allow_http": True}
"""What lets a client reach the receivers of the tests."""


class Clock:
    """Shows the time it was set to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def post(
    url: str,
    *,
    payload: Mapping[str, Any] = PAYLOAD,
    secrets: tuple[str, ...] = (SECRET,),
    now: datetime = NOW,
    key: str = KEY,
    **client: Any,
) -> Outcome:
    """Send a webhook with a client that reaches this machine, unless `client` says otherwise."""
    channel = WebhookChannel(HttpClient(**{**INSIDE, **client}), clock=Clock(now))
    return channel.send(key, a_webhook(url, payload, secrets))


def a_webhook(
    url: str, payload: Mapping[str, Any] = PAYLOAD, secrets: tuple[str, ...] = (SECRET,)
) -> Message:
    return Message(recipient=url, subject="", text="", payload=payload, secrets=secrets)


def received(server: HTTPServer) -> list[Request]:
    return [request for request, _ in server.log]

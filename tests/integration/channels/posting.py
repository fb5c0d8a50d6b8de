"""Posts webhooks to receivers on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request

from workers.channels.base import Message, Outcome
from workers.channels.settings import ChannelSettings
from workers.channels.webhook import WebhookChannel

KEY = "5f0c7c1e-2f0a-5c39-9df3-5ad1f9a2c001"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEWER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PAYLOAD = {"type": "reminder.due", "data": {"customer_id": "42", "grade": "A", "note": "张三"}}
INSIDE = ChannelSettings(webhook_allow_private=True, webhook_allow_http=True)


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
    settings: ChannelSettings = INSIDE,
    key: str = KEY,
    **details: Any,
) -> Outcome:
    channel = WebhookChannel(settings, lambda _: secrets, clock=Clock(now), **details)
    return channel.send(key, Message(recipient=url, subject="", text="", payload=payload))


def received(server: HTTPServer) -> list[Request]:
    return [request for request, _ in server.log]

"""Webhooks (Standard Webhooks 1.0): a signed POST to an address that somebody else gave us."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from workers.channels.base import (
    BAD_SECRET,
    GONE,
    Accepted,
    Message,
    Outcome,
    Rejected,
    Retry,
    check_key,
)
from workers.channels.http_client import Answer, HttpClient

_NO_LONGER_THERE = 410


class WebhookChannel:
    """Posts a message's payload to its recipient, an https URL (网络回调).

    Every attempt carries the same `webhook-id`, the key, and a fresh time and signature. Only a 2xx
    is acceptance; 410 means that the recipient wants no more; every other answer, redirects too,
    is worth another try. No answer after the request was sent is Unknown. Answers' bodies are not
    read: they could be endless, or repeat personal data.
    """

    def __init__(self, client: HttpClient, *, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock

    def send(self, key: str, message: Message) -> Outcome:
        """Makes one POST."""
        check_key(key)
        now = self._clock()
        body = as_json(message.payload)
        try:
            signatures = sign(message.secrets, key, now, body)
        except (ValueError, EmptyWebhookSecretError) as error:
            return Rejected(BAD_SECRET, f"the webhook cannot be signed: {error}")
        headers = {
            "User-Agent": "Kezhi-Webhooks",
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signatures,
        }
        answer = self._client.send("POST", message.recipient, headers, body.encode("utf-8"))
        return _judged(answer, now) if isinstance(answer, Answer) else answer

    def close(self) -> None:
        """Has nothing to end: connections are not kept."""


def as_json(payload: Mapping[str, Any]) -> str:
    """Answers the body, the same text for the same payload on every attempt."""
    return json.dumps(
        payload, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def sign(secrets: Sequence[str], key: str, now: datetime, body: str) -> str:
    """Answers the signatures by all secrets, so that a receiver may change to the newer in peace.

    ValueError or EmptyWebhookSecretError when there is no secret or one cannot be read.
    """
    if not secrets:
        raise ValueError("there is no secret for its address")
    # The library reads the wall time as UTC, whatever the zone.
    in_utc = now.astimezone(UTC)
    return " ".join(Webhook(secret).sign(key, in_utc, body) for secret in secrets)


def _judged(answer: Answer, now: datetime) -> Outcome:
    if answer.is_success:
        return Accepted()
    status = answer.status
    if status == _NO_LONGER_THERE:
        return Rejected(GONE, "the receiver answered 410: it wants no more webhooks")
    if 300 <= status < 400:  # noqa: PLR2004  # RFC 9110: redirection
        return Retry(
            None, f"the receiver answered {status}: give its new address, none is followed"
        )
    return Retry(answer.pause(now), f"the receiver answered {status}")

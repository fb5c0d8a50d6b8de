"""Webhooks (Standard Webhooks 1.0): a signed POST to an address that somebody else gave us."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import Any, Self, cast
from urllib.parse import urlsplit

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from workers.channels import egress
from workers.channels.base import (
    Accepted,
    Message,
    Outcome,
    Rejected,
    Retry,
    Unknown,
    check_key,
)
from workers.channels.settings import ChannelSettings

_DEFAULT_PORTS = {"https": 443, "http": 80}
_VISIBLE = re.compile(r"[!-~]{1,2000}")
_GONE = 410
_LONGEST_WAIT = 24 * 3600.0


class BadTargetError(ValueError):
    """The address is not one a webhook may be sent to; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook goes, taken apart once so that every part agrees with the others."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str, *, allow_http: bool) -> Self:
        """Takes `url` apart; BadTargetError when it is no plain https address."""
        if not _VISIBLE.fullmatch(url):
            raise BadTargetError("write it in ASCII: hosts in Punycode, other signs as %XX")
        try:
            parts = urlsplit(url)
            port = parts.port
            host = (parts.hostname or "").encode("idna").decode("ascii")
        except ValueError as error:
            raise BadTargetError("it cannot be read as an address") from error
        if parts.scheme not in _DEFAULT_PORTS or not host:
            raise BadTargetError("it must begin with https:// and name a host")
        if parts.scheme == "http" and not allow_http:
            raise BadTargetError("unencrypted http is not allowed")
        if parts.username is not None or parts.password is not None:
            raise BadTargetError("it must not hold a user or a password")
        path = parts.path or "/"
        return cls(
            scheme=parts.scheme,
            host=host,
            port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
            path=f"{path}?{parts.query}" if parts.query else path,
        )

    @property
    def host_header(self) -> str:
        """The host as HTTP names it: with the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


class WebhookChannel:
    """Posts a message's payload to its recipient, an https URL (网络回调).

    Every attempt carries the same `webhook-id`, the key, and a fresh time and signature. Only a 2xx
    is acceptance; 410 means that the recipient wants no more; every other answer, redirects too,
    is worth another try. No answer after the request was sent is Unknown. Answers' bodies are not
    read: they could be endless, or repeat personal data.

    `secrets_for` answers an address's secrets, two while one replaces the other.
    """

    def __init__(
        self,
        settings: ChannelSettings,
        secrets_for: Callable[[str], Sequence[str]],
        *,
        clock: Callable[[], datetime],
        timeout: float = 15.0,
        tls: ssl.SSLContext | None = None,
        resolve: egress.Resolve = egress.resolve,
    ) -> None:
        self._settings = settings
        self._secrets_for = secrets_for
        self._clock = clock
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()
        self._resolve = resolve

    def send(self, key: str, message: Message) -> Outcome:
        """Makes one POST, over within the timeout (resolving the name not counted)."""
        check_key(key)
        now = self._clock()
        try:
            target = Target.parse(message.recipient, allow_http=self._settings.webhook_allow_http)
        except BadTargetError as error:
            return Rejected("bad-address", f"the webhook's address cannot be used: {error}")
        body = as_json(message.payload)
        try:
            signatures = sign(self._secrets_for(message.recipient), key, now, body)
        except (ValueError, EmptyWebhookSecretError) as error:
            return Rejected("bad-secret", f"the webhook cannot be signed: {error}")
        request = _request(target, key, now, signatures, body)
        deadline = egress.Deadline(self._timeout)
        try:
            connection = self._connect(target, deadline)
        except egress.ForbiddenAddressError:
            return Rejected("private-address", "the host is not on the open Internet")
        except OSError as error:
            return Retry(None, f"no connection: {_told(error)}")
        with connection:
            return _exchange(connection, request, deadline, now)

    def close(self) -> None:
        """Has nothing to end: connections are not kept."""

    def _connect(self, target: Target, deadline: egress.Deadline) -> socket.socket:
        connection = egress.connect(
            target.host,
            target.port,
            deadline,
            allow_private=self._settings.webhook_allow_private,
            resolve=self._resolve,
        )
        if target.scheme == "http":
            return connection
        try:
            connection.settimeout(deadline.left())
            return self._tls.wrap_socket(connection, server_hostname=target.host)
        except BaseException:
            connection.close()
            raise


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


def _request(target: Target, key: str, now: datetime, signatures: str, body: str) -> bytes:
    content = body.encode("utf-8")
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {target.host_header}",
        "User-Agent: Kezhi-Webhooks",
        "Accept: */*",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        f"webhook-id: {key}",
        f"webhook-timestamp: {int(now.timestamp())}",
        f"webhook-signature: {signatures}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("ascii") + content


def _exchange(
    connection: socket.socket, request: bytes, deadline: egress.Deadline, now: datetime
) -> Outcome:
    try:
        connection.settimeout(deadline.left())
        connection.sendall(request)
    except OSError as error:
        return Retry(
            None, f"the connection broke before the whole request was sent: {_told(error)}"
        )
    # From here on the receiver may have acted on the request without our learning of it.
    reader = cast("socket.socket", egress.TimedReader(connection, deadline))
    try:
        with HTTPResponse(reader, method="POST") as response:
            response.begin()
            return _judged(response.status, response.getheader("Retry-After"), now)
    except (OSError, HTTPException) as error:
        # Only the kind: the text may repeat what the receiver wrote.
        return Unknown(f"the request was sent and no answer came: {type(error).__name__}")


def _judged(status: int, retry_after: str | None, now: datetime) -> Outcome:
    if 200 <= status < 300:  # noqa: PLR2004  # RFC 9110: success
        return Accepted()
    if status == _GONE:
        return Rejected("gone", "the receiver answered 410: it wants no more webhooks")
    if 300 <= status < 400:  # noqa: PLR2004  # RFC 9110: redirection
        return Retry(
            None, f"the receiver answered {status}: give its new address, none is followed"
        )
    return Retry(_seconds(retry_after, now), f"the receiver answered {status}")


def _seconds(retry_after: str | None, now: datetime) -> float | None:
    """Answers how long a Retry-After header (RFC 9110 §10.2.3) asks to wait, at most a day."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:10])
    else:
        try:
            then = parsedate_to_datetime(text)
        except ValueError:
            return None
        # "-0000" gives a naive time, which is in UTC.
        seconds = (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]

"""The one way to other people's HTTP servers: judged addresses, one deadline, no redirects."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import Self, cast
from urllib.parse import urlsplit

from workers.channels import egress
from workers.channels.base import BAD_ADDRESS, Rejected, Retry, Unknown

_DEFAULT_PORTS = {"https": 443, "http": 80}
_VISIBLE = re.compile(r"[!-~]{1,4000}")
_LONGEST_WAIT = 24 * 3600.0


class BadTargetError(ValueError):
    """The address is not one a request may be sent to; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, taken apart once so that every part agrees with the others."""

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


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; the body may repeat personal data and is never logged."""

    status: int
    retry_after: str | None
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is one of success (RFC 9110 §15.3)."""
        return 200 <= self.status < 300  # noqa: PLR2004

    def pause(self, now: datetime) -> float | None:
        """Answers how long Retry-After (RFC 9110 §10.2.3) asks to wait: seconds, at most a day."""
        if self.retry_after is None:
            return None
        text = self.retry_after.strip()
        if text.isascii() and text.isdigit():
            seconds = float(text[:10])
        else:
            try:
                then = parsedate_to_datetime(text)
            except ValueError:
                return None
            # "-0000" gives a naive time, which is in UTC.
            aware = then if then.tzinfo else then.replace(tzinfo=UTC)
            seconds = aware.timestamp() - now.timestamp()
        return min(max(seconds, 0.0), _LONGEST_WAIT)


class HttpClient:
    """Sends one request over a connection of its own; never raises for what the network does.

    Only public addresses and https are allowed unless said otherwise. A request is over within the
    timeout (resolving the name not counted). Redirects are answers like others. Threads may share
    it.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        allow_http: bool = False,
        timeout: float = 15.0,
        tls: ssl.SSLContext | None = None,
        resolve: egress.Resolve = egress.resolve,
    ) -> None:
        self._allow_private = allow_private
        self._allow_http = allow_http
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()
        self._resolve = resolve

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes = b"",
        *,
        most_bytes: int = 0,
    ) -> Answer | Rejected | Retry | Unknown:
        """Makes one request and reads up to `most_bytes` of the answer's body.

        Rejected when the address may not be reached, Retry when the request was not sent whole,
        Unknown when it was and no proper answer came.
        """
        try:
            target = Target.parse(url, allow_http=self._allow_http)
        except BadTargetError as error:
            return Rejected(BAD_ADDRESS, f"the address cannot be used: {error}")
        deadline = egress.Deadline(self._timeout)
        try:
            connection = self._connect(target, deadline)
        except egress.ForbiddenAddressError:
            return Rejected("private-address", "the host is not on the open Internet")
        except OSError as error:
            return Retry(None, f"no connection: {_told(error)}")
        with connection:
            head = _head(method, target, {**headers, "Content-Length": str(len(content))})
            return _exchange(connection, method, head + content, deadline, most_bytes)

    def _connect(self, target: Target, deadline: egress.Deadline) -> socket.socket:
        connection = egress.connect(
            target.host,
            target.port,
            deadline,
            allow_private=self._allow_private,
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


def _head(method: str, target: Target, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"{method} {target.path} HTTP/1.1",
        f"Host: {target.host_header}",
        "Accept: */*",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _exchange(
    connection: socket.socket,
    method: str,
    request: bytes,
    deadline: egress.Deadline,
    most_bytes: int,
) -> Answer | Retry | Unknown:
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
        with HTTPResponse(reader, method=method) as response:
            response.begin()
            body = response.read(most_bytes) if most_bytes else b""
            return Answer(response.status, response.getheader("Retry-After"), body)
    except (OSError, HTTPException) as error:
        # Only the kind: the text may repeat what the receiver wrote.
        return Unknown(f"the request was sent and no answer came: {type(error).__name__}")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]

"""A real SMTP server that can be told to refuse, to dawdle and to hang up."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.waiting import eventually

CUT = "cut"
WAIT = "wait"


class PostOffice:
    """Takes mail; `answers` replaces the server's answer at a step by another, or CUT, or WAIT."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.mail: list[Envelope] = []
        self.connections: list[Session] = []
        self.encrypted: list[bool] = []
        self.port = 0
        self._servers: list[SMTP] = []

    def hang_up(self) -> None:
        """Cuts every connection, as a server does that has waited long enough."""
        for server in self._servers:
            server.loop.call_soon_threadsafe(server.transport.abort)
        eventually(lambda: all(server.transport is None for server in self._servers))

    async def _answer(self, step: str, server: SMTP, usual: str) -> str:
        answer = self.answers.get(step, usual)
        if answer == WAIT:
            await asyncio.Event().wait()
        if answer == CUT:
            server.transport.abort()
        return answer

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, _: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if session not in self.connections:
            self.connections.append(session)
            self._servers.append(server)
        return [*replies[:-1], await self._answer("EHLO", server, replies[-1])]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._answer("MAIL", server, "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        answer = await self._answer("RCPT", server, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope
    ) -> str:
        self.mail.append(envelope)
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return await self._answer("DATA", server, "250 2.0.0 queued as 4Bx7")


def check_password(*details: object) -> AuthResult:
    login = details[-1]
    good = isinstance(login, LoginPassword) and login == LoginPassword(b"care", b"p@ss:word")
    return AuthResult(success=good, handled=False)


@contextmanager
def opened(
    *, implicit_tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[PostOffice]:
    office = PostOffice()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        office.port = probe.getsockname()[1]
    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=office.port,
        ssl_context=implicit_tls,
        tls_context=starttls,
        authenticator=check_password,
        auth_require_tls=bool(starttls),
    )
    controller.start()
    try:
        yield office
    finally:
        controller.stop()

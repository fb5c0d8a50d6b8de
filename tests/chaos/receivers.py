"""Where messages arrive: a mail server and a webhook receiver that fail now and then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from uuid import UUID

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSED_FIRST = 8
"""One key in so many is refused the first time, and one in so many cut off after it arrived."""


class Receipts:
    """How often each key arrived."""

    def __init__(self) -> None:
        self.counts: Counter[UUID] = Counter()
        self._seen: set[UUID] = set()
        self._lock = Lock()

    def refuses(self, key: UUID) -> bool:
        """Whether this first arrival is to be refused."""
        with self._lock:
            is_first = key not in self._seen
            self._seen.add(key)
        return is_first and key.int % REFUSED_FIRST == 0

    def take(self, key: UUID) -> bool:
        """Count an arrival; whether its answer is to be lost."""
        with self._lock:
            self.counts[key] += 1
            return self.counts[key] == 1 and key.int % REFUSED_FIRST == 1


@contextmanager
def a_webhook_receiver(receipts: Receipts) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            key = UUID(self.headers["webhook-id"])
            if receipts.refuses(key):
                self.send_response(503)
            elif receipts.take(key):
                return  # the connection is closed without an answer
            else:
                self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/kezhi"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _PostOffice:
    def __init__(self, receipts: Receipts) -> None:
        self._receipts = receipts

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        head = content if isinstance(content, bytes) else content.encode()
        key = UUID(head.split(b"Message-ID: <")[1].split(b"@")[0].decode())
        if self._receipts.refuses(key):
            return "451 later"
        if self._receipts.take(key):
            server.transport.abort()
        return "250 OK"


@contextmanager
def a_post_office(receipts: Receipts, port: int) -> Iterator[None]:
    controller = Controller(_PostOffice(receipts), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()

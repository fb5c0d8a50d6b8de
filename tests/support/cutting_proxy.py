"""A proxy before PostgreSQL that cuts connections at a chosen moment of one statement.

It reads the messages of the protocol (https://www.postgresql.org/docs/current/protocol.html), so
it knows when a statement was sent and when the server has committed and answered.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from threading import Event, Lock, Thread

from psycopg.conninfo import conninfo_to_dict, make_conninfo

CHUNK = 65_536


class Moment(Enum):
    """When to cut the connection."""

    BEFORE_SENDING = "the server never hears of the statement"
    WHILE_RUNNING = "the server has got the statement, the client is gone"
    BEFORE_ITS_END = "the server waits for the last bytes of the statement, the line is dead"
    AFTER_COMMIT = "the server has committed and answered, the client never hears of it"


@contextmanager
def a_cutting_proxy(address: str, statement: str) -> Iterator[CuttingProxy]:
    """Lend a proxy to the server at `address` that watches for SQL that contains `statement`."""
    proxy = CuttingProxy(address, statement)
    try:
        yield proxy
    finally:
        proxy.close()


class CuttingProxy:
    """Passes everything on, except where it was told to cut; counts the statement in `seen`."""

    def __init__(self, address: str, statement: str) -> None:
        self._target = conninfo_to_dict(address)
        self.statement = statement.encode()
        self.seen = 0
        self.cuts = 0
        self.closed = Event()
        self._planned: list[Moment] = []
        self._lock = Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.address = make_conninfo(
            address, host="127.0.0.1", port=port, sslmode="disable", gssencmode="disable"
        )
        Thread(target=self._accept, daemon=True).start()

    def cut(self, *moments: Moment) -> None:
        """Cut at each of `moments`, the first at the next statement, and so on."""
        with self._lock:
            self._planned += moments

    def takes(self, moment: Moment) -> bool:
        """Tell whether a connection has to be cut now; asked by each connection."""
        with self._lock:
            if not self._planned or self._planned[0] is not moment:
                return False
            self._planned.pop(0)
            self.cuts += 1
            return True

    def close(self) -> None:
        """Take no more connections; those at work end with their clients, dead ones now."""
        self._listener.close()
        self.closed.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = self._connect()
                _Session(self, client, server).start()

    def _connect(self) -> socket.socket:
        host, port = str(self._target.get("host")), int(self._target.get("port") or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server


class _Then(Enum):
    PASS = "pass the message on"
    PASS_AND_CUT = "pass it on, then cut"
    CUT_AT_ONCE = "cut; neither it nor what came with it is passed on"
    GO_DEAD = "pass on what came before it, then nothing more, but do not cut"


class _Session:
    """One connection of a client, with the two threads that pass its bytes on."""

    def __init__(self, proxy: CuttingProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._names: set[bytes] = set()
        self._is_running = False
        self._has_answered = False
        self._is_dead = False

    def start(self) -> None:
        Thread(target=self._requests, daemon=True).start()
        Thread(target=self._answers, daemon=True).start()

    def _requests(self) -> None:
        # The first message of a client has no type, but otherwise the same form.
        self._pass(self._client, self._server, self._heed_request, is_typed=False)

    def _answers(self) -> None:
        self._pass(self._server, self._client, self._heed_answer, is_typed=True)

    def _heed_request(self, kind: bytes, body: bytes) -> _Then:
        """Look at a message of the client before it is passed on."""
        if kind == b"P":
            name = {body.split(b"\0", 1)[0]}
            self._names = (
                self._names | name if self._proxy.statement in body else self._names - name
            )
        if kind == b"B" and body.split(b"\0", 2)[1] in self._names:
            self._proxy.seen += 1
            self._is_running, self._has_answered = True, False
            if self._proxy.takes(Moment.BEFORE_SENDING):
                return _Then.CUT_AT_ONCE
        if kind == b"S" and self._is_running:
            if self._proxy.takes(Moment.WHILE_RUNNING):
                return _Then.PASS_AND_CUT
            if self._proxy.takes(Moment.BEFORE_ITS_END):
                self._is_dead = True
                return _Then.GO_DEAD
        return _Then.PASS

    def _heed_answer(self, kind: bytes, _: bytes) -> _Then:
        """Look at a message of the server before it is passed on."""
        if self._is_dead:
            return _Then.GO_DEAD
        if self._is_running and kind == b"C":
            self._has_answered = True
        # Only "ready for query" tells that the transaction is over.
        if self._is_running and kind == b"Z":
            self._is_running = False
            if self._has_answered and self._proxy.takes(Moment.AFTER_COMMIT):
                return _Then.CUT_AT_ONCE
        return _Then.PASS

    def _pass(
        self,
        source: socket.socket,
        target: socket.socket,
        heed: Callable[[bytes, bytes], _Then],
        *,
        is_typed: bool,
    ) -> None:
        """Pass whole messages on until one side is gone or `heed` says to cut."""
        buffer = b""
        then = _Then.PASS
        with suppress(OSError):
            while then is _Then.PASS and (chunk := source.recv(CHUNK)):
                buffer += chunk
                passed = 0
                while message := _first_message(buffer[passed:], is_typed=is_typed):
                    then = heed(message[:1] if is_typed else b"", message[5:])
                    is_typed = True
                    if then is not _Then.GO_DEAD:
                        passed += len(message)
                    if then is not _Then.PASS:
                        break
                if then is not _Then.CUT_AT_ONCE:
                    target.sendall(buffer[:passed])
                buffer = buffer[passed:]
        if then is _Then.GO_DEAD:
            self._proxy.closed.wait()
        self._cut()

    def _cut(self) -> None:
        for side in (self._client, self._server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()


def _first_message(buffer: bytes, *, is_typed: bool) -> bytes:
    """Return the message that `buffer` begins with, empty when it is not whole yet."""
    start = 1 if is_typed else 0
    if len(buffer) < start + 4:
        return b""
    length = start + int.from_bytes(buffer[start : start + 4], "big")
    return buffer[:length] if len(buffer) >= length else b""

"""A TCP server that does with a connection whatever a test wants, however rude."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Manners = Callable[[socket.socket], None]


@contextlib.contextmanager
def listening(manners: Manners) -> Iterator[int]:
    """Gives the port where each connection is treated by `manners` and then closed."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                manners(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        # Wakes the accept, which closing alone would not.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)


def read_request(connection: socket.socket) -> bytes:
    """Reads one whole request, so that closing afterwards is a decision and not an accident."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.splitlines()
        if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65536)
    return request

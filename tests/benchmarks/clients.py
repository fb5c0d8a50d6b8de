"""Clients of the HTTP server, as little of the two cores as possible in themselves.

Each keeps one connection and speaks HTTP over a plain socket. Given to `put_load` it is a closed
loop: a client begins its next work when the last one is answered.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.benchmarks.load import Work

Requests = Iterator[Sequence[bytes]]
"""What a client sends, work after work without end; a work may take several requests."""


def http_clients(
    address: tuple[str, int], works: Callable[..., Callable[[int], Requests]], arguments: list[Any]
) -> Callable[[int], Work]:
    """Prepare clients that do `works(*arguments)` of their number, for `put_load`."""
    requests_of = works(*arguments)

    def make(number: int) -> Work:
        connection = socket.create_connection(address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        works_to_do = requests_of(number)

        def work() -> None:
            for each in next(works_to_do):
                connection.sendall(each)
                _read_success(connection)

        return work

    return make


def request(
    method: str, path: str, token: str, body: bytes = b"", *, headers: Sequence[str] = ()
) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: kezhi", f"Authorization: Bearer {token}", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _read_success(connection: socket.socket) -> None:
    """Read one answer to its end; AssertionError when it is a refusal."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    while len(body) < length:
        body += _some(connection)
    assert head[9:10] == b"2", received


def _some(connection: socket.socket) -> bytes:
    received = connection.recv(65_536)
    assert received, "the server hung up"
    return received

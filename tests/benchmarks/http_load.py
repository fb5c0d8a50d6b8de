"""A closed loop of keep-alive clients for a fixed time: answers a second and how long they took.

The clients are threads of a few processes, speaking HTTP over plain sockets, so that as little as
possible of the two cores goes to the load itself.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import quantiles
from threading import Thread

Requests = Callable[[int], Iterator[bytes]]
"""Given a client's number, what it sends, one request after the other, without end."""


@dataclass(frozen=True)
class Load:
    """What came of a run: the statuses and the seconds each answer took."""

    seconds: float
    statuses: Counter[int]
    times: Sequence[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def percentile(self, percent: int) -> float:
        """Return the seconds within which `percent` of the answers came."""
        return quantiles(self.times, n=100)[percent - 1]

    def __str__(self) -> str:
        p50, p95, p99 = (1_000 * self.percentile(each) for each in (50, 95, 99))
        shown = " ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"{self.rate:,.0f}/s  p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f} ms  ({shown})"


def request(
    method: str, path: str, *, token: str, body: bytes = b"", headers: Sequence[str] = ()
) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {token}",
        *headers,
    ]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def load(
    address: tuple[str, int],
    requests: Requests,
    *,
    clients: int,
    seconds: float,
    processes: int = 2,
) -> Load:
    """Let `clients` send one request after the other for so many seconds."""
    context = multiprocessing.get_context("fork")
    results: multiprocessing.SimpleQueue[list[tuple[int, float]]] = context.SimpleQueue()
    shares = [range(number, clients, processes) for number in range(processes)]
    workers = [
        context.Process(target=_work, args=(address, requests, share, seconds, results))
        for share in shares
    ]
    for worker in workers:
        worker.start()
    answers = [answer for _ in workers for answer in results.get()]
    for worker in workers:
        worker.join()
    if not answers:
        raise ConnectionError(f"nobody answers at {address}")
    statuses = Counter(status for status, _ in answers)
    return Load(seconds, statuses, [taken for _, taken in answers])


def _work(
    address: tuple[str, int],
    requests: Requests,
    share: Sequence[int],
    seconds: float,
    results: multiprocessing.SimpleQueue[list[tuple[int, float]]],
) -> None:
    answers: list[tuple[int, float]] = []
    end = time.perf_counter() + seconds
    threads = [
        Thread(target=_client, args=(address, requests(number), end, answers)) for number in share
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(answers)


def _client(
    address: tuple[str, int],
    requests: Iterator[bytes],
    end: float,
    answers: list[tuple[int, float]],
) -> None:
    with suppress(ConnectionError), socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (start := time.perf_counter()) < end:
            connection.sendall(next(requests))
            status = _answer(connection)
            answers.append((status, time.perf_counter() - start))


def _answer(connection: socket.socket) -> int:
    """Read one answer to its end and return its status."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    missing = length - len(body)
    while missing > 0:
        missing -= len(_some(connection))
    return int(head[9:12])


def _some(connection: socket.socket) -> bytes:
    received = connection.recv(65_536)
    if not received:
        raise ConnectionError("the server hung up")
    return received

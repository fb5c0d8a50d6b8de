"""The door to other people's servers: only to addresses that may be reached, only for so long.

A name is resolved once, each address is judged, and the connection goes to the very address that
was judged; so a name that changes its mind between question and use leads nowhere (SSRF).
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_GLOBAL_UNICAST = ip_network("2000::/3")


# Answers the addresses of a host at a port, as text; OSError when it cannot be found.
Resolve = Callable[[str, int], Sequence[str]]


class ForbiddenAddressError(Exception):
    """The host has only addresses inside our own or no network."""


def resolve(host: str, port: int) -> list[str]:
    """Asks the system; it also understands 127.1, 0x7f.1 and 2130706433 as addresses."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(text: str) -> bool:
    """Tells whether an address belongs to the open Internet, however it is spelled.

    Stricter than `is_global`, which calls multicast, NAT64 and 6to4 global: the last two wrap an
    IPv4 address that may well be a private one.
    """
    address: IPv4Address | IPv6Address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address not in _GLOBAL_UNICAST or address.sixtofour is not None:
            return False
    return address.is_global and not address.is_multicast


def permitted(addresses: Sequence[str], *, allow_private: bool) -> Sequence[str]:
    """Answers those of a host's addresses that may be reached; ForbiddenAddressError if none."""
    if allow_private or not addresses:
        return addresses
    public = [address for address in addresses if is_public(address)]
    if not public:
        raise ForbiddenAddressError
    return public


class Deadline:
    """A moment by which everything must be done, in seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Answers the seconds left; TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


def connect(
    host: str, port: int, deadline: Deadline, *, allow_private: bool, resolve: Resolve
) -> socket.socket:
    """Connects to the first permitted address of `host` that answers.

    ForbiddenAddressError when none is permitted, OSError when none answers.
    """
    addresses = permitted(resolve(host, port), allow_private=allow_private)
    failure = OSError("the name has no address")
    for number, address in enumerate(addresses):
        share = deadline.left() / (len(addresses) - number)
        try:
            connection = socket.create_connection((address, port), share)
        except OSError as error:
            failure = error
        else:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise failure


class TimedReader(io.RawIOBase):
    """Reads from a socket until the deadline, however slowly the other side drips."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        """Says yes."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Waits for some bytes; TimeoutError at the deadline."""
        self._connection.settimeout(self._deadline.left())
        return self._connection.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Stands in for a socket where `http.client` only wants to read from one."""
        return io.BufferedReader(self)

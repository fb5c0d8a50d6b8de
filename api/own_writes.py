"""Reading one's own writes: a read that names a position waits until the lists have come so far."""

from __future__ import annotations

from api.service import Service

POSITION_HEADER = "Kezhi-Position"
"""Answers to writes name the position in the log; reads that send it back wait until the read
models have come that far, at most half a second (read your own write)."""

WAIT_SECONDS = 0.5


def wait_for_own_write(service: Service, given: str) -> None:
    """Wait for the position that a request names, if it names one that there is."""
    if given.isascii() and given.isdigit():
        position = int(given[:18])
        # Nobody has written beyond the end of the log.
        if position <= service.read.log.head:
            service.read.watch.wait_for(position, timeout=WAIT_SECONDS)

"""Numbers that only grow, counted together by all processes of one server.

The processes of a server share a piece of memory that was there before they were forked. Each adds
to a part of its own, so no lock is shared and one that is killed leaves nothing locked; its part
goes to its successor, who counts on from there. Whoever is asked adds the parts up.
"""

from __future__ import annotations

import mmap
from threading import Lock

_BYTES = 8


class SharedCounts:
    """`size` numbers for up to `parts` processes; to be made before they are forked."""

    def __init__(self, size: int, parts: int = 1) -> None:
        """Start at zero everywhere, counting into the first part."""
        self._size = size
        self._cells = memoryview(mmap.mmap(-1, size * parts * _BYTES)).cast("d")
        self._first = 0
        self._lock = Lock()

    def count_into(self, part: int) -> None:
        """Let this process count into `part`, which no other living process does."""
        self._first = part * self._size

    def add(self, *amounts: tuple[int, float]) -> None:
        """Add to numbers, given as pairs of index and amount."""
        with self._lock:
            for index, amount in amounts:
                self._cells[self._first + index] += amount

    def totals(self) -> list[float]:
        """Return the numbers of all parts together."""
        parts = range(0, len(self._cells), self._size)
        return [sum(self._cells[part + n] for part in parts) for n in range(self._size)]

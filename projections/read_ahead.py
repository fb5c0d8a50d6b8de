"""Lets a thread read a little ahead of whoever uses what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Queue
from threading import Event, Thread
from types import TracebackType
from typing import Generic, TypeVar

AHEAD = 2

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """Yields from a source, of which a thread holds at most two items ready.

    To be used in a `with` block, at whose end the thread ends too. What the source raises is
    raised to the reader.
    """

    def __init__(self, source: Iterator[T]) -> None:
        """Read from `source`, which nobody else may touch."""
        self._source = source
        self._ready: Queue[tuple[T | None, BaseException | None]] = Queue(AHEAD)
        self._given_up = Event()
        self._thread = Thread(target=self._fill, name="read-ahead", daemon=True)

    def __enter__(self) -> Iterator[T]:
        self._thread.start()
        return self._items()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._given_up.set()
        while not self._ready.empty():
            self._ready.get()
        self._thread.join()

    def _items(self) -> Iterator[T]:
        while True:
            item, error = self._ready.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item

    def _fill(self) -> None:
        try:
            for item in self._source:
                self._ready.put((item, None))
                if self._given_up.is_set():
                    return
            self._ready.put((None, None))
        except BaseException as error:  # noqa: BLE001 - raised again in the reader's thread
            self._ready.put((None, error))

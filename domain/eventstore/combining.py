"""Lets concurrent saves of one process share one transaction and one wait for the disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from eventsourcing.persistence import OperationalError

from domain.eventstore.append import Append

MAX_EVENTS = 50
"""So many events of several callers in one write; more would keep other processes waiting."""

MAX_BYTES = 1_000_000


class _Job:
    """One caller's append and, when it is done, its positions or its error."""

    __slots__ = ("append", "error", "is_taken", "leads", "positions", "wake")

    def __init__(self, append: Append) -> None:
        self.append = append
        self.positions: list[int] | None = None
        self.error: Exception | None = None
        self.leads = False
        self.is_taken = False
        self.wake = Lock()
        self.wake.acquire()

    @property
    def size(self) -> int:
        return sum(len(event.state) for event in self.append.events)


class Combiner:
    """The first caller leads: it writes its own append and all that wait behind it together.

    A caller that arrives alone writes at once, so combining adds no delay. When a combined write
    is refused nothing of it is stored, and each append is then tried alone, so that each caller
    gets his own refusal and nobody else's. A caller that is interrupted (by a signal, say) makes
    nobody else wait for ever.
    """

    def __init__(self, write: Callable[[Sequence[Append]], list[list[int]]]) -> None:
        """Combine the calls of `write`, which stores a batch atomically."""
        self._write = write
        self._waiting: deque[_Job] = deque()
        self._lock = Lock()
        self._someone_leads = False

    def submit(self, append: Append) -> list[int]:
        """Store `append`, perhaps with others'; return its positions or raise its own error."""
        job = _Job(append)
        batch: list[_Job] = []
        try:
            with self._lock:
                self._waiting.append(job)
                job.leads, self._someone_leads = not self._someone_leads, True
            if not job.leads:
                job.wake.acquire()  # Until a leader has stored it, or has made us the next leader.
            if job.leads:
                self._take(batch)
                self._store(batch)
        finally:
            self._leave(job, batch)
        if job.positions is None:
            raise job.error or OperationalError("interrupted; whether it is stored is unknown")
        return job.positions

    def _take(self, batch: list[_Job]) -> None:
        """Fill `batch` with what waits, the leader's own job first, up to the limits."""
        events = size = 0
        with self._lock:
            while self._waiting:
                job = self._waiting[0]
                events, size = events + len(job.append.events), size + job.size
                if batch and (events > MAX_EVENTS or size > MAX_BYTES):
                    break
                batch.append(job)
                self._waiting.popleft()
                job.is_taken = True

    def _store(self, batch: Sequence[_Job]) -> None:
        try:
            positions = self._write([job.append for job in batch])
        except Exception as error:  # noqa: BLE001 - handed to the caller it belongs to
            if len(batch) > 1 and not isinstance(error, OperationalError):
                for job in batch:
                    self._store([job])
                return
            for job in batch:
                job.error = error
        else:
            for job, its_positions in zip(batch, positions, strict=True):
                job.positions = its_positions

    def _leave(self, job: _Job, batch: Sequence[_Job]) -> None:
        """Hand the lead over and wake whose appends were written, whatever has happened."""
        if job.is_taken and not job.leads:
            return
        with self._lock:
            if not job.is_taken and job in self._waiting:
                self._waiting.remove(job)
            if job.leads:
                self._someone_leads = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].wake.release()
        for other in batch:
            if other is not job:
                other.wake.release()

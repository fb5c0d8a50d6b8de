"""Lets concurrent saves of one process share one transaction and one wait for the disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from eventsourcing.persistence import IntegrityError

from domain.eventstore.append import Append

MAX_EVENTS = 500
MAX_BYTES = 1_000_000


class _Job:
    """One caller's append and, when it is done, its positions or its error."""

    __slots__ = ("append", "error", "leads", "positions", "wake")

    def __init__(self, append: Append) -> None:
        self.append = append
        self.positions: list[int] = []
        self.error: BaseException | None = None
        self.leads = False
        self.wake = Lock()
        self.wake.acquire()

    @property
    def size(self) -> int:
        return sum(len(event.state) for event in self.append.events)


class Combiner:
    """The first caller leads: it writes its own append and all that wait behind it together.

    A caller that arrives alone writes at once, so combining adds no delay. When a combined write
    meets a conflict nothing of it is stored, and each append is then tried alone, so that each
    caller gets his own conflict and nobody else's.
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
        with self._lock:
            self._waiting.append(job)
            if not self._someone_leads:
                self._someone_leads = job.leads = True
        if not job.leads:
            job.wake.acquire()  # Until a leader has stored it, or has made us the next leader.
        if job.leads:
            self._lead()
        if job.error is not None:
            raise job.error
        return job.positions

    def _lead(self) -> None:
        batch = self._take_batch()
        try:
            self._store(batch)
        finally:
            # Whatever happens, hand the lead over and wake everybody: nobody may wait for ever.
            with self._lock:
                successor = self._waiting[0] if self._waiting else None
                self._someone_leads = successor is not None
            if successor is not None:
                successor.leads = True
                successor.wake.release()
            for job in batch[1:]:
                job.wake.release()

    def _take_batch(self) -> list[_Job]:
        """Take what waits, the leader's own job first, up to the limits of one transaction."""
        with self._lock:
            batch = [self._waiting.popleft()]
            events, size = len(batch[0].append.events), batch[0].size
            while self._waiting:
                job = self._waiting[0]
                events, size = events + len(job.append.events), size + job.size
                if events > MAX_EVENTS or size > MAX_BYTES:
                    break
                batch.append(self._waiting.popleft())
        return batch

    def _store(self, batch: Sequence[_Job]) -> None:
        try:
            for job, positions in zip(
                batch, self._write([job.append for job in batch]), strict=True
            ):
                job.positions = positions
        except IntegrityError as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for job in batch:
                self._store([job])
        except BaseException as error:  # noqa: BLE001 - handed to every caller of the batch
            for job in batch:
                job.error = error

"""Policies that are being tried (假设): what if, worked out in the background of a process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

import msgspec

from domain.eventstore.event_log import EventLog
from domain.plain import to_plain
from domain.policies.book import PolicyBook, PolicyKind
from projections.past import BuildingError, TooManyBuildsError
from projections.what_if import Comparison, tried, what_if

AT_ONCE = 8
"""How many trials one process has waiting, or worked out and not asked for yet."""

PATIENCE = 60.0
"""Whoever has not asked for so many seconds has gone; who waits asks every few."""


@dataclass(slots=True)
class _Trial:
    """One that was begun: `position` of `until` events are in it."""

    position: int = 0
    until: int = 0
    is_given_up: bool = False
    asked_at: float = field(default_factory=time.monotonic)
    result: Future[Comparison] = field(init=False)

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody waits for it any more; what it would say is of a log of long ago."""
        return time.monotonic() - self.asked_at > PATIENCE

    def give_up(self) -> None:
        """Stop working it out, at the next few thousand events."""
        self.is_given_up = True
        self.result.cancel()

    def progress(self, position: int, until: int) -> None:
        if self.is_given_up:
            raise CancelledError
        self.position, self.until = position, until


class Trials:
    """Works trials out one after the other; safe to share between threads."""

    def __init__(self, log: EventLog) -> None:
        """Replay `log`; nothing is read yet."""
        self._log = log
        self._trials: dict[bytes, _Trial] = {}
        self._lock = Lock()
        self._thread: ThreadPoolExecutor | None = None

    def compare(
        self,
        book: PolicyBook,
        kind: PolicyKind,
        content: Mapping[str, Any],
        until: datetime,
        within: float,
    ) -> Comparison:
        """Return what would be different with `content`; who asks again, asks for the same trial.

        InvalidError for a policy that cannot be tried, BuildingError when it takes longer than
        `within` seconds, TooManyBuildsError when others have to be worked out before.
        """
        other = tried(book, kind, content)
        what = [kind, to_plain(getattr(other, kind.value)), sorted(book.versions.items())]
        key = msgspec.json.encode(what, order="deterministic")
        trial = self._begun(key, book, other, until)
        try:
            return trial.result.result(within)
        except TimeoutError:
            raise BuildingError(trial.position, trial.until) from None
        finally:
            self._forget(key, trial)

    def close(self) -> None:
        """Give up what is not worked out yet."""
        with self._lock:
            for trial in self._trials.values():
                trial.give_up()
            if self._thread is not None:
                self._thread.shutdown(wait=False, cancel_futures=True)

    def _begun(self, key: bytes, now: PolicyBook, then: PolicyBook, until: datetime) -> _Trial:
        with self._lock:
            self._drop_abandoned()
            trial = self._trials.get(key)
            if trial is None:
                if len(self._trials) >= AT_ONCE:
                    raise TooManyBuildsError
                if self._thread is None:
                    self._thread = ThreadPoolExecutor(1, "trials")
                trial = _Trial()
                trial.result = self._thread.submit(
                    what_if, self._log, now, then, until, trial.progress
                )
                self._trials[key] = trial
            trial.asked_at = time.monotonic()
            return trial

    def _drop_abandoned(self) -> None:
        for key, trial in list(self._trials.items()):
            if trial.is_abandoned:
                trial.give_up()
                del self._trials[key]

    def _forget(self, key: bytes, trial: _Trial) -> None:
        """Let a trial that is worked out be begun anew by who asks next: the log has grown."""
        with self._lock:
            if trial.result.done() and self._trials.get(key) is trial:
                del self._trials[key]

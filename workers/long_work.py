"""Work that takes minutes (长活): one after the other in a process, as long as it is wanted (D7).

What is to be done is a row somewhere that the pages ask after, claimed and hinted at like an
obligation. Its claim is kept while there is progress; when whoever is at it dies, somebody else
begins anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Lock
from uuid import UUID

from domain.eventstore.database import AWAY
from workers.clock import Clock
from workers.failures import told
from workers.lanes import Lane
from workers.worklist import Worklist

logger = logging.getLogger(__name__)

WHILE_BUSY = timedelta(seconds=2)
"""How soon is asked again whether the work that is under way has ended."""

Keep = Callable[[], None]


class UnwantedError(Exception):
    """Nobody wants this work any more: it was cancelled, forgotten, or everybody has left."""


class LongWork:
    """Has done what somebody waits for; safe to share between threads."""

    at_once = 1
    at_most = timedelta(hours=12)

    def __init__(
        self,
        name: str,
        kinds: Iterable[str],
        worklist: Worklist,
        carry_out: Callable[[UUID, Keep], None],
        *,
        clock: Clock,
    ) -> None:
        """Have `carry_out` do what `worklist` claims; it calls Keep every few seconds at least.

        It may raise UnwantedError, and may be asked again for what it has not ended.
        """
        self.name = name
        self.lanes: Mapping[str, Lane] = dict.fromkeys(kinds, Lane.BULK)
        self.worklist = worklist
        self._carry_out = carry_out
        self._clock = clock
        self._one_at_a_time = Lock()

    def run(self, keys: Sequence[UUID]) -> None:
        """Do those of `keys` that are claimed.

        All of them wait while this process is at another one, so that reminders find a thread.
        """
        for key in keys:
            now = self._clock.now()
            if not (self.worklist.take([key], now) or self.worklist.take_suspect(key, now)):
                continue
            if not self._one_at_a_time.acquire(blocking=False):
                again = now + WHILE_BUSY
                self.worklist.postpone([key], again, f"another {self.name}", is_attempt=False)
                continue
            try:
                self._do(key)
            finally:
                self._one_at_a_time.release()

    def _do(self, key: UUID) -> None:
        try:
            self._carry_out(key, lambda: self.worklist.keep(key, self._clock.now()))
            self.worklist.finish([key], self._clock.now())
        except UnwantedError:
            self.worklist.finish([key], self._clock.now())
        except AWAY:
            with suppress(*AWAY):
                self.worklist.give_back([key], self._clock.now())
            raise
        except Exception as error:
            logger.exception("long-work-failed", extra={"job": self.name, "key": str(key)})
            self.worklist.fail(key, self._clock.now(), told(error))

"""Has every process forget who was erased, also one that nobody asks anything (D12)."""

from __future__ import annotations

import logging
from contextlib import suppress
from threading import Event, Thread

from domain.eventstore import destroyed_keys
from domain.eventstore.database import AWAY
from domain.eventstore.event_log import EventLog
from projections import pinyin

logger = logging.getLogger(__name__)


class Forgetting:
    """A thread that looks once a second whether somebody was erased; to be made after a fork."""

    def __init__(self, log: EventLog) -> None:
        """Look for `log`, whose memory is emptied then, until it is closed."""
        self._log = log
        self._stop = Event()
        self._thread = Thread(target=self._run, name="forgetting", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        generation = self._log.keys.generation
        while not self._stop.wait(destroyed_keys.LOOK_SECONDS):
            try:
                # While the server is away nobody destroys a key in it.
                with suppress(*AWAY):
                    self._log.forget_the_erased()
            except Exception:
                logger.exception("forgetting-failed")
            # Whoever answers people may have noticed first.
            if generation != self._log.keys.generation:
                generation = self._log.keys.generation
                pinyin.forget()

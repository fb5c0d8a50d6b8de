"""What time it is: the database's clock is the only judge of what is due (D7)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol

from psycopg.sql import SQL

from domain.eventstore.database import Database

logger = logging.getLogger(__name__)

FRESH_SECONDS = 1.0
WARN_SECONDS = 2.0
REFUSE_SECONDS = 60.0


class ClocksDifferError(Exception):
    """The clocks of this machine and of the database are more than a minute apart.

    Nothing is decided until they agree: one of them would make everything early or late.
    """


class Clock(Protocol):
    """Tells the time (时钟)."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        ...


def machine_time() -> datetime:
    """Return what the clock of this machine shows."""
    return datetime.now(UTC)


class DatabaseClock:
    """The database's clock, asked once a second and carried on in between.

    Compares it with the machine's own each time. Safe to share between threads.
    """

    def __init__(
        self,
        database: Database,
        *,
        machine: Callable[[], datetime] = machine_time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask `database`; `machine` is the clock to compare with, `monotonic` never goes back."""
        self._database = database
        self._machine = machine
        self._monotonic = monotonic
        self._lock = Lock()
        self._answer: tuple[datetime, float] | None = None
        self._has_warned = False

    def now(self) -> datetime:
        """Return the database's time; ClocksDifferError when it cannot be believed."""
        with self._lock:
            answer = self._answer
            if answer is None or self._monotonic() - answer[1] > FRESH_SECONDS:
                # Counted from after the answer came, so never early.
                answer = self._answer = self._ask(), self._monotonic()
        return answer[0] + timedelta(seconds=self._monotonic() - answer[1])

    def _ask(self) -> datetime:
        now: datetime = self._database.fetch(SQL("SELECT clock_timestamp()").format(), ())[0][0]
        apart = abs((now - self._machine()).total_seconds())
        if apart > REFUSE_SECONDS:
            msg = f"the clocks of this machine and of the database are {apart:.0f} seconds apart"
            raise ClocksDifferError(msg)
        if (apart > WARN_SECONDS) is not self._has_warned:
            self._has_warned = apart > WARN_SECONDS
            if self._has_warned:
                logger.warning("clocks-differ", extra={"seconds": round(apart, 1)})
        return now

"""What time it is: the database's clock is the only judge of what is due (D7)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from psycopg.sql import SQL

from domain.eventstore.database import Database

logger = logging.getLogger(__name__)

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
    """Asks the database, and compares with the machine's own clock each time."""

    def __init__(self, database: Database, machine: Callable[[], datetime] = machine_time) -> None:
        """Ask `database`; `machine` is the clock to compare with."""
        self._database = database
        self._machine = machine
        self._has_warned = False

    def now(self) -> datetime:
        """Return the database's time; ClocksDifferError when it cannot be believed."""
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

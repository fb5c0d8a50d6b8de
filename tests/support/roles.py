"""One process of Kezhi each, for tests that kill them: `python -m tests.support.roles project`."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import random
from threading import Event
from uuid import UUID

from domain.eventstore.settings import StoreSettings
from projections.bootstrap import read_side
from projections.projector import Projector
from projections.registry import READ_MODELS
from tests.chaos.writer import write
from workers import bootstrap
from workers.bootstrap import backstage, run_ticker, run_workers
from workers.broker import QueuedHints
from workers.clock import DatabaseClock
from workers.lanes import Job, Lane


class SteppedClock(DatabaseClock):
    """A clock that is set forward and back while everybody goes by it."""

    def _ask(self) -> datetime:
        ahead = Path(os.environ["CHAOS_CLOCK"])
        return super()._ask() + timedelta(seconds=float(ahead.read_text() or 0))


class DoubledHints(QueuedHints):
    """Sends every hint twice, and one in ten not at all."""

    def send(self, job: Job, lane: Lane, keys: Sequence[UUID]) -> bool:
        if random() < 0.1:
            return True
        return all([super().send(job, lane, keys), super().send(job, lane, keys)])


def play(role: str, *arguments: str) -> None:
    """Play `role` until SIGTERM."""
    logging.basicConfig(level=logging.WARNING, format=f"{role} %(levelname)s %(message)s")
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if role == "project":
        with read_side(StoreSettings.from_environment(os.environ), name="kezhi-projector") as read:
            Projector(read.log, read.database, READ_MODELS).run(stop)
    elif role == "write":
        with read_side(StoreSettings.from_environment(os.environ), name="kezhi-writer") as read:
            write(read.care, Path(arguments[0]), stop)
    else:
        if "CHAOS_CLOCK" in os.environ:
            bootstrap.DatabaseClock = SteppedClock  # type: ignore[misc, attr-defined]
            bootstrap.QueuedHints = DoubledHints  # type: ignore[misc, attr-defined]
        with backstage(os.environ) as stage:
            {"tick": run_ticker, "work": run_workers}[role](stage, stop)


if __name__ == "__main__":
    play(*sys.argv[1:])

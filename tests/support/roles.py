"""One process of Kezhi each, for tests that kill them: `python -m tests.support.roles project`."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from threading import Event

from domain.eventstore.settings import StoreSettings
from projections.bootstrap import read_side
from projections.projector import Projector
from projections.registry import READ_MODELS
from tests.chaos.writer import write
from workers.bootstrap import backstage, run_ticker, run_workers


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
        with backstage(os.environ) as stage:
            {"tick": run_ticker, "work": run_workers}[role](stage, stop)


if __name__ == "__main__":
    play(*sys.argv[1:])

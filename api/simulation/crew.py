"""The processes of the simulated day: those of `kezhi up`, and somebody who writes meanwhile.

They share a clock that runs as fast as any other and is set forward between the zones.
"""

from __future__ import annotations

import logging
import os
import resource
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any, Self
from uuid import UUID

from api.memory import collect_rarely
from domain import commands
from domain.access import Principal
from domain.contact import Contact, ContactMethod
from domain.eventstore.niceness import CLAIMS, DECISIONS, LISTS, stand_back
from domain.eventstore.settings import StoreSettings
from domain.ids import new_id
from domain.provenance import Provenance
from projections.bootstrap import read_side
from projections.projector import Projector
from projections.registry import READ_MODELS
from workers.bootstrap import Backstage, run_workers, tickers
from workers.channels.settings import ChannelSettings, MailServer
from workers.settings import QueueSettings, WorkSettings

_CONTEXT = get_context("spawn")
WRITE_EVERY = 0.02
LOOK_EVERY = 0.5
"""Seconds between looks of the tickers, who cannot know that the clock leaps."""
NO_MAIL_SERVER = MailServer(host="localhost", port=25, sender="care@example.com")
"""Customers are greeted by mail, and nothing is ever sent: it is left in the outbox."""


class SharedClock:
    """The simulated time: this machine's clock and what it was set forward by, in all processes."""

    def __init__(self, ahead: Any) -> None:
        """Be `ahead.value` seconds ahead."""
        self.ahead = ahead

    def now(self) -> datetime:
        """Return the simulated instant."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead.value)

    def set(self, to: datetime) -> None:
        """Set the clock forward for everybody."""
        self.ahead.value += (to - self.now()).total_seconds()


@dataclass(slots=True)
class Crew:
    """Starts the processes and asks them to end; their peaks of memory come back then."""

    environment: Mapping[str, str]
    queue_url: str
    workers: int
    writes_to: list[UUID]
    today: date
    clock: SharedClock = field(default_factory=lambda: SharedClock(_CONTEXT.Value("d", 0.0)))
    written: Any = field(default_factory=_CONTEXT.Queue)
    memory: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)
    _told: Any = field(default_factory=_CONTEXT.Queue)
    _stop: Any = field(default_factory=_CONTEXT.Event)
    _processes: list[Any] = field(default_factory=list)

    def __enter__(self) -> Self:
        names = ["projector", "ticker", *(f"worker {n + 1}" for n in range(self.workers)), "writer"]
        for name in names:
            arguments = (name, dict(self.environment), self.queue_url, self.writes_to, self.today)
            process = _CONTEXT.Process(
                target=_play,
                args=(*arguments, self.clock.ahead, self._stop, self._told, self.written),
            )
            process.start()
            self._processes.append(process)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for _process in self._processes:
            with suppress(Exception):
                name, self.memory[name], self.processor[name] = self._told.get(timeout=60)
        for process in self._processes:
            process.join(60)
            if process.is_alive():
                process.kill()


def _play(  # noqa: PLR0917 - the arguments of a process
    name: str,
    environment: Mapping[str, str],
    queue_url: str,
    writes_to: list[UUID],
    today: date,
    ahead: Any,
    stop: Any,
    told: Any,
    written: Any,
) -> None:
    clock, store = SharedClock(ahead), StoreSettings.from_environment(environment)
    # Every process has a session of its own, as `kezhi up` starts them.
    os.setsid()
    background = {"writer": None, "projector": LISTS, "ticker": CLAIMS}.get(name, DECISIONS)
    server = DECISIONS if background is CLAIMS else background
    collect_rarely()
    # The clock leaps, which looks like an outage.
    logging.disable(logging.WARNING)
    try:
        with read_side(store, name=f"kezhi-{name}", background=server) as read:
            if background:
                stand_back(background)
            if name == "projector":
                Projector(read.log, read.database, READ_MODELS).run(stop)
            elif name == "writer":
                _write(read, writes_to, today, clock, stop, written)
            else:
                stage = Backstage.over(
                    read,
                    store=store,
                    queue=QueueSettings(url=queue_url),
                    settings=WorkSettings(),
                    channels=ChannelSettings(mail_server=NO_MAIL_SERVER),
                    clock=clock,
                )
                with closing(stage):
                    _tick(stage, stop) if name == "ticker" else run_workers(stage, stop)
    finally:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        told.put((name, _peak_megabytes(usage.ru_maxrss), usage.ru_utime + usage.ru_stime))
        written.close()


def _peak_megabytes(maxrss: int) -> float:
    """Return the most memory that was used; `maxrss` knows too much, it counts our parent's."""
    status = Path("/proc/self/status")
    lines = status.read_text("ascii").splitlines() if status.exists() else []
    peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return (peaks[0] if peaks else maxrss) / 1024


def _tick(stage: Backstage, stop: Any) -> None:
    """Take up what is to be decided; what stands in the outbox is left there."""
    each = zip(tickers(stage, longest_pause=LOOK_EVERY), stage.jobs, strict=True)
    deciding = [ticker for ticker, job in each if job is not stage.delivering]
    threads = [Thread(target=ticker.run, args=(stop,)) for ticker in deciding]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _write(  # noqa: PLR0917 - the arguments of a process
    read: Any, customers: list[UUID], today: date, clock: SharedClock, stop: Any, written: Any
) -> None:
    """Record a contact every so often, as a representative does, and tell how long each took."""
    turn = 0
    while not stop.is_set():
        customer_id = customers[turn % len(customers)]
        said = Contact(contacted_on=today, method=ContactMethod.PHONE, text="节日问候")
        signed = Provenance(
            principal=Principal.system("writer"), at=clock.now(), through="simulation",
            correlation=new_id(),
        )  # fmt: skip
        start = time.perf_counter()
        read.care.execute(commands.RecordContact(customer_id=customer_id, contact=said), signed)
        written.put((time.time(), (time.perf_counter() - start) * 1000))
        turn += 1
        stop.wait(WRITE_EVERY)

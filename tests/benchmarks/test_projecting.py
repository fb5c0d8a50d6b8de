"""How fast events become lists: rebuilt from nothing, and live."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.access import Principal
from domain.application import CustomerCare
from domain.contact import Contact, ContactMethod
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.ids import new_id
from domain.provenance import Provenance
from projections import positions
from projections.applying import Applier, Batch
from projections.projector import Projector
from projections.read_model import ReadModel
from projections.rebuild import rebuild
from projections.registry import READ_MODELS
from projections.watch import PositionWatch
from tests.benchmarks.history import a_log, write_history
from tests.benchmarks.results import Book, percentile
from tests.support.servers import Databases

SECTION = "Projecting"
EVENTS = int(os.environ.get("BENCH_EVENTS", "200000"))
NAIVE_EVENTS = 1_500
LIVE_RATE = 200
LIVE_SECONDS = 10


@pytest.fixture(scope="module")
def log(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventLog]:
    """A log of EVENTS events."""
    key_file = tmp_path_factory.mktemp("keys") / "master.json"
    with databases.a_copy() as address:
        log = a_log(address, key_file)
        log.bench_key_file = key_file  # type: ignore[attr-defined]
        started = time.perf_counter()
        written = write_history(log, EVENTS)
        print(f"{written} events written in {time.perf_counter() - started:.0f} s")  # noqa: T201
        yield log
        log.database.close()


def test_rebuild_of_everything(log: EventLog, book: Book) -> None:
    """P1 and P3: all read models in one pass; the same, one event a transaction, beside it."""
    database = log.database
    naive = _one_event_a_transaction(log, NAIVE_EVENTS)
    sizes = [EVENTS // 10, EVENTS]
    seconds = {size: _timed_rebuild(log, database, size) for size in sizes}
    rate = EVENTS / seconds[EVENTS]
    method = f"{len(READ_MODELS)} read models, {EVENTS:,} events, once"
    book.budget(
        SECTION, "P1 rebuild of all read models, events/s", f"{rate:,.0f}",
        target="≥ 15,000", reached=rate >= 15_000, method=method,
    )  # fmt: skip
    book.budget(
        SECTION, "P1 over one event a transaction (as the library's runner does)",
        f"{rate / naive:.1f} × ({naive:,.0f}/s)",
        target="≥ 20 ×", reached=rate / naive >= 20,
        method=f"same read models, {NAIVE_EVENTS} events",
    )  # fmt: skip
    growth = seconds[EVENTS] / seconds[EVENTS // 10]
    book.budget(
        SECTION, f"P3 time of {EVENTS:,} over time of {EVENTS // 10:,}", f"{growth:.1f} ×",
        target="≤ 11 ×", reached=growth <= 11,
    )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    book.budget(
        SECTION, "P1 peak memory of the rebuilding process", f"{peak:,.0f} MB",
        target="< 400 MB", reached=peak < 400, method="this benchmark's own process",
    )  # fmt: skip


def test_live_lag(log: EventLog, book: Book) -> None:
    """P2: from the durable answer of a write to every list showing it."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    key_file = str(_key_file(log))
    projector = context.Process(target=_project, args=(log.database.address, key_file, stop))
    projector.start()
    try:
        lags = _write_and_wait(log)
    finally:
        stop.set()
        projector.join(20)
    p50, p99 = percentile(lags, 0.5), percentile(lags, 0.99)
    figure = f"p50 {p50:.1f}, p99 {p99:.1f} ms"
    book.budget(
        SECTION, f"P2 commit to visible at {LIVE_RATE} writes/s", figure,
        target="p50 ≤ 10, p99 ≤ 100 ms", reached=p50 <= 10 and p99 <= 100,
        method=f"{len(lags)} contacts, projector in its own process, read by PositionWatch",
    )  # fmt: skip


def _one_event_a_transaction(log: EventLog, count: int) -> float:
    models: dict[str, ReadModel] = {
        f"{kind.name}__naive": kind(schema=f"{kind.name}__naive") for kind in READ_MODELS
    }
    positions.prepare(log.database)
    with log.database.transaction() as connection:
        for key, model in models.items():
            model.create_tables(connection)
            model.create_indexes(connection)
            positions.begin(connection, key, model.version)
    applier = Applier(log.database, models)
    notifications = log.recorder.select_notifications(None, count)
    started = time.perf_counter()
    position = 0
    for notification in notifications:
        applier.apply(Batch([notification], log.mapper), dict.fromkeys(models, position))
        position = notification.id
    rate = len(notifications) / (time.perf_counter() - started)
    with log.database.transaction() as connection:
        for key in models:
            connection.execute(f'DROP SCHEMA "{key}" CASCADE'.encode())
            connection.execute("DELETE FROM projection.read_model WHERE name = %s", (key,))
    return rate


class _Until:
    """A log that seems to end at a position."""

    def __init__(self, log: EventLog, end: int) -> None:
        self.recorder, self.mapper, self.head = self, log.mapper, end
        self._log = log

    def select_notifications(self, start: int, limit: int, **options: Any) -> Any:
        return self._log.recorder.select_notifications(start, limit, stop=self.head, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def _timed_rebuild(log: EventLog, database: Database, end: int) -> float:
    started = time.perf_counter()
    rebuild(_Until(log, end), database, READ_MODELS)  # type: ignore[arg-type]
    return time.perf_counter() - started


def _project(address: str, key_file: str, stop: Any) -> None:
    log = EventLog(Database(address), MasterKeys.read(Path(key_file)))
    event = Event()
    from threading import Thread  # noqa: PLC0415 - only in the child process

    Thread(target=lambda: (stop.wait(), event.set()), daemon=True).start()
    Projector(log, log.database, READ_MODELS).run(event)


def _key_file(log: EventLog) -> Path:
    return log.bench_key_file  # type: ignore[attr-defined,no-any-return]


def _write_and_wait(log: EventLog) -> list[float]:
    care, watch = CustomerCare(log), PositionWatch(log.database, READ_MODELS)
    found = log.recorder.select_notifications(None, 500, topics=["customer.created"])
    ids = [UUID(str(n.originator_id)) for n in found]
    principal = Principal.system("benchmark")
    today = care.book().today(datetime.now(UTC))
    contact = Contact(contacted_on=today, method=ContactMethod.PHONE, text="回访")
    watch.wait_for(log.head, timeout=120)
    lags, started = [], time.perf_counter()
    for number in range(LIVE_RATE * LIVE_SECONDS):
        due = started + number / LIVE_RATE
        if (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        signature = Provenance(
            principal=principal, at=datetime.now(UTC), through="test", correlation=new_id()
        )
        command = commands.RecordContact(customer_id=ids[number % len(ids)], contact=contact)
        receipt = care.execute(command, signature)
        answered = time.perf_counter()
        watch.wait_for(receipt.position, timeout=5)
        lags.append((time.perf_counter() - answered) * 1000)
    watch.close()
    return lags

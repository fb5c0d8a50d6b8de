"""How fast events become lists: rebuilt from nothing, and live."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any, NamedTuple
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
from tests.benchmarks.results import RUNS, Book, Spread, percentile
from tests.support.servers import Databases

SECTION = "Projecting"
EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
SCATTERED = EVENTS // 5
SIDE_BY_SIDE = 20_000
NAIVE_EVENTS = 1_500
LIVE_RATE = 200
LIVE_SECONDS = 10
LIVE_WRITERS = 8


class Store(NamedTuple):
    """An event log that any process can open."""

    address: str
    key_file: Path

    @contextmanager
    def opened(self) -> Iterator[EventLog]:
        """Lend the log."""
        log = EventLog(Database(self.address), MasterKeys.read(self.key_file))
        try:
            yield log
        finally:
            log.database.close()


class Rebuilt(NamedTuple):
    """What a rebuild in a process of its own took: seconds of the clock and of Python, memory."""

    events: int
    seconds: float
    python: float
    megabytes: float

    @property
    def rate(self) -> float:
        """Events in a second."""
        return self.events / self.seconds


@pytest.fixture(scope="module")
def store(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A log of EVENTS events, in which customers live side by side a few hundred at a time."""
    with _written(databases, tmp_path_factory.mktemp("keys"), EVENTS) as store:
        yield store


def test_rebuild_of_everything(store: Store, book: Book) -> None:
    """P1 and P3: all read models in one pass; the same, one event a transaction, beside it."""
    with store.opened() as log:
        naive = _one_event_a_transaction(log, NAIVE_EVENTS)
    tenths = [_rebuilt(store, EVENTS // 10) for _ in range(RUNS)]
    wholes = [_rebuilt(store, EVENTS) for _ in range(RUNS)]
    rate = Spread(tuple(each.rate for each in wholes))
    book.budget(
        SECTION, "P1 rebuild of all read models, events/s", rate,
        target="≥ 15,000", reached=rate.median >= 15_000,
        method=f"{len(READ_MODELS)} read models, {EVENTS:,} events, {RUNS} runs; {_load()}",
    )  # fmt: skip
    _note_python(book, "P1 processor time of Python for an event", wholes)
    book.budget(
        SECTION, "P1 over one event a transaction (as the library's runner does)",
        f"{rate.median / naive:.1f} × ({naive:,.0f}/s)",
        target="≥ 20 ×", reached=rate.median / naive >= 20,
        method=f"same read models, {NAIVE_EVENTS:,} events",
    )  # fmt: skip
    peak = max(each.megabytes for each in wholes)
    book.budget(
        SECTION, "P1 peak memory of the rebuilding process", f"{peak:,.0f} MB",
        target="< 400 MB", reached=peak < 400, method="a process that does nothing else",
    )  # fmt: skip
    growth = median(each.seconds for each in wholes) / median(each.seconds for each in tenths)
    book.budget(
        SECTION, f"P3 time of {EVENTS:,} events over time of {EVENTS // 10:,}", f"{growth:.1f} ×",
        target="≤ 11 ×", reached=growth <= 11, method=f"medians of {RUNS} runs each",
    )  # fmt: skip


def test_rebuild_of_scattered_events(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, book: Book
) -> None:
    """P1 where a batch holds an event of each of thousands, so that nothing is folded together."""
    folder = tmp_path_factory.mktemp("keys")
    with _written(databases, folder, SCATTERED, side_by_side=SIDE_BY_SIDE) as store:
        found = [_rebuilt(store, SCATTERED) for _ in range(RUNS)]
    rate = Spread(tuple(each.rate for each in found))
    book.budget(
        SECTION, "P1 the same where events are scattered, events/s", rate,
        target="≥ 15,000", reached=rate.median >= 15_000,
        method=f"{SCATTERED:,} events, {SIDE_BY_SIDE:,} customers side by side, {RUNS} runs;"
        f" {_load()}",
    )  # fmt: skip
    _note_python(book, "P1 processor time of Python for a scattered event", found)


def test_live_lag(store: Store, book: Book) -> None:
    """P2: from the durable answer of a write to every list showing it."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    projector = context.Process(target=_project, args=(store, stop))
    projector.start()
    try:
        with store.opened() as log:
            lags = _write_and_wait(log)
    finally:
        stop.set()
        projector.join(20)
    p50, p99 = percentile(lags, 0.5), percentile(lags, 0.99)
    book.budget(
        SECTION, f"P2 commit to visible at {LIVE_RATE} writes/s",
        f"p50 {p50:.1f}, p99 {p99:.1f} ms",
        target="p50 ≤ 10, p99 ≤ 100 ms", reached=p50 <= 10 and p99 <= 100,
        method=f"{len(lags):,} contacts, projector in its own process, PositionWatch; {_load()}",
    )  # fmt: skip


@contextmanager
def _written(databases: Databases, folder: Path, events: int, **options: int) -> Iterator[Store]:
    """Lend a log of so many events."""
    with databases.a_copy() as address:
        store = Store(address, folder / "master.json")
        log = a_log(address, store.key_file)
        started = time.perf_counter()
        written = write_history(log, events, **options)
        log.database.close()
        print(f"{written:,} events written in {time.perf_counter() - started:.0f} s")  # noqa: T201
        yield store


def _note_python(book: Book, what: str, rebuilt: Sequence[Rebuilt]) -> None:
    micros = Spread(tuple(1e6 * each.python / each.events for each in rebuilt))
    book.note(SECTION, what, f"{micros} µs", method="time.process_time of the rebuilds")


def _load() -> str:
    return f"load average {os.getloadavg()[0]:.1f}"


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
        batch = Batch([notification], log.mapper, opened=applier.opened)
        applier.apply(batch, dict.fromkeys(models, position))
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
        self.recorder, self.mapper, self.head = log.recorder, log.mapper, end


def _rebuilt(store: Store, end: int) -> Rebuilt:
    """Rebuild everything up to a position in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_rebuild, store, end).result()


def _rebuild(store: Store, end: int) -> Rebuilt:
    with store.opened() as log:
        started, cpu = time.perf_counter(), time.process_time()
        rebuild(_Until(log, end), log.database, READ_MODELS)  # type: ignore[arg-type]
        seconds, python = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Rebuilt(end, seconds, python, peak)


def _project(store: Store, stop: Any) -> None:
    with store.opened() as log:
        event = Event()
        Thread(target=lambda: (stop.wait(), event.set()), daemon=True).start()
        Projector(log, log.database, READ_MODELS).run(event)


def _write_and_wait(log: EventLog) -> list[float]:
    """Write contacts at LIVE_RATE; return how long each took from its answer to be seen."""
    care, watch = CustomerCare(log), PositionWatch(log.database, READ_MODELS)
    found = log.recorder.select_notifications(None, 500, topics=["customer.created"])
    ids = [UUID(str(n.originator_id)) for n in found]
    principal = Principal.system("benchmark")
    today = care.book().today(datetime.now(UTC))
    contact = Contact(contacted_on=today, method=ContactMethod.PHONE, text="回访")
    while not watch.wait_for(log.head, timeout=120):
        pass
    started = time.perf_counter()

    def write_and_wait(number: int) -> float:
        time.sleep(max(0.0, started + number / LIVE_RATE - time.perf_counter()))
        signature = Provenance(
            principal=principal, at=datetime.now(UTC), through="test", correlation=new_id()
        )
        command = commands.RecordContact(customer_id=ids[number % len(ids)], contact=contact)
        receipt = care.execute(command, signature)
        answered = time.perf_counter()
        watch.wait_for(receipt.position, timeout=5)
        return (time.perf_counter() - answered) * 1000

    with ThreadPoolExecutor(LIVE_WRITERS) as pool:
        lags = list(pool.map(write_and_wait, range(LIVE_RATE * LIVE_SECONDS)))
    watch.close()
    return lags

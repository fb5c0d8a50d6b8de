"""How fast customers and purchases move in, and what those at work notice of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from random import Random
from uuid import UUID

import psutil
import pytest

from domain.eventstore.event_log import EventLog
from projections.registry import READ_MODELS
from projections.watch import PositionWatch
from tests.benchmarks.history import GIVEN, REPS, SURNAMES, a_log
from tests.benchmarks.results import RUNS, Book, Spread, percentile
from tests.benchmarks.writers import kezhi_contacts
from tests.support.cdnow import CUSTOMERS, PURCHASES, customers_csv, purchases_csv
from tests.support.programs import ROOT
from tests.support.servers import Databases

SECTION = "Moving in"
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
FEW_ROWS = ROWS // 10
NARROW = ("客户名称", "手机", "等级", "跟单人")
WIDE = ("客户名称", "公司名称", "手机", "等级", "跟单人", "地址")
REGULARS = 16
WRITES_A_SECOND = 50


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command took: seconds by the clock and of processors, megabytes at its peak."""

    seconds: float
    processor_seconds: float
    megabytes: float


class Office:
    """A company with sixteen reps; types commands as its operator."""

    def __init__(self, log: EventLog, key_file: Path) -> None:
        self.log = log
        self.key_file = key_file
        self.environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "KEZHI_DATABASE_URL": log.database.address,
            "KEZHI_MASTER_KEY_FILE": str(key_file),
            "KEZHI_DATA": str(key_file.parent),
        }

    def starts(self, *words: object) -> subprocess.Popen[bytes]:
        """Start a command in a process of its own."""
        program = [sys.executable, "-c", "from api.cli.main import main; main()", "--json"]
        return subprocess.Popen(
            [*program, *map(str, words)], env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL
        )

    def types(self, *words: object) -> Ended:
        """Run a command to its end, which must be a good one."""
        started, peak = time.perf_counter(), 0
        process = self.starts(*words)
        watched = psutil.Process(process.pid)
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            # What the kernel tells at the end counts the memory of the process that started it.
            peak = max(peak, watched.memory_info().rss)
            time.sleep(0.02)
        _, status, usage = ended
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        seconds = time.perf_counter() - started
        return Ended(seconds, usage.ru_utime + usage.ru_stime, peak / 1e6)

    def sees_everything(self) -> None:
        """Wait until every list shows all that was written."""
        watch = PositionWatch(self.log.database, READ_MODELS)
        assert watch.wait_for(self.log.head, timeout=300)
        watch.close()


@contextmanager
def an_office(databases: Databases, folder: Path) -> Iterator[Office]:
    """Lend an office on a database of its own, its lists up to date."""
    with databases.a_copy() as address:
        key_file = folder / "master.json"
        office = Office(a_log(address, key_file), key_file)
        office.types("rep", "list")
        try:
            yield office
        finally:
            office.log.database.close()


@contextmanager
def a_projector(office: Office) -> Iterator[None]:
    """Keep the lists up to date, as `kezhi up` does."""
    projector = subprocess.Popen(
        [sys.executable, "-m", "tests.support.roles", "project"], env=office.environment, cwd=ROOT
    )
    try:
        office.sees_everything()
        yield
    finally:
        projector.terminate()
        projector.wait(20)


def test_cdnow_whole(databases: Databases, tmp_path: Path, book: Book) -> None:
    """Two commands one after the other, until every list shows the last purchase."""
    customers, purchases = tmp_path / "customers.csv", tmp_path / "purchases.csv"
    customers.write_bytes(customers_csv())
    purchases.write_bytes(purchases_csv())
    processor_seconds = []

    def once() -> float:
        with an_office(databases, tmp_path) as office, a_projector(office):
            started = time.perf_counter()
            ended = [
                office.types("import", "customers", customers),
                office.types("import", "purchases", purchases, "--set", "product=CD"),
            ]
            office.sees_everything()
            processor_seconds.append(sum(each.processor_seconds for each in ended))
            return time.perf_counter() - started

    seconds = Spread.of(once)
    book.budget(
        SECTION, "CDNOW whole, imported, checked for duplicates and projected", f"{seconds} s",
        target="≤ 15 s", reached=seconds.median <= 15,
        method=f"{CUSTOMERS:,} customers and {PURCHASES:,} purchases by two commands with their"
        f" start, projector in its own process, {RUNS} runs; the commands took"
        f" {Spread(tuple(processor_seconds))} s of a processor",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("what", "columns"),
    [
        ("name, phone, grade, rep", NARROW),
        ("name, company, phone, grade, rep, address", WIDE),
    ],
)
def test_a_long_sheet(
    databases: Databases, tmp_path: Path, book: Book, what: str, columns: Sequence[str]
) -> None:
    """Rows a second of the whole command, and the memory it takes for few rows and for many."""
    many, few = tmp_path / "many.csv", tmp_path / "few.csv"
    write_sheet(many, columns, ROWS)
    write_sheet(few, columns, FEW_ROWS)
    runs: list[Ended] = []
    with an_office(databases, tmp_path) as office:
        memory = office.types("import", "customers", few).megabytes
    for _ in range(RUNS):
        with an_office(databases, tmp_path) as office:
            runs.append(office.types("import", "customers", many))
    rate = Spread(tuple(ROWS / run.seconds for run in runs))
    processor = Spread(tuple(1e6 * run.processor_seconds / ROWS for run in runs))
    peak = Spread(tuple(run.megabytes for run in runs))
    book.budget(
        SECTION, f"customers with {what}, rows/s", rate, target="≥ 10,000",
        reached=rate.median >= 10_000,
        method=f"CSV of {ROWS:,} rows with the duplicate check, the whole command with its start,"
        f" no projector at work, {RUNS} runs; {processor} µs of a processor a row",
    )  # fmt: skip
    book.budget(
        SECTION, f"memory of that command over {FEW_ROWS:,} rows",
        f"{peak.median / memory:.2f} × ({peak} MB)", target="≤ 1.1 ×",
        reached=peak.median <= 1.1 * memory, method="peak of the process",
    )  # fmt: skip


def test_writing_meanwhile(databases: Databases, tmp_path: Path, book: Book) -> None:
    """W4: the longest answer to somebody at work while a sheet is imported and projected."""
    many, few = tmp_path / "many.csv", tmp_path / "few.csv"
    write_sheet(many, WIDE, ROWS)
    write_sheet(few, WIDE, REGULARS)
    times: list[float] = []
    with an_office(databases, tmp_path) as office, a_projector(office):
        office.types("import", "customers", few)
        topics = ["customer.created"]
        found = office.log.recorder.select_notifications(None, REGULARS, topics=topics)
        ids = [UUID(str(n.originator_id)) for n in found]
        contacts = kezhi_contacts(office.log.database.address, str(office.key_file), ids)
        works = [contacts(number) for number in range(REGULARS)]
        importing = office.starts("import", "customers", many)
        begun, number = time.perf_counter(), 0
        while importing.poll() is None:
            due = begun + number / WRITES_A_SECOND
            if (early := due - time.perf_counter()) > 0:
                time.sleep(early)
            started = time.perf_counter()
            works[number % REGULARS]()
            times.append(1000 * (time.perf_counter() - started))
            number += 1
    assert importing.returncode == 0
    figure = (
        f"{max(times):.0f} ms; p50 {percentile(times, 0.5):.1f}, p99 {percentile(times, 0.99):.0f}"
    )
    book.budget(
        SECTION, f"W4 longest write of a contact while {ROWS:,} rows are imported", figure,
        target="≤ 250 ms", reached=max(times) <= 250,
        method=f"{len(times):,} writes, at most {WRITES_A_SECOND} a second, projector at work",
    )  # fmt: skip


def write_sheet(path: Path, columns: Sequence[str], rows: int) -> None:
    """Write a sheet of invented customers of the sixteen reps."""
    with path.open("w", encoding="utf-8") as file:
        for cells in chain([columns], islice(_customers(columns), rows)):
            file.write(",".join(cells) + "\n")


def _customers(columns: Sequence[str]) -> Iterable[list[str]]:
    random, number = Random(7), 0
    while True:
        name = random.choice(SURNAMES) + "".join(random.sample(GIVEN, 2))
        cells = {
            "客户名称": name,
            "公司名称": f"上海{name}{number}号贸易有限公司",
            "手机": f"13{number % 10}{number:08d}",
            "等级": random.choice("ABCDE"),
            "跟单人": f"rep{number % REPS:02d}",
            "地址": f"上海市人民路{number}号",
        }
        yield [cells[column] for column in columns]
        number += 1

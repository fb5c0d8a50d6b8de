"""An import that is killed again and again, or wakes up, ends like one that never was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.transfer.uploading import SheetSettings
from domain.customer import Customer
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.identity import IdentityClaim
from domain.ids import new_id
from tests.support.event_logs import hold_the_log
from tests.support.programs import ROOT
from tests.support.waiting import eventually
from workers.uploads import Uploads, UploadState

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

SEED = int(os.environ.get("KEZHI_CHAOS_SEED", "20261122"))
KILLS = 4
CUSTOMERS = 3_000
PURCHASES = 6_000

Bought = tuple[str, str, str, str]
"""Whose purchase: reference, date, product, amount."""


class Operator:
    """Types `kezhi` commands in processes of their own, some of which are killed."""

    def __init__(self, address: str, folder: Path) -> None:
        MasterKeys.create(folder / "master.json")
        self.folder = folder
        self._address = address
        self._environment = {
            "PATH": os.defpath,
            "KEZHI_DATABASE_URL": address,
            "KEZHI_MASTER_KEY_FILE": str(folder / "master.json"),
            "KEZHI_DATA": str(folder),
            # Nobody listens there, so the ticker does all work itself.
            "KEZHI_QUEUE_URL": "redis://127.0.0.1:1/0",
            "KEZHI_WORK_LEASE": "5",
        }

    def types(self, *words: object) -> Any:
        """Run a command to its end and return its document."""
        with self._start(*words) as process:
            answer, _ = process.communicate()
        return json.loads(answer)

    def is_killed(self, *words: object, after: int) -> bool:
        """Run a command and kill it when `after` more events are stored; False if it ended first.

        Nothing of what it does then is timed, so it dies at any of its steps.
        """
        wanted = self.events() + after
        with self._start(*words) as process:
            eventually(lambda: self.events() >= wanted or process.poll() is not None, within=120)
            process.kill()
        # A save that was on its way when it died may still be stored: the server ends that first.
        with psycopg.connect(self._address) as connection:
            hold_the_log(connection)
        return process.returncode == -signal.SIGKILL

    @contextmanager
    def has_working(self) -> Iterator[None]:
        """Have the background work done meanwhile."""
        with self._start("tick") as process:
            yield
            process.terminate()

    @contextmanager
    def has_one_wake_up(self, *, after: int) -> Iterator[None]:
        """Have one stopped when `after` more events are stored; when another one has taken over,
        and has stored as many, it wakes up and knows of nothing.
        """
        wanted = self.events() + after
        with self._start("tick") as first:
            eventually(lambda: self.events() >= wanted, within=120)
            first.send_signal(signal.SIGSTOP)
            stopped_at = self.events()
            with self._start("tick") as second:
                eventually(lambda: self.events() >= stopped_at + after, within=120)
                first.send_signal(signal.SIGCONT)
                yield
                for process in (first, second):
                    process.terminate()

    def events(self) -> int:
        """How many events are stored."""
        with psycopg.connect(self._address) as connection:
            row = connection.execute("SELECT count(*) FROM eventlog.event").fetchone()
        return int(row[0]) if row else 0

    def history(self) -> Iterator[Any]:
        """All events in the order of the log."""
        database = Database(self._address)
        log = EventLog(database, MasterKeys.read(self.folder / "master.json"))
        start = 0
        while found := log.recorder.select_notifications(start, 2_000, inclusive_of_start=False):
            start = found[-1].id
            yield from log.mapper.to_domain_events(found)
        database.close()

    def _start(self, *words: object) -> subprocess.Popen[str]:
        program = [sys.executable, "-c", "from api.cli.main import main; main()", "--json"]
        return subprocess.Popen(
            [*program, *map(str, words)],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )


def test_no_row_is_doubled_and_none_is_lost(database: str, tmp_path: Path) -> None:
    operator, random = Operator(database, tmp_path), Random(SEED)
    customers, purchases = tmp_path / "customers.csv", tmp_path / "purchases.csv"
    good, duplicate, invalid = write_customers(customers)
    bought = write_purchases(purchases, good)
    operator.types("rep", "list")

    killed = [
        operator.is_killed("import", "customers", customers, after=random.randrange(1, 1_500))
        for _ in range(KILLS)
    ]
    known = sum(isinstance(event, Customer.Created) for event in operator.history())
    told = operator.types("import", "customers", customers)

    assert any(killed)
    assert (told["known"], told["new"]) == (known, len(good) - known)
    assert (told["duplicate"], told["invalid"]) == (duplicate, invalid)
    assert len(Path(told["error_file"]).read_text("utf-8-sig").splitlines()) == (
        1 + duplicate + invalid
    )

    killed = [
        operator.is_killed("import", "purchases", purchases, after=random.randrange(1, 1_500))
        for _ in range(KILLS)
    ]
    known = sum(isinstance(event, Customer.PurchaseRecorded) for event in operator.history())
    told = operator.types("import", "purchases", purchases)

    assert any(killed)
    assert (told["known"], told["new"]) == (known, bought.total() - known)
    assert stored(operator.history()) == (Counter(good), Counter(good), bought)


def test_an_uploaded_sheet_is_imported_once_however_often_its_worker_is_killed(
    database: str, tmp_path: Path
) -> None:
    operator, random = Operator(database, tmp_path), Random(SEED)
    good, duplicate, invalid = write_customers(tmp_path / "customers.csv")
    wang = operator.types("rep", "add", "wang", "王芳", "--scope", "all")
    operator.types("rep", "list")
    with closing(Database(database)) as store:
        log = EventLog(store, MasterKeys.read(tmp_path / "master.json"))
        uploads = Uploads(store, log.blinding_secret)
        key = _begun(uploads, log, UUID(wang["rep_id"]), tmp_path / "customers.csv")

        killed = [operator.is_killed("tick", after=random.randrange(1, 3_000)) for _ in range(2)]
        with operator.has_working():
            eventually(partial(_is_done, uploads, key), within=120)

        upload = uploads.get(key)
        assert upload is not None
        assert all(killed)
        assert upload.counts == {"new": len(good), "duplicate": duplicate, "invalid": invalid}
        assert stored(operator.history())[0] == Counter(good)


def test_an_uploaded_sheet_is_imported_once_though_a_worker_taken_for_dead_wakes_up(
    database: str, tmp_path: Path
) -> None:
    operator = Operator(database, tmp_path)
    customers, purchases = tmp_path / "customers.csv", tmp_path / "purchases.csv"
    good, duplicate, invalid = write_customers(customers)
    bought = write_purchases(purchases, good)
    wang = operator.types("rep", "add", "wang", "王芳", "--scope", "all")
    operator.types("rep", "list")
    with closing(Database(database)) as store:
        log = EventLog(store, MasterKeys.read(tmp_path / "master.json"))
        uploads = Uploads(store, log.blinding_secret)
        for sheet, counts in (
            (customers, {"new": len(good), "duplicate": duplicate, "invalid": invalid}),
            (purchases, {"new": bought.total()}),
        ):
            key = _begun(uploads, log, UUID(wang["rep_id"]), sheet)
            with operator.has_one_wake_up(after=600):
                eventually(partial(_is_done, uploads, key), within=120)
            upload = uploads.get(key)
            assert upload is not None
            assert upload.counts == counts

    assert stored(operator.history()) == (Counter(good), Counter(good), bought)


def _begun(uploads: Uploads, log: EventLog, rep_id: UUID, sheet: Path) -> UUID:
    """Upload a sheet, called by its kind, for the workers to import; return its key."""
    key, now = new_id(), datetime.now(UTC)
    uploads.add(
        key,
        sheet.read_bytes(),
        rep_id=rep_id,
        kind=sheet.stem,
        settings=SheetSettings().as_json(),
        findings={},
        now=now,
    )
    uploads.begin(key, UploadState.IMPORTING, log.head, now)
    return key


def _is_done(uploads: Uploads, key: UUID) -> bool:
    upload = uploads.get(key)
    return upload is not None and upload.state is UploadState.DONE


def write_customers(path: Path) -> tuple[list[str], int, int]:
    """Write a sheet; return the references of good rows, and how many are duplicates and none."""
    good, duplicate, invalid, phone = [], 0, 0, ""
    with path.open("w", encoding="utf-8") as sheet:
        sheet.write("编号,客户名称,手机\n")
        for number in range(CUSTOMERS):
            reference, taken = f"K{number}", phone
            phone = f"150{number:08d}"
            if number % 97 == 5:
                invalid, written = invalid + 1, "12"
            elif number % 89 == 7:
                duplicate, written = duplicate + 1, taken
            else:
                good.append(reference)
                written = phone
            sheet.write(f"{reference},顾客{number},{written}\n")
            phone = written if written == phone else taken
    return good, duplicate, invalid


def write_purchases(path: Path, references: list[str]) -> Counter[Bought]:
    """Write a sheet in which equal rows stand side by side and far apart; return its rows."""
    rows: list[Bought] = []
    for number in range(PURCHASES // 2):
        reference = references[number * 7 % len(references)]
        rows += [(reference, f"2026-01-{number % 28 + 1:02d}", "瓷砖", f"{number % 50}.50")] * 2
    rows += rows[:700]
    with path.open("w", encoding="utf-8") as sheet:
        sheet.write("客户编号,日期,产品,金额\n")
        sheet.writelines(",".join(row) + "\n" for row in rows)
    return Counter(rows)


def stored(history: Iterator[Any]) -> tuple[Counter[str], Counter[str], Counter[Bought]]:
    """Return who was registered, who holds a phone, and what was bought."""
    names: dict[UUID, str] = {}
    registered: Counter[str] = Counter()
    reachable: Counter[str] = Counter()
    bought: Counter[Bought] = Counter()
    for event in history:
        if isinstance(event, Customer.Created):
            names[event.originator_id] = event.reference
            registered[event.reference] += 1
        elif isinstance(event, IdentityClaim.Claimed) and event.kind == "phone":
            reachable[names[event.holder_id]] += 1
        elif isinstance(event, Customer.PurchaseRecorded):
            day = event.purchased_on.isoformat()
            bought[names[event.originator_id], day, event.product, str(event.amount)] += 1
    return registered, reachable, bought

"""PostgreSQL goes away and comes back: errors meanwhile, nothing lost, nothing doubled."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event
from time import monotonic

import psycopg
import pytest
from eventsourcing.persistence import OperationalError

from domain.application import CustomerCare, IdempotencyKey, Receipt
from domain.eventstore.database import SESSION_OPTIONS, Database
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.migrate import migrate
from domain.eventstore.recorder import CareRecorder
from tests.support.background import in_background
from tests.support.cutting_proxy import Moment, a_cutting_proxy
from tests.support.engines import main_process
from tests.support.event_logs import (
    a_care,
    a_database,
    a_recorder,
    hold_the_log,
    register,
    signed,
    some_events,
)
from tests.support.waiting import eventually

WRITERS = 6


@pytest.fixture
def server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server of our own that may be pulled the plug on."""
    with EmbeddedPostgres(server_folder / "postgres") as server:
        migrate(server.address)
        yield server


def crash(server: EmbeddedPostgres) -> None:
    """Let the server drop everything at once, as in a power cut: recovery at the next start."""
    main_process(server).send_signal(signal.SIGQUIT)
    eventually(lambda: not server.is_running)


@pytest.mark.embedded
def test_a_restart_between_two_saves_is_not_even_noticed(server: EmbeddedPostgres) -> None:
    with a_care(server.address) as care:
        before = care.execute(register("before"), signed())
        crash(server)
        server.start()
        after = care.execute(register("after"), signed())

        assert after.position == before.position + 1
        assert care.log.get(before.subject_id).card["name"] == "before"


@pytest.mark.slow
@pytest.mark.embedded
def test_while_the_server_is_away_everything_fails_soon_and_works_soon_after(
    server: EmbeddedPostgres,
) -> None:
    with a_care(server.address) as care:
        customer = care.execute(register(), signed()).subject_id
        head = care.log.head
        crash(server)
        attempts = [
            in_background(care.execute, register(), signed()),
            in_background(care.log.get, customer),
        ]
        assert [type(a.exception(8)) for a in attempts] == [OperationalError] * 2
        # The longer it is away, the longer the pool pauses between its attempts to connect.
        with pytest.raises(OperationalError):
            care.log.get(customer)
        server.start()
        returned = monotonic()
        eventually(lambda: _works(care))
        assert monotonic() - returned < 3
        assert care.execute(register(), signed()).position == head + 1


@pytest.mark.slow
@pytest.mark.embedded
def test_nothing_that_was_answered_is_lost_or_doubled_by_crashes_during_saves(
    server: EmbeddedPostgres,
) -> None:
    enough = Event()
    with a_care(server.address) as care:
        writers = [in_background(_register_on_and_on, care, n, enough) for n in range(WRITERS)]
        for _ in range(3):
            seen = care.log.head
            eventually(lambda seen=seen: _head(care) > seen + 200)
            crash(server)
            server.start()
        eventually(lambda seen=care.log.head: _head(care) > seen + 100)
        enough.set()
        receipts = [receipt for writer in writers for receipt in _result(writer)]
        stored = [
            (n.originator_id, n.id)
            for n in care.log.recorder.select_notifications(None, 1_000_000)
            if n.topic == "customer.created"
        ]

    assert sorted((r.subject_id, r.position) for r in receipts) == sorted(stored)
    assert len(receipts) > 700


def test_a_save_that_cannot_get_its_turn_fails_at_once_and_is_not_tried_again(
    database: str,
) -> None:
    with (
        psycopg.connect(database) as busy,
        a_cutting_proxy(database, "append_events") as proxy,
        _impatient(proxy.address, "lock_timeout=5s") as recorder,
    ):
        hold_the_log(busy)
        save = in_background(recorder.insert_events, some_events())
        assert isinstance(save.exception(5), OperationalError)
        assert proxy.seen == 1
        busy.rollback()

        assert recorder.insert_events(some_events()) == [1]


def test_a_client_whose_line_goes_dead_in_the_middle_of_a_save_stops_nobody_for_long(
    database: str,
) -> None:
    with (
        a_cutting_proxy(database, "append_events") as proxy,
        _impatient(proxy.address, "statement_timeout=15s") as dead,
        a_recorder(database) as recorder,
    ):
        proxy.cut(Moment.BEFORE_ITS_END)
        silence = in_background(dead.insert_events, some_events())
        eventually(lambda: proxy.cuts == 1)
        # The server has carried the dead client's save out and holds the lock until its limit.
        save = in_background(recorder.insert_events, some_events())

        assert save.result(4) == [1]
        assert not silence.done()


@pytest.mark.parametrize("use", ["read", "write"])
def test_a_statement_that_takes_too_long_fails_instead_of_hanging(use: str, database: str) -> None:
    with (
        psycopg.connect(database) as busy,
        _impatient(database, "statement_timeout=15s") as recorder,
    ):
        busy.execute("LOCK TABLE eventlog.event IN ACCESS EXCLUSIVE MODE")
        work = {
            "read": recorder.max_notification_id,
            "write": lambda: recorder.insert_events(some_events()),
        }[use]
        assert isinstance(in_background(work).exception(5), OperationalError)
        busy.rollback()

        assert recorder.insert_events(some_events()) == [1]


def test_sessions_have_the_limits_and_the_isolation_we_rely_on(database: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    with psycopg.connect(database, autocommit=True) as connection:
        for setting in ("default_transaction_isolation = serializable", "statement_timeout = 0"):
            connection.execute(f'ALTER DATABASE "{name}" SET {setting}')
    expected = {
        "transaction_isolation": "read committed",
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "timezone": "UTC",
    }
    with a_database(database) as pool, pool.connection() as connection:
        found = {name: connection.execute(f"SHOW {name}").fetchone() for name in expected}

    assert found == {name: (value,) for name, value in expected.items()}


def test_a_closed_store_says_so(database: str) -> None:
    pool = Database(database)
    recorder = CareRecorder(pool, "eventlog")
    recorder.insert_events(some_events())
    pool.close()
    for work in (recorder.max_notification_id, lambda: recorder.insert_events(some_events())):
        assert isinstance(in_background(work).exception(3), OperationalError)


def _register_on_and_on(care: CustomerCare, writer: int, enough: Event) -> list[Receipt]:
    """Register customers, each under a key until it is answered, as a patient client does."""
    receipts = []
    for number in count():
        if enough.is_set():
            return receipts
        key = IdempotencyKey(key=f"{writer}/{number}", fingerprint=b"f")
        while True:
            try:
                receipts.append(care.execute(register(), signed(), idempotency=key))
            except OperationalError:
                continue
            break
    raise AssertionError


def _result(writer: Future[list[Receipt]]) -> list[Receipt]:
    return writer.result(20)


@contextmanager
def _impatient(address: str, limit: str) -> Iterator[CareRecorder]:
    """Lend a recorder to whom `limit` of the session comes sooner."""
    name = limit.partition("=")[0]
    assert limit in SESSION_OPTIONS
    database = Database(address, options=SESSION_OPTIONS.replace(limit, f"{name}=300ms"))
    try:
        yield CareRecorder(database, "eventlog")
    finally:
        database.close()


def _works(care: CustomerCare) -> bool:
    try:
        return care.log.head > 0
    except OperationalError:
        return False


def _head(care: CustomerCare) -> int:
    try:
        return care.log.head
    except OperationalError:
        return 0

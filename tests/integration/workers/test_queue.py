from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
import redis

from domain.complaint import Complaint
from tests.support.care import Company
from tests.support.engines import main_process
from tests.support.shift import Shift
from tests.support.waiting import eventually
from workers.actors import declare
from workers.bootstrap import run_ticker, run_workers, tickers
from workers.broker import EXIT_CODE, QueuedHints, Watchdog, a_broker
from workers.lanes import Lane
from workers.settings import QueueSettings
from workers.ticker import Ticker
from workers.valkey import EmbeddedValkey

NOWHERE = "redis://127.0.0.1:1/0"


@contextmanager
def workers(shift: Shift) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=run_workers, args=(shift.stage, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def climbed(shift: Shift) -> int:
    return len(shift.events(Complaint.Escalated, Complaint.EscalationStranded))


def a_complaint(company: Company, shift: Shift) -> None:
    """Let a complaint's first rung fall due."""
    shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=23)
    shift.project()


def test_workers_heed_hints_from_the_queue(
    begin: Callable[..., Shift], company: Company, queue_url: str
) -> None:
    shift = begin(queue_url=queue_url)
    a_complaint(company, shift)
    with workers(shift):
        for ticker in tickers(shift.stage):
            ticker.tick(company.now)
        eventually(lambda: climbed(shift) == 1)


def test_no_name_of_a_customer_goes_through_the_queue(
    begin: Callable[..., Shift], company: Company, queue_url: str
) -> None:
    shift = begin(queue_url=queue_url)
    a_complaint(company, shift)
    for ticker in tickers(shift.stage):
        ticker.tick(company.now)
    with redis.Redis.from_url(queue_url) as client:
        (hint,) = client.hvals("kezhi:decide-urgent.msgs")

    assert "王".encode() not in hint
    assert b"\\u738b" not in hint


def test_while_the_queue_is_away_the_ticker_decides_itself(
    begin: Callable[..., Shift], company: Company
) -> None:
    shift = begin(queue_url=NOWHERE)
    a_complaint(company, shift)
    for ticker in tickers(shift.stage):
        ticker.tick(company.now)

    assert climbed(shift) == 1


def test_a_flushed_queue_loses_nothing(
    begin: Callable[..., Shift], company: Company, queue_url: str
) -> None:
    shift = begin(queue_url=queue_url)
    a_complaint(company, shift)
    deciding, *_ = tickers(shift.stage)
    deciding.tick(company.now)
    with redis.Redis.from_url(queue_url) as client:
        client.flushall()
    company.wait(seconds=61)
    deciding.tick(company.now)

    assert climbed(shift) == 1


def test_a_full_lane_takes_no_more_hints_and_what_nobody_heeded_is_done_all_the_same(
    begin: Callable[..., Shift], company: Company, queue_url: str
) -> None:
    shift = begin(queue_url=queue_url)
    broker = a_broker(shift.stage.queue)
    declare(broker, shift.stage.jobs)
    hints = QueuedHints(broker)
    a_complaint(company, shift)
    job = shift.stage.deciding
    ticker = Ticker(
        job, hints, clock=shift.stage.clock, uptime=shift.stage.uptime, hints_in_a_lane=1
    )
    ticker.tick(company.now)
    company.wait(minutes=7)
    ticker.tick(company.now)

    assert hints.waiting(job, Lane.URGENT) == 1
    # What was neglected is decided, and with it every rung that the complaint has reached.
    assert climbed(shift) == 2


def test_workers_survive_a_queue_that_goes_and_comes_back(
    begin: Callable[..., Shift], company: Company, server_folder: Path
) -> None:
    valkey = EmbeddedValkey(server_folder / "valkey")
    shift = begin(queue_url=valkey.start())
    with workers(shift):
        valkey.stop()
        a_complaint(company, shift)
        deciding, *_ = tickers(shift.stage)
        deciding.tick(company.now)
        assert climbed(shift) == 1

        valkey.start()
        shift.complains(company.registers(company.li, "李小红", phones=("13900139000",)))
        company.wait(minutes=23)
        shift.project()
        deciding, *_ = tickers(shift.stage)
        deciding.tick(company.now)
        # The warning of one, the next rung of the other.
        eventually(lambda: climbed(shift) >= 3)
    valkey.stop()


def test_a_silent_queue_holds_the_ticker_up_for_seconds_only(
    begin: Callable[..., Shift], company: Company, server_folder: Path
) -> None:
    with EmbeddedValkey(server_folder / "valkey") as valkey:
        shift = begin(queue_url=valkey.address)
        a_complaint(company, shift)
        server = main_process(valkey)
        server.suspend()
        try:
            deciding, *_ = tickers(shift.stage)
            deciding.tick(company.now)
            assert climbed(shift) == 1
        finally:
            server.resume()


@pytest.mark.parametrize("half_dead", [True, False])
def test_a_worker_that_lost_a_thread_ends_its_process(queue_url: str, *, half_dead: bool) -> None:
    left: list[int] = []
    looked = Event()

    class Alive:
        name = "consumer"

        def is_alive(self) -> bool:
            looked.set()
            return not half_dead

    dog = Watchdog(seconds=0.01, leave=left.append)
    broker: Any = a_broker(QueueSettings(url=queue_url))
    worker: Any = SimpleNamespace(consumers={"q": Alive()}, workers=[])
    dog.after_worker_boot(broker, worker)
    assert looked.wait(5)
    eventually(lambda: left == ([EXIT_CODE] if half_dead else []))
    dog.before_worker_shutdown(broker, worker)


def test_a_running_ticker_needs_no_worker_and_stops_when_told(
    begin: Callable[..., Shift], company: Company
) -> None:
    shift = begin(queue_url=NOWHERE)
    a_complaint(company, shift)
    stop = Event()
    ticking = Thread(target=run_ticker, args=(shift.stage, stop))
    ticking.start()
    try:
        eventually(lambda: climbed(shift) == 1)
        # It slept until the next rung, which comes into being now.
        company.wait(minutes=7)
        eventually(lambda: climbed(shift) == 2)
    finally:
        stop.set()
        ticking.join(15)
    assert not ticking.is_alive()
    assert shift.stage.deciding.worklist.next_at(company.now) is not None

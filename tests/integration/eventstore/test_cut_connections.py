"""A connection that is cut leaves no doubt: stored once, with the right answer (trust.md F2)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError

from domain.application import IdempotencyKey
from domain.eventstore.recorder import CareRecorder
from tests.support.cutting_proxy import CuttingProxy, Moment, a_cutting_proxy
from tests.support.event_logs import (
    a_care,
    a_recorder,
    hold_the_log,
    positions_of,
    register,
    signed,
    some_events,
)
from tests.support.waiting import eventually

APPEND = "append_events"
BOTH_ENDS = [Moment.BEFORE_SENDING, Moment.AFTER_COMMIT]


@pytest.fixture
def proxy(database: str) -> Iterator[CuttingProxy]:
    """Stands between the test and its database."""
    with a_cutting_proxy(database, APPEND) as proxy:
        yield proxy


@pytest.fixture
def cut_off(proxy: CuttingProxy) -> Iterator[CareRecorder]:
    """A recorder whose connections may be cut."""
    with a_recorder(proxy.address) as recorder:
        yield recorder


@pytest.mark.parametrize("moment", BOTH_ENDS)
def test_a_cut_save_is_stored_once_and_answered_rightly(
    moment: Moment, proxy: CuttingProxy, cut_off: CareRecorder, recorder: CareRecorder
) -> None:
    cut_off.insert_events(some_events())
    events = some_events(3)
    proxy.cut(moment)
    positions = cut_off.insert_events(events)

    assert positions == [2, 3, 4] == positions_of(recorder, events)
    assert recorder.max_notification_id() == 4
    assert proxy.cuts == 1


@pytest.mark.parametrize("moment", BOTH_ENDS)
def test_a_cut_command_is_carried_out_once_and_its_receipt_is_right(
    moment: Moment, proxy: CuttingProxy, database: str
) -> None:
    with a_care(proxy.address) as care, a_care(database) as elsewhere:
        head = care.log.head
        proxy.cut(moment)
        key = IdempotencyKey(key="a", fingerprint=b"f")
        receipt = care.execute(register(phones=("13800138000",)), signed(), idempotency=key)
        # The stored key opens it, in this process and in another.
        here, there = care.log.get(receipt.subject_id), elsewhere.log.get(receipt.subject_id)

        assert here.card["name"] == there.card["name"] == "王小明"
        assert (receipt.position, elsewhere.log.head) == (head + 2, head + 2)
        assert not receipt.is_replay
        assert care.execute(register(), signed(), idempotency=key).is_replay


def test_two_cuts_in_a_row_are_survived(
    proxy: CuttingProxy, cut_off: CareRecorder, recorder: CareRecorder
) -> None:
    events = some_events(2)
    proxy.cut(Moment.BEFORE_SENDING, Moment.AFTER_COMMIT)
    positions = cut_off.insert_events(events)

    assert positions == [1, 2] == positions_of(recorder, events)
    assert proxy.cuts == 2


def test_a_cut_while_asking_what_was_stored_is_survived(
    proxy: CuttingProxy, recorder: CareRecorder
) -> None:
    events = some_events(2)
    with (
        a_cutting_proxy(proxy.address, "SELECT topic, state, position") as inquiries,
        a_recorder(inquiries.address) as cut_off,
    ):
        proxy.cut(Moment.AFTER_COMMIT)
        inquiries.cut(Moment.BEFORE_SENDING)
        positions = cut_off.insert_events(events)

        assert positions == [1, 2] == positions_of(recorder, events)
        assert (proxy.cuts, inquiries.cuts) == (1, 1)


@pytest.mark.parametrize("moment", BOTH_ENDS)
def test_a_cut_question_is_asked_again(
    moment: Moment, proxy: CuttingProxy, recorder: CareRecorder
) -> None:
    events = some_events(2)
    recorder.insert_events(events)
    with (
        a_cutting_proxy(proxy.address, "AND originator_version") as inquiries,
        a_recorder(inquiries.address) as cut_off,
    ):
        inquiries.cut(moment, moment)

        assert cut_off.select_events(events[0].originator_id) == events
        assert inquiries.cuts == 2


def test_whoever_is_cut_too_often_hears_it_and_may_ask_again(
    proxy: CuttingProxy, cut_off: CareRecorder, recorder: CareRecorder
) -> None:
    proxy.cut(*[Moment.BEFORE_SENDING] * 3)
    with pytest.raises(OperationalError):
        cut_off.insert_events(some_events())

    assert recorder.max_notification_id() is None
    assert cut_off.insert_events(some_events()) == [1]


def test_a_save_that_runs_on_without_its_client_is_stored_once(
    proxy: CuttingProxy, cut_off: CareRecorder, recorder: CareRecorder, database: str
) -> None:
    events = some_events(2)
    with psycopg.connect(database) as busy, ThreadPoolExecutor(1) as thread:
        hold_the_log(busy)
        proxy.cut(Moment.WHILE_RUNNING)
        save = thread.submit(cut_off.insert_events, events)
        # Both tries wait for the same lock: the one without a client, and its repetition.
        eventually(lambda: _waiting_for_a_lock(database) == 2)
        busy.rollback()

        assert save.result() == [1, 2] == positions_of(recorder, events)


def test_a_conflict_stays_a_conflict_after_a_cut(
    proxy: CuttingProxy, cut_off: CareRecorder, recorder: CareRecorder
) -> None:
    (theirs,) = some_events(state=b"theirs")
    recorder.insert_events([theirs])
    ours = some_events(stream_id=theirs.originator_id, state=b"ours")
    proxy.cut(Moment.BEFORE_SENDING)
    with pytest.raises(IntegrityError):
        cut_off.insert_events(ours)

    assert recorder.select_events(theirs.originator_id) == [theirs]


def test_every_caller_gets_his_own_answer_when_shared_saves_are_cut(
    proxy: CuttingProxy, cut_off: CareRecorder, recorder: CareRecorder
) -> None:
    saves = [some_events(1 + n % 3) for n in range(200)]
    proxy.cut(*[Moment.AFTER_COMMIT, Moment.AFTER_COMMIT, Moment.BEFORE_SENDING] * 5)
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(cut_off.insert_events, saves))

    assert proxy.cuts == 15
    assert answers == [positions_of(recorder, events) for events in saves]
    assert recorder.max_notification_id() == sum(len(events) for events in saves)


def _waiting_for_a_lock(database: str) -> int:
    with psycopg.connect(database) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        row = connection.execute(f"{query} AND wait_event_type = 'Lock'").fetchone()
    assert row is not None
    return int(row[0])

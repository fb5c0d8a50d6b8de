"""What a save promises: all or nothing, soon, in order, whatever its size and its company."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, Notification, StoredEvent

from domain.application import CustomerCare
from domain.errors import EventTooLargeError
from domain.eventstore.mapper import MAX_STATE_BYTES
from domain.eventstore.migrate import migrate
from domain.eventstore.recorder import CareRecorder
from tests.support.event_logs import (
    a_log,
    a_recorder,
    hold_the_log,
    positions_of,
    register,
    signed,
    some_events,
)
from tests.support.programs import a_program

WRITERS = 8
SAVES = 40
EVENTS_A_SAVE = 3

WRITER = """
import sys
from uuid import uuid4
from eventsourcing.persistence import StoredEvent
from domain.eventstore.database import Database
from domain.eventstore.recorder import CareRecorder

address, saves, events = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
database = Database(address)
recorder = CareRecorder(database, "eventlog")
recorder.max_notification_id()
print("ready", flush=True)
sys.stdin.read()
for _ in range(saves):
    stream = uuid4()
    recorder.insert_events([StoredEvent(stream, 1 + n, "t", b"s") for n in range(events)])
database.close()
"""


@pytest.mark.parametrize(
    ("count", "size"),
    [
        pytest.param(2_500, 300, id="many small events"),
        pytest.param(100, MAX_STATE_BYTES, id="many of the largest"),
        pytest.param(20_000, 300, id="a whole import"),
    ],
)
def test_a_big_save_ends_soon_and_holds_up_nobody(
    recorder: CareRecorder, count: int, size: int
) -> None:
    events = some_events(count, state=b"\xff" * size)
    began = monotonic()
    positions = recorder.insert_events(events)
    recorder.insert_events(some_events())

    assert monotonic() - began < 10
    assert positions == list(range(1, count + 1))
    assert recorder.select_events(events[0].originator_id) == events


def test_an_event_over_the_limit_is_refused_and_nothing_of_its_save_is_stored(
    care: CustomerCare,
) -> None:
    head = care.log.head
    with pytest.raises(EventTooLargeError) as caught:
        care.execute(register(), signed(why="志" * 22_000))

    assert caught.value.fields["limit"] == 65_536 < caught.value.fields["size"]
    assert care.log.head == head


def test_an_event_of_exactly_the_limit_is_stored(care: CustomerCare) -> None:
    with pytest.raises(EventTooLargeError) as caught:
        care.execute(register(), signed(why="n" * 60_000))
    # Sealed fields grow by a third: shorten until it just fits.
    room = (caught.value.fields["size"] - MAX_STATE_BYTES) // 4 * 3
    receipt = care.execute(register(), signed(why="n" * (60_000 - room - 3)))

    (stored,) = care.log.recorder.select_events(receipt.subject_id)
    assert MAX_STATE_BYTES - 8 <= len(stored.state) <= MAX_STATE_BYTES


def test_readers_who_follow_while_eight_processes_write_miss_nothing(database: str) -> None:
    total = WRITERS * SAVES * EVENTS_A_SAVE
    with (
        a_recorder(database) as recorder,
        ThreadPoolExecutor(4) as readers,
    ):
        writers = [a_program(WRITER, database, SAVES, EVENTS_A_SAVE) for _ in range(WRITERS)]
        give_up = Event()

        def follow() -> list[Notification]:
            seen: list[Notification] = []
            while len(seen) < total and not give_up.is_set():
                last = seen[-1].id if seen else 0
                seen += recorder.select_notifications(last, 50, inclusive_of_start=False)
            return seen

        followers = [readers.submit(follow) for _ in range(4)]
        try:
            programs = [writer.__enter__() for writer in writers]
            assert [program.says() for program in programs] == ["ready"] * WRITERS
            for program in programs:
                program.hear()
            assert [program.ends(60) for program in programs] == [0] * WRITERS
            told = [follower.result(10) for follower in followers]
        finally:
            give_up.set()
            for writer in writers:
                writer.__exit__(None, None, None)
        stored = recorder.select_notifications(None, total + 1)

    assert [n.id for n in stored] == list(range(1, total + 1))
    assert [seen == list(stored) for seen in told] == [True] * 4
    saves = [stored[n : n + EVENTS_A_SAVE] for n in range(0, total, EVENTS_A_SAVE)]
    assert all(len({n.originator_id for n in save}) == 1 for save in saves)


def test_positions_have_no_gap_after_refused_saves(recorder: CareRecorder) -> None:
    taken = some_events()
    recorder.insert_events(taken)
    for _ in range(3):
        with pytest.raises(IntegrityError):
            recorder.insert_events([*some_events(5), *taken])

    assert recorder.insert_events(some_events()) == [2]


def test_two_logs_in_one_database_do_not_mix(database: str) -> None:
    migrate(database, schema="other_log")
    with (
        a_log(database) as ours,
        a_log(database, schema="other_log") as theirs,
        ThreadPoolExecutor(8) as threads,
    ):
        mine, yours = some_events(200), some_events(100)
        saves = [threads.submit(ours.recorder.insert_events, [event]) for event in mine]
        saves += [threads.submit(theirs.recorder.insert_events, [event]) for event in yours]
        for save in saves:
            save.result()

        assert (ours.head, theirs.head) == (200, 100)
        assert {e.originator_id for e in _all(ours.recorder)} == {mine[0].originator_id}
        assert {e.originator_id for e in _all(theirs.recorder)} == {yours[0].originator_id}


def test_a_log_does_not_wait_for_another_log_of_the_same_database(database: str) -> None:
    migrate(database, schema="other_log")
    with (
        a_recorder(database, schema="other_log") as other,
        psycopg.connect(database) as busy,
    ):
        hold_the_log(busy)

        assert other.insert_events(some_events()) == [1]


@pytest.mark.parametrize(
    "upkeep",
    [
        "VACUUM (FREEZE, DISABLE_PAGE_SKIPPING) eventlog.event",
        "ANALYZE eventlog.event",
        "CREATE INDEX CONCURRENTLY upkeep ON eventlog.event (topic)",
        "REINDEX TABLE CONCURRENTLY eventlog.event",
    ],
)
def test_saves_go_on_during(upkeep: str, database: str, recorder: CareRecorder) -> None:
    for _ in range(5):
        recorder.insert_events(some_events(2_000, state=b"x" * 500))
    with (
        psycopg.connect(database, autocommit=True) as keeper,
        ThreadPoolExecutor(1) as thread,
    ):
        # The upkeep takes its time over each page, so that saves surely fall into it.
        keeper.execute("SET vacuum_cost_delay = '1ms'")
        keeper.execute("SET vacuum_cost_limit = 20")
        keeping = thread.submit(keeper.execute, upkeep)
        slowest = 0.0
        while not slowest or not keeping.done():
            began = monotonic()
            recorder.insert_events(some_events())
            slowest = max(slowest, monotonic() - began)
        keeping.result()

    assert slowest < 1


def test_saves_go_on_while_the_table_is_locked_against_changes_of_its_shape(
    database: str, recorder: CareRecorder
) -> None:
    with psycopg.connect(database) as keeper:
        keeper.execute("LOCK TABLE eventlog.event IN SHARE UPDATE EXCLUSIVE MODE")

        assert recorder.insert_events(some_events()) == [1]


def test_saves_of_many_threads_get_their_own_positions(recorder: CareRecorder) -> None:
    saves = [some_events(1 + n % 3) for n in range(300)]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(recorder.insert_events, saves))

    assert answers == [positions_of(recorder, events) for events in saves]


def test_versions_may_be_saved_in_any_company_but_only_once(recorder: CareRecorder) -> None:
    stream = uuid4()
    with ThreadPoolExecutor(8) as threads:
        attempts = [
            threads.submit(recorder.insert_events, some_events(stream_id=stream, first=v))
            for v in [1, 2, 3] * 8
        ]
        refused = [a for a in attempts if isinstance(a.exception(), IntegrityError)]

    assert len(refused) == 21
    assert [e.originator_version for e in recorder.select_events(stream)] == [1, 2, 3]


def _all(recorder: CareRecorder) -> list[StoredEvent]:
    return list(recorder.select_notifications(None, 1_000_000))

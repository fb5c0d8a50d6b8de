"""Every event gets a leaf in its own transaction, and the leaf is what the auditor's side says."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError

from domain.audit.leaves import BEGINNING, hash_of
from domain.eventstore.migrate import migrate
from domain.eventstore.recorder import CareRecorder
from tests.support.event_logs import some_events

Row = tuple[Any, ...]


def leaves_in(address: str) -> list[Row]:
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT * FROM eventlog.leaf ORDER BY position").fetchall()


def leaves_that_should_be(recorder: CareRecorder) -> list[Row]:
    rows, ends = [], dict[UUID, bytes]()
    for event in recorder.select_notifications(None, 1_000_000):
        stream, version = UUID(str(event.originator_id)), event.originator_version
        digest = hashlib.sha256(event.state).digest()
        prior = ends.get(stream, BEGINNING)
        ends[stream] = hash_of(stream.bytes, version, event.topic, digest, prior)
        rows.append((event.id, stream, version, event.topic, digest, ends[stream]))
    return rows


def test_every_event_has_its_leaf_whatever_it_was_saved_with(
    recorder: CareRecorder, database: str
) -> None:
    long, other = uuid4(), uuid4()
    recorder.insert_events(some_events(3, stream_id=long))
    mixed = [
        *some_events(2, stream_id=other),
        *some_events(2, stream_id=long, first=4),
        *some_events(1, stream_id=other, first=3),
        *some_events(1),
    ]
    recorder.insert_events(mixed)
    recorder.insert_events(some_events(1, stream_id=long, first=6))

    leaves = leaves_in(database)
    assert len(leaves) == 10
    assert leaves == leaves_that_should_be(recorder)


def test_saves_that_share_a_transaction_get_their_own_leaves(
    recorder: CareRecorder, database: str
) -> None:
    streams = [uuid4() for _ in range(40)]
    for version in (1, 2, 3):
        with ThreadPoolExecutor(16) as threads:
            saves = [some_events(stream_id=stream, first=version) for stream in streams]
            list(threads.map(recorder.insert_events, saves))

    assert leaves_in(database) == leaves_that_should_be(recorder) != []


def test_a_refused_save_leaves_no_leaf(recorder: CareRecorder, database: str) -> None:
    taken = some_events()
    recorder.insert_events(taken)
    with pytest.raises(IntegrityError):
        recorder.insert_events([*some_events(3), *taken])

    assert len(leaves_in(database)) == 1


@pytest.mark.parametrize("first", [2, 7])
def test_an_event_whose_stream_lacks_the_one_before_it_is_refused(
    recorder: CareRecorder, database: str, first: int
) -> None:
    stream = uuid4()
    with pytest.raises(IntegrityError, match="event_before"):
        recorder.insert_events([*some_events(), *some_events(2, stream_id=stream, first=first)])

    whole = some_events(3, stream_id=stream)
    with pytest.raises(IntegrityError, match="event_before"):
        recorder.insert_events(whole[::-1])

    assert not leaves_in(database)
    assert recorder.insert_events(whole) == [1, 2, 3]


def test_events_that_were_there_before_get_the_leaves_they_would_have_had(
    recorder: CareRecorder, database: str
) -> None:
    for count in (1, 5, 200):
        recorder.insert_events([*some_events(count), *some_events(count)])
    before = leaves_in(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP TABLE eventlog.leaf")
        connection.execute("DROP FUNCTION eventlog.leaf_hash")
        connection.execute("DELETE FROM eventlog.migration WHERE name = '0002_leaves.sql'")

    assert migrate(database) == ["0002_leaves.sql"]
    assert leaves_in(database) == before
    assert recorder.insert_events(some_events()) == [len(before) + 1]


def test_a_topic_of_any_length_and_script_is_hashed_alike(
    recorder: CareRecorder, database: str
) -> None:
    (event,) = some_events()
    recorder.insert_events([type(event)(event.originator_id, 1, "客户." * 50, b"")])

    assert leaves_in(database) == leaves_that_should_be(recorder)

"""A request under an idempotency key is carried out once, whoever asks how often (trust.md P2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import psycopg
import pytest

from domain import commands
from domain.application import CustomerCare, IdempotencyKey, Receipt
from domain.errors import DuplicateCustomerError, KeyReusedError, NothingChangedError
from domain.eventstore import recorder as recorder_module
from domain.eventstore.append import Mark, MarkExistsError
from domain.eventstore.recorder import CareRecorder
from domain.grade import Grade
from tests.support.event_logs import a_care, register, signed, some_events

PHONE = "13800138000"


def a_key(key: str = "one", fingerprint: bytes = b"f", **fields: datetime) -> IdempotencyKey:
    return IdempotencyKey(key=key, fingerprint=fingerprint, **fields)


def regrade(customer_id: UUID, grade: Grade) -> commands.RegradeCustomer:
    return commands.RegradeCustomer(customer_id=customer_id, grade=grade)


def answer(receipt: Receipt) -> tuple[UUID, int, int]:
    return receipt.subject_id, receipt.version, receipt.position


def test_the_same_request_again_gets_the_first_answer_and_does_nothing(care: CustomerCare) -> None:
    first = care.execute(register(phones=(PHONE,)), signed(), idempotency=a_key())
    again = care.execute(register(phones=(PHONE,)), signed(), idempotency=a_key())

    assert answer(again) == answer(first)
    assert (first.is_replay, again.is_replay) == (False, True)
    assert care.log.head == first.position


def test_another_process_gives_the_same_answer(care: CustomerCare, database: str) -> None:
    first = care.execute(register(), signed(), idempotency=a_key())
    with a_care(database) as elsewhere:
        again = elsewhere.execute(register(), signed(), idempotency=a_key())

    assert answer(again) == answer(first)
    assert again.is_replay


def test_another_request_under_a_used_key_is_refused(care: CustomerCare) -> None:
    first = care.execute(register(), signed(), idempotency=a_key())
    with pytest.raises(KeyReusedError):
        care.execute(register("李四"), signed(), idempotency=a_key(fingerprint=b"other"))

    assert care.log.head == first.position


def test_other_keys_are_other_requests(care: CustomerCare) -> None:
    receipts = [
        care.execute(register(), signed(), idempotency=a_key(key)) for key in ("a", "A", "a ", "é")
    ]

    assert len({receipt.subject_id for receipt in receipts}) == 4


def test_many_who_ask_at_once_get_one_answer(care: CustomerCare, database: str) -> None:
    with a_care(database) as elsewhere, ThreadPoolExecutor(8) as threads:
        together = Barrier(8)

        def ask(door: CustomerCare) -> Receipt:
            together.wait(10)
            return door.execute(register(), signed(), idempotency=a_key())

        head = care.log.head
        receipts = list(threads.map(ask, [care, elsewhere] * 4))

    assert len({answer(receipt) for receipt in receipts}) == 1
    assert sorted(receipt.is_replay for receipt in receipts) == [False] + [True] * 7
    assert care.log.head == head + 1


def test_a_success_is_replayed_though_its_version_is_stale_by_now(care: CustomerCare) -> None:
    customer = care.execute(register(), signed()).subject_id
    command = regrade(customer, Grade.A)
    first = care.execute(command, signed(), expected_version=1, idempotency=a_key())
    care.execute(regrade(customer, Grade.B), signed(), expected_version=2)
    again = care.execute(command, signed(), expected_version=1, idempotency=a_key())

    assert answer(again) == answer(first) == (customer, 2, first.position)
    assert again.is_replay
    assert care.log.get(customer).grade is Grade.B


def test_a_success_is_replayed_though_it_would_be_refused_by_now(care: CustomerCare) -> None:
    customer = care.execute(register(phones=(PHONE,)), signed(), idempotency=a_key()).subject_id
    care.execute(regrade(customer, Grade.A), signed(), idempotency=a_key("two"))

    with pytest.raises(NothingChangedError):
        care.execute(regrade(customer, Grade.A), signed(), idempotency=a_key("three"))
    with pytest.raises(DuplicateCustomerError):
        care.execute(register(phones=(PHONE,)), signed(), idempotency=a_key("four"))
    assert care.execute(regrade(customer, Grade.A), signed(), idempotency=a_key("two")).is_replay
    assert care.execute(register(phones=(PHONE,)), signed(), idempotency=a_key()).is_replay


def test_a_refused_request_leaves_its_key_unused(care: CustomerCare) -> None:
    customer = care.execute(register(phones=(PHONE,)), signed()).subject_id
    with pytest.raises(DuplicateCustomerError):
        care.execute(register("李四", phones=(PHONE,)), signed(), idempotency=a_key())
    care.execute(
        commands.CorrectCustomer(customer_id=customer, card={"phones": ()}), signed("moved")
    )

    receipt = care.execute(register("李四", phones=(PHONE,)), signed(), idempotency=a_key())
    assert not receipt.is_replay


def test_marks_past_their_time_are_deleted_in_steps_and_no_others(
    recorder: CareRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "MARKS_AT_ONCE", 2)
    now = datetime.now(UTC)
    ages = {
        "kept for ever": None,
        "tomorrow": now + timedelta(days=1),
        **{f"gone {n}": now - timedelta(seconds=n + 1) for n in range(5)},
    }
    recorder.insert_events(some_events(), marks=[_mark(key, age) for key, age in ages.items()])

    assert recorder.delete_expired_marks() == 5
    assert recorder.find_marks("p", list(ages)).keys() == {"kept for ever", "tomorrow"}
    assert recorder.delete_expired_marks() == 0


def test_a_mark_tells_all_that_was_stored_with_it(recorder: CareRecorder) -> None:
    recorder.insert_events(some_events(4))
    mark = _mark("k", datetime(2030, 1, 1, tzinfo=UTC))
    recorder.insert_events(some_events(3), marks=[mark])
    (found,) = recorder.find_marks("p", ["k", "unknown"]).values()

    assert (found.fingerprint, found.subject_id, found.version) == (b"f", mark.subject_id, 1)
    assert (found.position, found.expires_at) == (7, mark.expires_at)
    assert recorder.find_marks("somebody else", ["k"]) == {}


def test_a_mark_that_is_taken_is_told_from_a_version_that_is(recorder: CareRecorder) -> None:
    recorder.insert_events(some_events(), marks=[_mark("k", None)])
    with pytest.raises(MarkExistsError):
        recorder.insert_events(some_events(), marks=[_mark("k", None)])

    assert recorder.max_notification_id() == 1


def test_a_key_that_postgresql_cannot_store_spoils_nobody_elses_save(
    recorder: CareRecorder,
) -> None:
    with ThreadPoolExecutor(8) as threads:
        saves = [
            threads.submit(recorder.insert_events, some_events(), marks=[_mark(key, None)])
            for key in [f"key {n}" for n in range(20)] + ["with \0 in it"]
        ]

    failures = [save.exception() for save in saves]
    assert failures[:20] == [None] * 20
    assert isinstance(failures[20], psycopg.DataError)
    assert recorder.max_notification_id() == 20


def _mark(key: str, expires_at: datetime | None) -> Mark:
    return Mark(
        principal="p",
        key=key,
        fingerprint=b"f",
        subject_id=uuid4(),
        version=1,
        expires_at=expires_at,
    )

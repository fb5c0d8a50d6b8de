"""How concurrent saves share one write: who gets which answer, and that everybody gets one."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event, Lock
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent

from domain.eventstore.append import Append
from domain.eventstore.combining import MAX_BYTES, MAX_EVENTS, Combiner
from tests.support.background import in_background
from tests.support.waiting import eventually


class Disk:
    """Writes batches one by one, each only when `ready`; refuses streams as told."""

    def __init__(self) -> None:
        self.ready = Event()
        self.batches: list[int] = []
        self.stored: list[UUID | str] = []
        self.refusals: dict[UUID, BaseException] = {}
        self._lock = Lock()

    def write(self, appends: Sequence[Append]) -> list[list[int]]:
        """Store all of `appends` or none; positions count all events ever stored."""
        assert self._lock.acquire(blocking=False), "two writes at once"
        try:
            self.batches.append(len(appends))
            assert self.ready.wait(10)
            streams = [event.originator_id for append in appends for event in append.events]
            for stream in streams:
                if refusal := self.refusals.get(UUID(str(stream))):
                    raise refusal
            head = len(self.stored)
            self.stored += streams
            ends = [head := head + len(append.events) for append in appends]
            return [
                list(range(end - len(append.events) + 1, end + 1))
                for end, append in zip(ends, appends, strict=True)
            ]
        finally:
            self._lock.release()


class Office:
    """Callers of one combiner, the first of whom is busy writing until `open()`."""

    def __init__(self) -> None:
        self.disk = Disk()
        self.combiner = Combiner(self.disk.write)

    def calls(self, append: Append) -> Future[list[int]]:
        """Let a caller of its own submit `append`, and wait until it stands in the queue."""
        before = len(self.disk.batches) + len(self.combiner._waiting)
        answer = in_background(self.combiner.submit, append)
        eventually(lambda: len(self.disk.batches) + len(self.combiner._waiting) > before)
        return answer

    def open(self) -> None:
        """Let all writes happen from now on."""
        self.disk.ready.set()


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    yield office
    office.open()


def an_append(count: int = 1, *, size: int = 10, stream: UUID | None = None) -> Append:
    stream = stream or uuid4()
    return Append([StoredEvent(stream, 1 + n, "t", b"x" * size) for n in range(count)])


def test_a_caller_alone_writes_at_once(office: Office) -> None:
    office.open()

    assert office.combiner.submit(an_append()) == [1]
    assert office.combiner.submit(an_append(2)) == [2, 3]
    assert office.disk.batches == [1, 1]


def test_whoever_waits_is_written_together_in_the_order_of_arrival(office: Office) -> None:
    answers = [office.calls(an_append(1 + n % 2)) for n in range(6)]
    office.open()

    assert [a.result(5) for a in answers] == [[1], [2, 3], [4], [5, 6], [7], [8, 9]]
    assert office.disk.batches == [1, 5]


def test_each_caller_gets_his_own_conflict_and_the_others_are_stored(office: Office) -> None:
    taken = [uuid4(), uuid4()]
    office.disk.refusals = {stream: IntegrityError(str(stream)) for stream in taken}
    first, good, bad, also_bad, also_good = [
        office.calls(an_append(stream=stream)) for stream in (None, None, *taken, None)
    ]
    office.open()

    assert [a.result(5) for a in (first, good, also_good)] == [[1], [2], [3]]
    assert [str(a.exception(5)) for a in (bad, also_bad)] == [str(stream) for stream in taken]


def test_an_append_that_nobody_can_store_does_not_spoil_those_beside_it(office: Office) -> None:
    stream = uuid4()
    office.disk.refusals = {stream: ValueError("a text with NUL in it")}
    first, good, bad = [office.calls(an_append(stream=s)) for s in (None, None, stream)]
    office.open()

    assert [first.result(5), good.result(5)] == [[1], [2]]
    assert isinstance(bad.exception(5), ValueError)


def test_when_the_server_is_away_all_of_the_batch_hear_it_and_later_ones_go_on(
    office: Office,
) -> None:
    stream = uuid4()
    office.disk.refusals = {stream: OperationalError("away")}
    first, *batch = [office.calls(an_append(stream=s)) for s in (None, None, stream, None)]
    office.open()

    assert first.result(5) == [1]
    assert [str(a.exception(5)) for a in batch] == ["away"] * 3
    assert office.disk.batches == [1, 3]
    assert office.combiner.submit(an_append()) == [2]


def test_a_leader_who_is_torn_away_leaves_nobody_waiting(office: Office) -> None:
    stream = uuid4()
    office.disk.refusals = {stream: SystemExit()}
    first, leader, follower = [office.calls(an_append(stream=s)) for s in (None, stream, None)]
    office.open()

    assert first.result(5) == [1]
    assert isinstance(leader.exception(5), SystemExit)
    assert "whether it is stored is unknown" in str(follower.exception(5))
    assert office.combiner.submit(an_append()) == [2]


def test_a_batch_holds_no_more_events_than_allowed(office: Office) -> None:
    answers = [office.calls(an_append(MAX_EVENTS // 4)) for _ in range(10)]
    office.open()

    assert sum(len(a.result(5)) for a in answers) == 10 * (MAX_EVENTS // 4)
    assert office.disk.batches == [1, 4, 4, 1]


def test_a_batch_holds_no_more_bytes_than_allowed(office: Office) -> None:
    answers = [office.calls(an_append(size=MAX_BYTES // 2)) for _ in range(6)]
    office.open()

    assert sorted(position for a in answers for position in a.result(5)) == list(range(1, 7))
    assert office.disk.batches == [1, 2, 2, 1]


def test_an_append_over_the_limits_is_written_alone(office: Office) -> None:
    sizes = [1, 1, MAX_EVENTS + 1, 1, 1]
    answers = [office.calls(an_append(size)) for size in sizes]
    office.open()

    assert [len(a.result(5)) for a in answers] == sizes
    assert office.disk.batches == [1, 1, 1, 2]


def test_every_one_of_many_callers_gets_an_answer(office: Office) -> None:
    office.open()
    chance = random.Random(7)
    appends = [an_append(chance.randint(1, 40)) for _ in range(5_000)]
    bad = {UUID(str(append.events[0].originator_id)) for append in appends[::50]}
    office.disk.refusals = {stream: IntegrityError() for stream in bad}
    callers = ThreadPoolExecutor(32)
    answers = [callers.submit(office.combiner.submit, append) for append in appends]
    wait(answers, timeout=30)

    refused = [isinstance(a.exception(0), IntegrityError) for a in answers]
    assert refused == [append.events[0].originator_id in bad for append in appends]
    given = [p for a, no in zip(answers, refused, strict=True) if not no for p in a.result(0)]
    assert sorted(given) == list(range(1, len(office.disk.stored) + 1))


class Interrupted(Exception):  # noqa: N818 - it is none
    """What the handler of a signal raises, as for Ctrl-C."""


@pytest.fixture
def when_told(request: pytest.FixtureRequest) -> Callable[[Callable[[], object]], None]:
    """Lets a test say what happens while it waits, before it is interrupted."""

    def arrange(meanwhile: Callable[[], object]) -> None:
        def handle(*_: object) -> None:
            meanwhile()
            raise Interrupted

        before = signal.signal(signal.SIGUSR1, handle)
        request.addfinalizer(lambda: signal.signal(signal.SIGUSR1, before))

    return arrange


def test_a_waiting_caller_who_is_interrupted_takes_his_append_with_him(
    office: Office, when_told: Callable[[Callable[[], object]], None]
) -> None:
    when_told(lambda: None)
    first = office.calls(an_append())
    interrupt_soon(lambda: len(office.combiner._waiting) == 1)
    with pytest.raises(Interrupted):
        office.combiner.submit(an_append())
    next_one = office.calls(an_append())
    office.open()

    assert [first.result(5), next_one.result(5)] == [[1], [2]]


def test_a_caller_who_is_interrupted_while_he_is_made_the_leader_hands_the_lead_on(
    office: Office, when_told: Callable[[Callable[[], object]], None]
) -> None:
    first = office.calls(an_append())
    third: list[Future[list[int]]] = []

    def meanwhile() -> None:
        third.append(office.calls(an_append()))
        office.open()
        first.result(5)

    when_told(meanwhile)
    interrupt_soon(lambda: len(office.combiner._waiting) == 1)
    with pytest.raises(Interrupted):
        office.combiner.submit(an_append())

    assert third[0].result(5) == [2]
    assert office.combiner.submit(an_append()) == [3]


def interrupt_soon(moment: Callable[[], bool]) -> None:
    """Interrupt this thread by a signal when `moment` has come."""
    main = threading.get_ident()

    def interrupt() -> None:
        eventually(moment)
        signal.pthread_kill(main, signal.SIGUSR1)

    in_background(interrupt)

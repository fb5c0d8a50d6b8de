"""Of those who want the same thing at the same moment one gets it, and the others hear why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import psycopg
import pytest

from domain import commands
from domain.application import CustomerCare, Receipt
from domain.errors import CareError, DuplicateCustomerError, StaleVersionError
from domain.grade import Grade
from tests.support.event_logs import a_care, register, signed
from tests.support.programs import a_program

ROUNDS = 15
PHONES = [f"139000{n:05}" for n in range(50)]

REGISTRAR = """
import json, random, sys
from collections import Counter
from domain.errors import DuplicateCustomerError
from tests.support.event_logs import a_care, register, signed

address, seed, phones = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
random.Random(seed).shuffle(phones)
outcomes = Counter()
with a_care(address) as care:
    print("ready", flush=True)
    sys.stdin.read()
    for phone in phones:
        try:
            care.execute(register(f"customer of {seed}", phones=(phone,)), signed())
            outcomes["registered"] += 1
        except DuplicateCustomerError:
            outcomes["duplicate"] += 1
print(json.dumps(outcomes), flush=True)
"""


class Race:
    """Two doors to one log that are entered at the same moment; they may be the same door."""

    def __init__(self, one: CustomerCare, other: CustomerCare) -> None:
        self.doors = (one, other)
        self._together = Barrier(2)
        self._threads = ThreadPoolExecutor(2)

    def run(
        self, *requests: commands.Command, expected_version: int | None = None
    ) -> list[Receipt | CareError]:
        """Carry out one request at each door; return what became of each."""

        def go(door: CustomerCare, command: commands.Command) -> Receipt | CareError:
            self._together.wait(10)
            try:
                return door.execute(command, signed("race"), expected_version=expected_version)
            except CareError as refusal:
                return refusal

        return list(self._threads.map(go, self.doors, requests))


@pytest.fixture(params=["one process", "two processes"])
def race(request: pytest.FixtureRequest, care: CustomerCare, database: str) -> Iterator[Race]:
    if request.param == "one process":
        yield Race(care, care)
        return
    with a_care(database) as other:
        yield Race(care, other)


def test_of_two_with_the_same_expected_version_one_wins_and_the_other_is_stale(
    race: Race, care: CustomerCare
) -> None:
    customer = care.execute(register(), signed()).subject_id
    for seen in range(1, ROUNDS + 1):
        grades = (Grade.A, Grade.B) if seen % 2 else (Grade.C, Grade.E)
        outcomes = race.run(
            *[commands.RegradeCustomer(customer_id=customer, grade=grade) for grade in grades],
            expected_version=seen,
        )
        (winner,) = [o for o in outcomes if isinstance(o, Receipt)]
        (loser,) = [o for o in outcomes if isinstance(o, StaleVersionError)]

        assert winner.version == seen + 1
        assert loser.fields == {"expected": seen, "current": seen + 1}
        assert care.log.get(customer).version == seen + 1


def test_of_two_without_an_expected_version_both_are_carried_out(
    race: Race, care: CustomerCare
) -> None:
    customer = care.execute(register(), signed()).subject_id
    for done in range(ROUNDS):
        outcomes = race.run(
            commands.RecordQuickNote(customer_id=customer, key="1"),
            commands.CorrectCustomer(customer_id=customer, card={"notes": str(done)}),
        )

        assert sorted(o.version for o in outcomes if isinstance(o, Receipt)) == [
            2 * done + 2,
            2 * done + 3,
        ]
    topics = [e.topic for e in care.log.recorder.select_events(customer)]
    assert Counter(topics) == {
        "customer.created": 1,
        "customer.contacted": ROUNDS,
        "customer.card_corrected": ROUNDS,
    }


def test_of_two_who_register_one_phone_one_does(race: Race, care: CustomerCare) -> None:
    for phone in PHONES[:ROUNDS]:
        outcomes = race.run(register("one", phones=(phone,)), register("two", phones=(phone,)))
        (winner,) = [o for o in outcomes if isinstance(o, Receipt)]
        (loser,) = [o for o in outcomes if isinstance(o, DuplicateCustomerError)]

        assert loser.fields == {"field": "phones", "customer_id": str(winner.subject_id)}
        assert care.log.get(winner.subject_id).version == 1


def test_a_correction_that_loses_a_phone_is_a_duplicate_and_not_stale(
    race: Race, care: CustomerCare
) -> None:
    for phone in PHONES[:ROUNDS]:
        customer = care.execute(register("known"), signed()).subject_id
        outcomes = race.run(
            register("new", phones=(phone,)),
            commands.CorrectCustomer(customer_id=customer, card={"phones": (phone,)}),
            expected_version=1,
        )

        (refusal,) = [o for o in outcomes if isinstance(o, CareError)]
        assert isinstance(refusal, DuplicateCustomerError)


@pytest.mark.slow
def test_eight_processes_register_fifty_phones_once_each(database: str) -> None:
    with ExitStack() as stack:
        registrars = [
            stack.enter_context(a_program(REGISTRAR, database, seed, ",".join(PHONES)))
            for seed in range(8)
        ]
        assert [registrar.says() for registrar in registrars] == ["ready"] * 8
        for registrar in registrars:
            registrar.hear()
        told = [json.loads(registrar.says()) for registrar in registrars]
        assert [registrar.ends(60) for registrar in registrars] == [0] * 8
    with psycopg.connect(database) as connection:
        topics = dict(
            connection.execute("SELECT topic, count(*) FROM eventlog.event GROUP BY topic")
        )

    assert sum((Counter(outcomes) for outcomes in told), Counter()) == {
        "registered": 50,
        "duplicate": 350,
    }
    assert (topics["customer.created"], topics["identity.claimed"]) == (50, 50)

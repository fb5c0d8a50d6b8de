from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from threading import Thread

import psycopg
import pytest

from projections.people.projection import PeopleProjection
from projections.people.queries import PeopleQueries
from projections.watch import PositionWatch
from tests.support.care import Company
from tests.support.waiting import eventually

Live = Callable[..., None]


@pytest.fixture
def watch(company: Company) -> Iterator[PositionWatch]:
    watch = PositionWatch(company.database, [PeopleProjection])
    yield watch
    watch.close()


def backends(company: Company, name: str) -> list[int]:
    with company.database.connection() as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            (name,),
        )
        return [pid for (pid,) in rows]


def test_a_writer_reads_what_he_wrote(company: Company, live: Live, watch: PositionWatch) -> None:
    live(PeopleProjection)
    people = PeopleQueries(company.database)
    milliseconds = []
    for number in range(40):
        rep_id = company.joins(f"rep{number}")
        began = time.perf_counter()
        assert watch.wait_for(company.log.head)
        milliseconds.append(1000 * (time.perf_counter() - began))
        assert people.get(rep_id) is not None

    print(f"read your write: median {statistics.median(milliseconds):.1f} ms")  # noqa: T201
    assert statistics.median(milliseconds) <= 500


def test_many_may_wait_at_once(company: Company, live: Live, watch: PositionWatch) -> None:
    live(PeopleProjection)
    reached = []
    position = company.log.head + 2
    waiting = [
        Thread(target=lambda: reached.append(watch.wait_for(position, timeout=10)))
        for _ in range(8)
    ]
    for thread in waiting:
        thread.start()
    company.joins("sun")
    for thread in waiting:
        thread.join()

    assert reached == [True] * 8


def test_waiting_ends_in_time_when_nobody_projects(company: Company, watch: PositionWatch) -> None:
    company.project(PeopleProjection)
    behind = company.log.head + 1
    began = time.monotonic()

    assert watch.wait_for(company.log.head)
    assert not watch.wait_for(behind, timeout=0.2)
    assert 0.2 <= time.monotonic() - began < 2


def test_a_lost_connection_delays_nobody_for_long(
    company: Company, live: Live, watch: PositionWatch
) -> None:
    live(PeopleProjection)
    company.joins("sun")
    assert watch.wait_for(company.log.head)
    (before,) = eventually(lambda: backends(company, "kezhi-watch"))
    with psycopg.connect(company.database.address) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (before,))
    company.joins("zhou")

    assert watch.wait_for(company.log.head, timeout=5)
    assert eventually(lambda: set(backends(company, "kezhi-watch")) - {before})


def test_a_read_model_that_is_still_being_built_is_not_waited_for(company: Company) -> None:
    class Newer(PeopleProjection):
        version = PeopleProjection.version + 1

    class Other(PeopleProjection):
        name = "other_people"

    company.project(PeopleProjection, Other)
    patient = PositionWatch(company.database, [Newer, Other])

    assert patient.wait_for(company.log.head)
    patient.close()


def test_nothing_is_reached_when_the_database_is_away(
    company: Company, watch: PositionWatch
) -> None:
    company.database.close()

    assert not watch.wait_for(1, timeout=5)

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from threading import Event, Thread

import psycopg
import pytest

from domain.eventstore.database import Connection
from projections import positions
from projections.applying import Applier, Batch
from projections.lag import lag
from projections.positions import PositionMovedError
from projections.projector import POLL_SECONDS, Projector
from projections.read_model import Recorded
from tests.support.care import Company
from tests.support.programs import Program, a_program
from tests.support.tally import Tally, crowd, entries, moves, positions_in, writers
from tests.support.waiting import eventually

Live = Callable[..., None]

PROJECT = """
import logging, sys
from pathlib import Path
from threading import Event
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from projections.projector import Projector
from tests.support.tally import Tally
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
database = Database(sys.argv[1])
log = EventLog(database, MasterKeys.read(Path(sys.argv[2])))
print("ready", flush=True)
Projector(log, database, [Tally]).run(Event())
"""


@pytest.fixture
def address(company: Company) -> str:
    return company.database.address


def hears(program: Program, word: str) -> None:
    while (said := program.says()) != word:
        assert said, f"the program ended before it said {word}"


def sessions(company: Company, name: str) -> list[int]:
    rows = company.database.fetch(
        psycopg.sql.SQL(
            "SELECT pid FROM pg_stat_activity"
            " WHERE application_name = {} AND datname = current_database()"
        ).format(name),
        (),
    )
    return [pid for (pid,) in rows]


def has_everything(company: Company) -> bool:
    (tally,) = lag(company.database, company.log, [Tally], company.now)
    return not tally.is_missing and tally.events == 0


def test_a_standby_takes_over_from_a_killed_leader_without_a_gap_or_a_double(
    company: Company, address: str
) -> None:
    company.project(Tally)
    with a_program(PROJECT, address, company.key_file) as leader:
        hears(leader, "leading")
        with a_program(PROJECT, address, company.key_file) as standby:
            hears(standby, "ready")
            with writers(company, company.chen, company.li, company.wang):
                start = company.log.head
                eventually(lambda: company.log.head > start + 200)
                leader.kill()
                hears(standby, "leading")
                taken_over_at = company.log.head
                eventually(lambda: company.log.head > taken_over_at + 200)
            eventually(lambda: has_everything(company))

    assert positions_in(company.database) == list(range(1, company.log.head + 1))


def test_two_that_believe_they_lead_write_nothing_twice(company: Company) -> None:
    company.project(Tally)
    stop = Event()

    def lead() -> None:
        projector = Projector(company.log, company.database, [Tally])
        while not stop.is_set():
            projector.step()

    leaders = [Thread(target=lead) for _ in range(2)]
    for thread in leaders:
        thread.start()
    with writers(company, company.chen, company.li):
        start = company.log.head
        eventually(lambda: company.log.head > start + 300)
    eventually(lambda: has_everything(company))
    stop.set()
    for thread in leaders:
        thread.join()

    assert positions_in(company.database) == list(range(1, company.log.head + 1))


def test_a_projector_that_started_further_back_cannot_write(company: Company) -> None:
    company.project(Tally)
    with company.database.connection() as connection:
        old = {"tally": positions.standings(connection)["tally"].position}
    moves(company, company.chen)
    company.project(Tally)
    moves(company, company.chen)
    events = company.log.recorder.select_notifications(old["tally"], 100, inclusive_of_start=False)
    before = entries(company.database)

    with pytest.raises(PositionMovedError):
        Applier(company.database, {"tally": Tally()}).apply(Batch(events, company.log.mapper), old)
    assert entries(company.database) == before


def test_a_lost_listener_is_replaced_and_misses_nothing(company: Company, live: Live) -> None:
    live(Tally)
    (before,) = eventually(lambda: sessions(company, "kezhi-projector"))
    with psycopg.connect(company.database.address) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (before,))
    last = moves(company, company.chen)

    assert eventually(lambda: positions_in(company.database)[-1] == last)
    assert eventually(lambda: set(sessions(company, "kezhi-projector")) - {before})


@pytest.fixture
def _silent(company: Company) -> Iterator[None]:
    """An event log that stores events without telling anybody."""
    with psycopg.connect(company.database.address) as connection:
        row = connection.execute(
            "SELECT pg_get_functiondef('eventlog.append_events'::regproc)"
        ).fetchone()
        assert row is not None
        definition = row[0]
        assert "PERFORM pg_notify" in definition
        connection.execute(definition.replace("PERFORM pg_notify", "PERFORM concat"))
    yield
    with psycopg.connect(company.database.address) as connection:
        connection.execute(definition)


@pytest.mark.usefixtures("_silent")
def test_events_that_nobody_announces_are_found_by_looking(company: Company, live: Live) -> None:
    live(Tally)
    last = moves(company, company.chen)

    assert eventually(lambda: positions_in(company.database)[-1] == last, within=POLL_SECONDS + 5)


def test_a_projector_waits_out_a_database_that_cuts_everybody_off(
    company: Company, live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    live(Tally)
    with writers(company, company.chen), caplog.at_level(logging.ERROR):
        for _ in range(3):
            with psycopg.connect(company.database.address) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name LIKE 'kezhi-proj%'"
                )
            reached = company.log.head
            eventually(lambda at=reached: company.log.head > at + 20)
    eventually(lambda: has_everything(company))

    assert positions_in(company.database) == list(range(1, company.log.head + 1))


def test_events_are_decoded_once_for_all_read_models(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(Tally):
        name = "other"

    class Third(Tally):
        name = "third"

    decoded = []
    decode = company.log.mapper.to_domain_events
    monkeypatch.setattr(
        company.log.mapper,
        "to_domain_events",
        lambda events, opened=None: decoded.extend(events) or decode(events, opened),
    )
    crowd(company, 100)
    company.project(Tally, Other, Third)
    moves(company, company.chen)
    company.project(Tally, Other, Third)

    assert len(decoded) == company.log.head
    assert entries(company.database, "third") == entries(company.database)


def test_what_is_personal_is_opened_only_for_who_names_it(company: Company) -> None:
    class Curious(Tally):
        name = "curious"

        def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
            super().apply(connection, batch)
            assert all(event.why != "no business of yours" for _, event in batch)

    class Frank(Curious):
        name = "frank"
        personal = frozenset({"why"})

    company.project(Curious, Frank)
    last = moves(company, company.chen, why="because")
    company.project(Curious)
    company.project(Frank)
    with company.database.connection() as connection:
        (waiting,) = positions.parked(connection)

    assert (waiting.read_model, waiting.since_position) == ("curious", last)
    assert "representative.scope_granted why" in waiting.error
    assert positions_in(company.database, "frank")[-1] == last


def test_a_read_model_is_built_while_the_others_are_fed(company: Company) -> None:
    may_go_on = Event()

    class Slow(Tally):
        name = "slow"

        def apply(self, *arguments: object) -> None:
            may_go_on.wait(30)
            super().apply(*arguments)  # type: ignore[arg-type]

    company.project(Tally)
    stop = Event()
    projector = Projector(company.log, company.database, [Tally, Slow])
    thread = Thread(target=projector.run, args=(stop,))
    thread.start()
    last = moves(company, company.chen)
    eventually(lambda: positions_in(company.database)[-1] == last)
    may_go_on.set()

    assert eventually(lambda: "slow" in standing(company))
    last = moves(company, company.chen)
    assert eventually(lambda: positions_in(company.database, "slow")[-1] == last)
    stop.set()
    thread.join()


def standing(company: Company) -> set[str]:
    with company.database.connection() as connection:
        return set(positions.standings(connection))

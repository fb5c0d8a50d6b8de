from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import psycopg
import pytest
from psycopg.sql import SQL

from domain.representative import Representative
from projections import positions, rebuild
from projections.projector import Projector
from projections.read_ahead import ReadAhead
from tests.support.care import Company
from tests.support.programs import a_program
from tests.support.tally import Fragile, Tally, crowd, entries, moves, positions_in, writers
from tests.support.waiting import eventually

Live = Callable[..., None]

REBUILD = """
import sys
from pathlib import Path
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from projections import rebuild
from tests.support.tally import Tally
rebuild.BATCH = 50
database = Database(sys.argv[1])
log = EventLog(database, MasterKeys.read(Path(sys.argv[2])))
def progress(position, head):
    print(position, flush=True)
    if position >= 300:
        sys.stdin.read()
rebuild.rebuild(log, database, [Tally], progress)
"""


class Newer(Tally):
    """The tally in the next release: it also knows the parity of a position."""

    version = 2
    tables = """
        CREATE TABLE {schema}.entry (
            seen bigserial,
            position bigint NOT NULL,
            originator_id uuid NOT NULL,
            originator_version bigint NOT NULL,
            is_even boolean GENERATED ALWAYS AS (position % 2 = 0) STORED
        )
    """


def standing(company: Company, name: str = "tally") -> positions.Standing | None:
    with company.database.connection() as connection:
        return positions.standings(connection).get(name)


def schemas(company: Company) -> set[str]:
    query = SQL("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%%tally%%'")
    return {name for (name,) in company.database.fetch(query, ())}


def deadlocks(company: Company) -> int:
    with psycopg.connect(company.database.address, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_reads_never_fail_and_never_go_back_while_read_models_are_rebuilt_under_load(
    company: Company, live: Live
) -> None:
    crowd(company, 1_000)
    live(Tally, Fragile)
    stop, failures, answers = Event(), [], [0]
    query = SQL("SELECT max(position) FROM tally.entry")

    def read() -> None:
        while not stop.is_set():
            try:
                answers.append(company.database.fetch(query, ())[0][0])
            except Exception as error:  # noqa: BLE001 - shown by the test
                failures.append(error)

    reader = Thread(target=read)
    reader.start()
    with writers(company, company.chen, company.li):
        for _ in range(4):
            company.rebuild(Tally, Fragile)
            company.rebuild(Fragile, Tally)
    stop.set()
    reader.join()
    everything = list(range(1, company.log.head + 1))

    assert failures == []
    assert answers == sorted(answers)
    for schema in ("tally", "fragile"):
        eventually(lambda s=schema: positions_in(company.database, s) == everything)
    assert deadlocks(company) == 0
    assert schemas(company) == {"tally"}


def test_a_slow_reader_of_the_old_tables_keeps_nobody_waiting(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.project(Tally)
    monkeypatch.setattr(rebuild, "OLD_TABLES_SECONDS", 1)
    with psycopg.connect(company.database.address) as slow:
        slow.execute("SELECT count(*) FROM tally.entry")
        company.rebuild(Tally)

        assert positions_in(company.database) == list(range(1, company.log.head + 1))
        assert schemas(company) == {"tally", "tally__old"}

    company.rebuild(Tally)
    assert schemas(company) == {"tally"}


def test_a_killed_rebuild_goes_on_where_it_stood(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(company, 1_000)
    with a_program(REBUILD, company.database.address, company.key_file) as program:
        while int(program.says()) < 300:
            pass
        program.kill()
    killed_at = standing(company, "tally__next")
    assert killed_at is not None
    monkeypatch.setattr(rebuild, "BATCH", 50)
    told: list[int] = []
    rebuild.rebuild(
        company.log, company.database, [Tally], lambda position, _: told.append(position)
    )

    assert 300 <= killed_at.position < company.log.head
    assert told[0] == killed_at.position + 50
    assert positions_in(company.database) == list(range(1, company.log.head + 1))
    assert standing(company, "tally__next") is None


def test_a_rebuild_of_mended_code_can_begin_afresh(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(company, 300)
    monkeypatch.setattr(rebuild, "BATCH", 50)

    def interrupt(position: int, _: int) -> None:
        if position >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild.rebuild(company.log, company.database, [Tally], interrupt)
    told: list[int] = []
    rebuild.rebuild(
        company.log,
        company.database,
        [Tally],
        lambda position, _: told.append(position),
        afresh=True,
    )

    assert told[0] == 50
    assert positions_in(company.database) == list(range(1, company.log.head + 1))


def test_only_what_a_read_model_is_made_of_is_read_for_it(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Joiners(Tally):
        name = "joiners"
        events = (Representative.Joined,)

    crowd(company, 200)
    for _ in range(100):
        moves(company, company.chen)
    decoded = []
    decode = company.log.mapper.to_domain_events
    monkeypatch.setattr(
        company.log.mapper,
        "to_domain_events",
        lambda events, opened=None: decoded.extend(events) or decode(events, opened),
    )
    monkeypatch.setattr(rebuild, "BATCH", 50)
    reached = rebuild.rebuild(company.log, company.database, [Joiners])

    topics = ["representative.joined"]
    joined = [e.id for e in company.log.recorder.select_notifications(None, 1_000, topics=topics)]
    assert reached == company.log.head
    assert [event.id for event in decoded] == joined
    assert positions_in(company.database, "joiners") == joined


def test_a_newer_version_is_built_beside_the_live_one_which_the_older_code_then_leaves_alone(
    company: Company, live: Live
) -> None:
    live(Tally)
    stop = Event()
    newer = Thread(target=Projector(company.log, company.database, [Newer]).run, args=(stop,))
    with writers(company, company.chen, company.li):
        newer.start()
        eventually(lambda: getattr(standing(company), "version", 0) == 2)
        switched_at = company.log.head
        eventually(lambda: company.log.head > switched_at + 50)
    # The older process still leads, and writes nothing into tables that it does not know.
    reached = standing(company)
    moves(company, company.chen)
    company.project(Newer)
    stop.set()
    newer.join()

    assert reached is not None
    assert reached.version == 2
    assert positions_in(company.database) == list(range(1, company.log.head + 1))
    query = SQL("SELECT count(*) FROM tally.entry WHERE is_even")
    assert company.database.fetch(query, ())[0][0] == company.log.head // 2


def test_two_who_rebuild_at_once_take_turns(company: Company) -> None:
    crowd(company, 500)
    builders = [Thread(target=company.rebuild, args=(Tally,)) for _ in range(3)]
    for thread in builders:
        thread.start()
    for thread in builders:
        thread.join()

    assert positions_in(company.database) == list(range(1, company.log.head + 1))
    assert schemas(company) == {"tally"}


def test_an_empty_log_makes_empty_tables(database: str, company: Company) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("TRUNCATE eventlog.event")

    assert company.rebuild(Tally) == 0
    assert entries(company.database) == []


def test_reading_ahead_shows_the_error_of_its_source() -> None:
    def source() -> object:
        yield 1
        raise LookupError

    seen = []
    with pytest.raises(LookupError), ReadAhead(source()) as ahead:  # type: ignore[arg-type]
        seen.extend(iter(ahead))

    assert seen == [1]


def test_reading_ahead_ends_with_its_reader() -> None:
    taken = []

    def source() -> object:
        for number in range(1_000_000):
            taken.append(number)
            yield number

    with ReadAhead(source()) as ahead:  # type: ignore[arg-type]
        assert next(ahead) == 0

    assert len(taken) < 10

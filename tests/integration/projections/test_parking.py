from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection
from projections import positions
from projections.lag import lag
from projections.parking import retry_parked
from projections.positions import ParkedStream
from projections.read_model import Recorded
from tests.support.care import Company
from tests.support.tally import Fragile, Tally, crowd, entries, moves, positions_in, writers
from tests.support.waiting import eventually

Live = Callable[..., None]


@pytest.fixture(autouse=True)
def _cured() -> Iterator[None]:
    yield
    Fragile.poison.clear()


def parked(company: Company, *names: str) -> list[ParkedStream]:
    with company.database.connection() as connection:
        return positions.parked(connection, names)


def rows_of(company: Company, schema: str, stream: object) -> list[int]:
    return [
        p for p, originator_id, _ in entries(company.database, schema) if originator_id == stream
    ]


def test_an_event_that_a_read_model_cannot_take_stops_only_its_stream_there(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    Fragile.poison.add("poison")
    company.project(Tally, Fragile)
    before = moves(company, company.chen)
    culprit = moves(company, company.chen, why="poison")
    later = moves(company, company.chen)
    others = moves(company, company.li)
    with caplog.at_level(logging.ERROR):
        company.project(Tally, Fragile)
    later_still = moves(company, company.chen)
    company.project(Tally, Fragile)

    assert positions_in(company.database) == list(range(1, later_still + 1))
    assert set(positions_in(company.database, "fragile")) == set(range(1, later_still + 1)) - {
        culprit,
        later,
        later_still,
    }
    assert {before, others} <= set(positions_in(company.database, "fragile"))
    (waiting,) = parked(company)
    assert (waiting.read_model, waiting.originator_id) == ("fragile", company.chen)
    assert waiting.since_position == culprit
    assert "poison" in waiting.error
    assert "stream-parked" in caplog.messages


def test_a_mended_stream_is_replayed_in_order_and_goes_on(company: Company) -> None:
    Fragile.poison.add("poison")
    company.project(Fragile)
    moves(company, company.chen, why="poison")
    moves(company, company.chen)
    moves(company, company.li)
    company.project(Fragile)

    assert retry_parked(company.log, company.database, Fragile) == 1
    assert len(parked(company)) == 1

    Fragile.poison.clear()
    moves(company, company.chen)

    assert retry_parked(company.log, company.database, Fragile) == 0
    company.project(Fragile)
    moves(company, company.chen)
    company.project(Fragile)

    assert parked(company) == []
    assert sorted(positions_in(company.database, "fragile")) == list(range(1, company.log.head + 1))
    chens = rows_of(company, "fragile", company.chen)
    assert chens == sorted(chens)


def test_a_rebuild_replays_what_was_parked(company: Company) -> None:
    Fragile.poison.add("poison")
    company.project(Fragile)
    moves(company, company.chen, why="poison")
    moves(company, company.chen)
    company.project(Fragile)
    Fragile.poison.clear()
    company.rebuild(Fragile)

    assert parked(company) == []
    assert positions_in(company.database, "fragile") == list(range(1, company.log.head + 1))


def test_poison_met_while_building_is_parked_as_well(company: Company) -> None:
    Fragile.poison.add("poison")
    culprit = moves(company, company.chen, why="poison")
    crowd(company, 300)
    company.project(Fragile)

    assert [stream.since_position for stream in parked(company)] == [culprit]
    assert set(positions_in(company.database, "fragile")) == set(range(1, company.log.head + 1)) - {
        culprit
    }


def test_several_poisoned_streams_in_one_batch_are_all_found(company: Company) -> None:
    company.project(Fragile)
    Fragile.poison.add("poison")
    culprits = set()
    for rep_id in (company.chen, company.li, company.wang):
        moves(company, rep_id)
        culprits.add(moves(company, rep_id, why="poison"))
    crowd(company, 50)
    company.project(Fragile)

    assert {stream.since_position for stream in parked(company)} == culprits
    assert (
        set(positions_in(company.database, "fragile"))
        == set(range(1, company.log.head + 1)) - culprits
    )


def test_an_event_with_changed_bytes_stops_its_stream_everywhere_and_nothing_else(
    company: Company, spoil: Callable[[int], None]
) -> None:
    company.project(Tally, Fragile)
    before = moves(company, company.chen)
    culprit = moves(company, company.chen)
    later = moves(company, company.chen)
    others = moves(company, company.li)
    spoil(culprit)
    company.project(Tally, Fragile)

    for schema in ("tally", "fragile"):
        assert set(positions_in(company.database, schema)) == set(range(1, others + 1)) - {
            culprit,
            later,
        }
        assert before in positions_in(company.database, schema)
    assert {(s.read_model, s.originator_id) for s in parked(company)} == {
        ("tally", company.chen),
        ("fragile", company.chen),
    }
    assert all("signature" in stream.error for stream in parked(company))

    spoil(culprit)  # The byte is changed back.
    assert retry_parked(company.log, company.database, Tally) == 0
    assert retry_parked(company.log, company.database, Fragile) == 0
    assert rows_of(company, "tally", company.chen)[-3:] == [before, culprit, later]


def test_a_read_model_that_had_an_event_before_its_bytes_were_changed_goes_on(
    company: Company, spoil: Callable[[int], None]
) -> None:
    company.project(Tally, Fragile)
    culprit = moves(company, company.chen)
    company.project(Tally)
    moves(company, company.chen)
    spoil(culprit)
    company.project(Tally, Fragile)

    assert [(s.read_model, s.since_position) for s in parked(company)] == [("fragile", culprit)]
    assert positions_in(company.database) == list(range(1, company.log.head + 1))


def test_changed_bytes_and_poison_in_one_batch_are_told_apart(
    company: Company, spoil: Callable[[int], None]
) -> None:
    company.project(Tally, Fragile)
    Fragile.poison.add("poison")
    changed = moves(company, company.chen)
    poisoned = moves(company, company.li, why="poison")
    moves(company, company.wang)
    spoil(changed)
    company.project(Tally, Fragile)

    assert {(s.read_model, s.since_position) for s in parked(company)} == {
        ("tally", changed),
        ("fragile", changed),
        ("fragile", poisoned),
    }
    assert positions_in(company.database)[-1] == company.log.head


def test_a_stream_that_is_retried_under_load_loses_and_doubles_nothing(
    company: Company, live: Live
) -> None:
    company.project(Fragile)
    Fragile.poison.add("poison")
    moves(company, company.chen, why="poison")
    live(Fragile)
    with writers(company, company.chen, company.li):
        for _ in range(20):
            reached = company.log.head
            eventually(lambda at=reached: company.log.head > at + 5)
            Fragile.poison.clear()
            retry_parked(company.log, company.database, Fragile)
            Fragile.poison.add("poison")
            moves(company, company.wang, why="poison")
        Fragile.poison.clear()
    eventually(lambda: behind(company) == 0)
    assert retry_parked(company.log, company.database, Fragile) == 0

    found = positions_in(company.database, "fragile")
    assert sorted(found) == list(range(1, company.log.head + 1))
    for rep_id in (company.chen, company.li, company.wang):
        rows = rows_of(company, "fragile", rep_id)
        assert rows == sorted(rows)


def behind(company: Company) -> int:
    (fragile,) = lag(company.database, company.log, [Fragile], company.now)
    return fragile.events


def test_tables_that_do_not_fit_stop_their_read_model_and_blame_no_event(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    company.project(Tally, Fragile)
    with psycopg.connect(company.database.address) as connection:
        connection.execute("ALTER TABLE fragile.entry RENAME position TO place")
    last = moves(company, company.chen)
    with caplog.at_level(logging.ERROR):
        company.project(Tally, Fragile)

    assert positions_in(company.database)[-1] == last
    assert parked(company) == []
    assert "unfit-tables" in caplog.messages
    tally, fragile = lag(company.database, company.log, [Tally, Fragile], company.now)
    assert (tally.events, fragile.events) == (0, 1)

    company.rebuild(Fragile)
    assert positions_in(company.database, "fragile") == list(range(1, last + 1))


def test_the_lag_tells_events_seconds_and_what_is_parked(company: Company) -> None:
    company.project(Tally)
    behind_since = company.now
    moves(company, company.chen)
    company.wait(seconds=30)
    moves(company, company.li)
    now = behind_since + timedelta(seconds=90)
    tally, fragile = lag(company.database, company.log, [Tally, Fragile], now)

    assert (tally.events, tally.seconds, tally.is_missing) == (2, 90.0, False)
    assert (fragile.events, fragile.is_missing) == (company.log.head, True)

    Fragile.poison.add("poison")
    moves(company, company.wang, why="poison")
    company.project(Tally, Fragile)
    tally, fragile = lag(company.database, company.log, [Tally, Fragile], datetime.now(UTC))

    assert (tally.events, tally.seconds, tally.parked) == (0, 0.0, 0)
    assert (fragile.events, fragile.seconds, fragile.parked) == (0, 0.0, 1)


class Narrow(Tally):
    """Cannot hold a long reason: its index has no room for it."""

    name = "narrow"
    personal = frozenset({"why"})
    indexes = "CREATE INDEX IF NOT EXISTS reason_text ON {schema}.reason (text)"

    def create_tables(self, connection: Connection) -> None:
        super().create_tables(connection)
        table = SQL("CREATE TABLE {}.reason (text text)").format(Identifier(self.schema))
        connection.execute(table)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        super().apply(connection, batch)
        insert = SQL("INSERT INTO {}.reason VALUES (%s)").format(Identifier(self.schema))
        for _, event in batch:
            connection.execute(insert, (event.why,))


def test_a_value_too_large_for_an_index_is_not_taken_for_an_absent_database(
    company: Company,
) -> None:
    company.project(Narrow)
    essay = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9F00), k=9_000)))
    moves(company, company.chen, why=essay)
    others = moves(company, company.li)
    company.project(Narrow)

    assert others in positions_in(company.database, "narrow")
    assert [stream.originator_id for stream in parked(company)] == [company.chen]

    company.rebuild(Narrow)

    assert others in positions_in(company.database, "narrow")
    assert [stream.originator_id for stream in parked(company)] == [company.chen]

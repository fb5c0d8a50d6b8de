"""Claims on what is due: one query for many, however full the tables are (D7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.eventstore.database import SESSION_OPTIONS, Database
from projections.occasions.projection import OccasionsProjection
from tests.support.care import Company
from workers import worklist
from workers.worklist import Worklist

NOW = datetime(2026, 2, 17, 2, tzinfo=UTC)
DUE = 2_000
AT_ONCE = 100


@pytest.fixture
def claims(company: Company) -> Iterator[Database]:
    """Two thousand greetings are due, and nobody has claimed one."""
    company.project(OccasionsProjection)
    options = f"{SESSION_OPTIONS} {worklist.OPTIONS}"
    claims = Database(company.database.address, size=1, options=options)
    worklist.prepare(claims)
    with claims.connection() as connection:
        connection.execute(
            "INSERT INTO occasions.obligation SELECT gen_random_uuid(), 'greeting',"
            " gen_random_uuid(), gen_random_uuid(), NULL, '2026-02-17',"
            " %s::timestamptz - n * interval '1 second', '2026-02-18', 3, '{}'"
            " FROM generate_series(1, %s) AS n",
            (NOW, DUE),
        )
        # At night the tables of claims are empty, and that is when the server looks at them.
        connection.execute("ANALYZE work.greeting")
    yield claims
    claims.close()


def rows_read(claims: Database) -> int:
    """Return how many claims its one connection has looked at so far, by index or not."""
    with claims.connection() as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        row = connection.execute(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables"
            " WHERE relid = 'work.greeting'::regclass"
        ).fetchone()
    return row[0] if row else 0


def test_claiming_the_last_costs_what_claiming_the_first_did(claims: Database) -> None:
    greetings = Worklist(
        claims,
        claims="greeting",
        source=("occasions", "obligation"),
        lease=timedelta(seconds=60),
    )
    seen, costs, places = set(), [], {}
    for _ in range(DUE // AT_ONCE):
        before = rows_read(claims)
        claimed = greetings.claim(NOW, ["greeting"], AT_ONCE, after=places)
        greetings.take([each.key for each in claimed], NOW)
        places = {"greeting": claimed[-1].place}
        seen.update(each.key for each in claimed)
        costs.append(rows_read(claims) - before)

    assert len(seen) == DUE
    assert greetings.claim(NOW, ["greeting"], AT_ONCE) == []
    assert max(costs) <= 5 * AT_ONCE, costs


OLD_TABLE = """
    DROP SCHEMA IF EXISTS work CASCADE;
    CREATE SCHEMA work;
    CREATE TABLE work.greeting (
        key uuid PRIMARY KEY,
        due_at timestamptz NOT NULL,
        state text NOT NULL,
        until timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        crashes smallint NOT NULL DEFAULT 0,
        last_error text NOT NULL DEFAULT ''
    ) WITH (fillfactor = 70);
    CREATE INDEX greeting_until_idx ON work.greeting (until);
    CREATE INDEX greeting_key_idx ON work.greeting (key) WHERE state = 'quarantined';
    INSERT INTO work.greeting SELECT gen_random_uuid(), now(), state, '2026-02-18'
        FROM unnest('{hinted, waiting, quarantined}'::text[]) AS state
"""


def test_claims_of_an_earlier_release_stay_what_they_were(company: Company) -> None:
    with company.database.connection() as connection:
        connection.execute(OLD_TABLE)
    worklist.prepare(company.database)
    with company.database.connection() as connection:
        kept = dict(connection.execute("SELECT state, again_at::text FROM work.greeting"))
        indexes = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'greeting' AND schemaname = 'work'"
        ).fetchall()

    assert kept == {
        "hinted": None,
        "waiting": "2026-02-18 00:00:00+00",
        "quarantined": "infinity",
    }
    assert sorted(indexes) == [("greeting_again",), ("greeting_pkey",)]


def test_whoever_starts_waits_for_no_dump(company: Company) -> None:
    worklist.prepare(company.database)
    with company.database.transaction() as dump:
        dump.execute("LOCK TABLE work.claim, work.greeting, work.try IN ACCESS SHARE MODE")
        worklist.prepare(company.database)  # after five seconds it would be refused

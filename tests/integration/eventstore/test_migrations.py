"""Bringing the tables of the event log up to date."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from domain.eventstore.migrate import MigrationChangedError, migrate, pending_migrations
from domain.policies.book import PolicyKind
from tests.support.programs import a_program
from tests.support.servers import Databases

STARTER = """
import sys
from pathlib import Path
from domain.application import CustomerCare
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.eventstore.migrate import migrate
from tests.support.event_logs import register, signed

address, keys = sys.argv[1], Path(sys.argv[2])
print("ready", flush=True)
sys.stdin.read()
migrate(address, schema="fresh_log")
database = Database(address)
care = CustomerCare(EventLog(database, MasterKeys.create(keys), schema="fresh_log"))
care.install(signed())
care.execute(register(), signed())
database.close()
"""


@pytest.mark.slow
def test_eight_processes_may_start_on_an_empty_database_at_once(
    databases: Databases, tmp_path: Path
) -> None:
    with databases.a_copy() as address, ExitStack() as stack:
        starters = [
            stack.enter_context(a_program(STARTER, address, tmp_path / "master.json"))
            for _ in range(8)
        ]
        assert [starter.says() for starter in starters] == ["ready"] * 8
        for starter in starters:
            starter.hear()

        assert [starter.ends(60) for starter in starters] == [0] * 8
        with psycopg.connect(address) as connection:
            topics = dict(
                connection.execute("SELECT topic, count(*) FROM fresh_log.event GROUP BY topic")
            )
    assert topics["customer.created"] == 8
    assert topics["policy.adopted"] == len(PolicyKind)


def test_a_migrated_database_is_left_as_it_is(database: str) -> None:
    assert migrate(database) == []
    assert pending_migrations(database) == []


def test_what_is_missing_can_be_asked_before_it_is_applied(database: str) -> None:
    missing = pending_migrations(database, schema="fresh_log")

    assert missing == migrate(database, schema="fresh_log") != []
    assert pending_migrations(database, schema="fresh_log") == []


def test_a_migration_with_another_text_than_it_was_applied_with_is_refused(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE eventlog.migration SET sha256 = 'of another text'")

    with pytest.raises(MigrationChangedError, match=r"0001_event_log\.sql"):
        migrate(database)

from __future__ import annotations

import psycopg
import pytest
import redis

from domain.eventstore.migrate import pending_migrations
from tests.support.servers import address_of


@pytest.mark.parametrize("test", ["one", "another"])
def test_every_test_has_a_migrated_database_of_its_own(database: str, test: str) -> None:
    with psycopg.connect(database) as connection:
        # Fails in the second test if it meets what the first has left.
        connection.execute("CREATE TABLE left_by (test text)")
        connection.execute("INSERT INTO left_by VALUES (%s)", (test,))

    assert pending_migrations(database) == []


@pytest.mark.parametrize("test", ["one", "another"])
def test_every_test_has_an_empty_queue(queue_url: str, test: str) -> None:
    with redis.Redis.from_url(queue_url) as queue:
        found = queue.keys("*")
        queue.set(test, 1)

    assert found == []


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("postgresql://kezhi@/postgres?host=/run/x", "postgresql://kezhi@/fresh?host=/run/x"),
        ("postgresql://db.example:5432", "postgresql://db.example:5432/fresh"),
        ("host=/run/x dbname=postgres", "dbname=fresh host=/run/x"),
    ],
)
def test_a_given_server_keeps_all_but_its_database(server: str, address: str) -> None:
    assert address_of(server, "fresh") == address

"""The real servers every test may ask for; what they are is told in tests/support/servers.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from projections.registry import READ_MODELS
from tests.support.care import Original, a_company
from tests.support.servers import Databases, a_folder_for_servers, a_postgres, a_valkey, flush

# How long an example takes says how busy the machine is, and nothing about the code. What a check
# says of a change must not hang on dice: new examples are for `make fuzz`.
settings.register_profile("kezhi", deadline=None, derandomize=True)
settings.register_profile("dice", deadline=None)
settings.load_profile("kezhi")


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """Where a test may run an embedded server of its own."""
    with a_folder_for_servers() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of the session's PostgreSQL server, with durable settings."""
    with a_postgres(os.environ) as address:
        yield address


@pytest.fixture(scope="session")
def databases(postgres_server: str) -> Iterator[Databases]:
    """Where fresh databases come from, for tests that need more than one."""
    with Databases(postgres_server) as databases:
        yield databases


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """Address of a migrated database that no other test has seen."""
    with databases.a_copy() as address:
        yield address


@pytest.fixture(scope="session")
def original(databases: Databases) -> Iterator[Original]:
    """A company at work with its lists built, for tests that need not see it founded."""
    with databases.a_copy() as address:
        with a_company(address) as company:
            company.project(*READ_MODELS)
            original = company.original()
        yield original


@pytest.fixture
def at_work(databases: Databases, original: Original) -> Iterator[str]:
    """Address of a copy of the original's database."""
    with databases.a_twin(original.address) as address:
        yield address


@pytest.fixture(scope="session")
def queue_server() -> Iterator[str]:
    """Address of the session's Valkey server."""
    with a_valkey(os.environ) as address:
        yield address


@pytest.fixture
def queue_url(queue_server: str) -> str:
    """Address of an empty message queue."""
    flush(queue_server)
    return queue_server

"""One pool of connections to PostgreSQL, shared by everything in a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

Connection = psycopg.Connection[Any]

SESSION_OPTIONS = (
    "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=10s"
    " -c timezone=UTC"
)


class Database:
    """A lazily opened pool; safe to share between threads, to be built after a fork.

    `address` is a libpq connection string or URL. Connections are in autocommit mode; use
    `transaction()` where several statements belong together. Every statement ends within 15
    seconds, waits for locks at most 5, so a stuck server gives an error and not a hang.
    """

    def __init__(
        self, address: str, *, name: str = "kezhi", size: int = 10, options: str = SESSION_OPTIONS
    ) -> None:
        """Describe the pool; nothing is opened before the first use."""
        self.address = address
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            address,
            kwargs={"autocommit": True, "application_name": name, "options": options},
            min_size=1,
            max_size=size,
            timeout=5,
            open=False,
            num_workers=1,
        )

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection; psycopg.OperationalError when the server cannot be reached."""
        self._pool.open()
        with self._pool.connection() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend a connection inside one transaction, committed when the block ends well."""
        with self.connection() as connection, connection.transaction():
            yield connection

    def discard_broken_connections(self) -> None:
        """Replace connections that a restart of the server has cut."""
        self._pool.check()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

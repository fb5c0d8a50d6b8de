"""One pool of connections to PostgreSQL, shared by everything in a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg
from eventsourcing.persistence import InterfaceError, OperationalError
from psycopg.sql import Composed
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from domain.eventstore.niceness import Background, stand_back

Connection = psycopg.Connection[Any]
T = TypeVar("T")

# For all connections: the library's own way takes several times as long.
set_json_loads(msgspec.json.decode)

SESSION_OPTIONS = (
    "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=10s"
    " -c timezone=UTC"
    # A client whose machine vanished gives its locks back after 20 seconds.
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2"
    # Appending looks at the newest position after it has got its lock, so it must see it.
    " -c default_transaction_isolation=read\\ committed"
)

ATTEMPTS = 3
"""How often work on a connection that was cut is done before the caller hears of it."""

AWAY = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)
"""What is raised when the server is away or too busy; `is_away` tells it from other refusals."""

# Connection lost; shutting down; resources; rolled back by the server; lock or time limits.
_TRANSIENT = ("08", "57", "53", "40", "55P03", "25P03", "25P04")

_NETWORK = {
    "connect_timeout": 5,
    # A server that vanished without a word is noticed after about 20 seconds.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}


class Database:
    """A lazily opened pool; safe to share between threads, to be built after a fork.

    `address` is a libpq connection string or URL. Connections are in autocommit mode; use
    `transaction()` where several statements belong together. Every statement ends within 15
    seconds, waits for locks at most 5, so a stuck server gives an error and not a hang.
    """

    def __init__(
        self,
        address: str,
        *,
        name: str = "kezhi",
        size: int = 10,
        options: str = SESSION_OPTIONS,
        background: Background | None = None,
    ) -> None:
        """Describe the pool; nothing is opened before the first use.

        The server's processes behind it stand back as `background`; only for a server on this
        machine, whose processes are ours.
        """
        self.address = address
        self.background = background
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            address,
            kwargs={
                "autocommit": True,
                "application_name": name,
                "options": options,
                **_NETWORK,
            },
            min_size=1,
            max_size=size,
            timeout=5,
            # The pool doubles its pauses between attempts; giving up early begins them anew, so
            # a server that was away for an hour is noticed within seconds of its return.
            reconnect_timeout=3,
            configure=self._stand_back if background else None,
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

    def set_up(self, statements: str, lock: int) -> None:
        """Make what is missing; safe from many processes, of which one at a time holds `lock`."""
        with self.transaction() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock,))
            connection.execute(statements.encode())

    def persist(self, work: Callable[[Connection, int], T]) -> T:
        """Return what `work` returns; it is done again on a fresh connection when one was cut.

        `work` is told how often it was begun before, for a cut connection does not say whether
        the server had finished. Raises the library's OperationalError when the server stays away,
        and at once when it answers that it cannot.
        """
        for attempt in range(ATTEMPTS):
            try:
                with self.connection() as connection:
                    return work(connection, attempt)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if attempt == ATTEMPTS - 1 or not _was_cut(error):
                    raise OperationalError(str(error)) from error
                self.discard_broken_connections()
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def fetch(
        self, query: Composed, arguments: Any, *, prepare: bool = True
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a query; OperationalError as `persist` raises it.

        Without `prepare` the server plans it for just these arguments.
        """

        def rows(connection: Connection, _: int) -> list[tuple[Any, ...]]:
            cursor = connection.cursor(binary=True)
            return cursor.execute(query, arguments, prepare=prepare).fetchall()

        return self.persist(rows)

    def discard_broken_connections(self) -> None:
        """Replace connections that a restart of the server has cut."""
        self._pool.check()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _stand_back(self, connection: Connection) -> None:
        process = connection.info.backend_pid
        # A server in another container counts its processes on its own.
        title = Path(f"/proc/{process}/cmdline")
        if self.background and title.exists() and title.read_bytes().startswith(b"postgres:"):
            stand_back(self.background, process)


def is_away(error: BaseException) -> bool:
    """Tell whether the server is away or too busy, so that the same may work another time.

    Other errors lie in what was asked: psycopg counts a value too large for an index among the
    operational errors, and it will be too large for ever.
    """
    if isinstance(error, psycopg.Error) and error.sqlstate is not None:
        return error.sqlstate.startswith(_TRANSIENT)
    return isinstance(error, AWAY)


def _was_cut(error: psycopg.Error) -> bool:
    """Tell a lost connection, also one the server ended (57P), from a refusal by the server."""
    if isinstance(error, (PoolTimeout, PoolClosed)):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))

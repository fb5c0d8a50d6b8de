"""Event logs and what to put into them, for tests of the store itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL, Identifier

from domain import commands
from domain.access import Principal
from domain.application import CustomerCare
from domain.card import Card
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.eventstore.migrate import EVENT_LOG_SCHEMA
from domain.eventstore.recorder import CareRecorder
from domain.provenance import Provenance

MASTER_KEYS = MasterKeys(wrapping={1: b"w" * 32}, current=1, signing=b"s" * 32, blinding=b"b" * 32)
NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


@contextmanager
def a_database(address: str, *, size: int = 10) -> Iterator[Database]:
    """Lend a pool of connections to `address`."""
    database = Database(address, size=size)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def a_log(address: str, *, schema: str = EVENT_LOG_SCHEMA, size: int = 10) -> Iterator[EventLog]:
    """Lend the event log at `address` as a process of its own would have it."""
    with a_database(address, size=size) as database:
        yield EventLog(database, MASTER_KEYS, schema=schema)


@contextmanager
def a_recorder(address: str, *, schema: str = EVENT_LOG_SCHEMA) -> Iterator[CareRecorder]:
    """Lend a recorder with a pool of its own."""
    with a_database(address) as database:
        yield CareRecorder(database, schema)


def some_events(
    count: int = 1, *, stream_id: UUID | None = None, first: int = 1, state: bytes = b"state"
) -> list[StoredEvent]:
    """Return `count` events in a row of one stream."""
    stream_id = stream_id or uuid4()
    return [StoredEvent(stream_id, first + n, "test.topic", state) for n in range(count)]


def positions_of(recorder: CareRecorder, events: Sequence[StoredEvent]) -> list[int]:
    """Return where `events` really stand in the log."""
    found = {
        (n.originator_id, n.originator_version): n.id
        for n in recorder.select_notifications(None, 1_000_000)
    }
    return [found[(e.originator_id, e.originator_version)] for e in events]


def hold_the_log(connection: psycopg.Connection[Any], schema: str = EVENT_LOG_SCHEMA) -> None:
    """Begin a save on `connection` without an end, so that all others of the log wait."""
    nothing = SQL(", ").join([SQL("'{}'")] * 14)
    connection.execute(SQL("SELECT {}.append_events({})").format(Identifier(schema), nothing))


def signed(why: str = "", *, at: datetime = NOON) -> Provenance:
    """Return the signature of one of our own processes."""
    return Provenance(
        principal=Principal.system("test"), at=at, through="test", correlation=uuid4(), why=why
    )


def register(name: str = "王小明", **card: object) -> commands.RegisterCustomer:
    """Return the command that opens a file; `card` are further fields of the card."""
    return commands.RegisterCustomer(card=Card(name=name, **card))  # type: ignore[arg-type]


@contextmanager
def a_care(address: str) -> Iterator[CustomerCare]:
    """Lend the application over the event log at `address`, with its policies installed."""
    with a_log(address) as log:
        care = CustomerCare(log)
        care.install(signed())
        yield care


def spoil(address: str, position: int) -> None:
    """Change one byte of the event at `position`, past the service; the second time, back."""
    with psycopg.connect(address) as connection:
        connection.execute(
            "UPDATE eventlog.event SET state = set_byte(state, 40, get_byte(state, 40) # 1)"
            " WHERE position = %s",
            (position,),
        )

"""Read models for tests of the engine: they count every event and show whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, ClassVar
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.access import Role, Scope
from domain.aggregate import CareAggregate
from domain.eventstore.database import Connection, Database
from domain.ids import new_id
from domain.provenance import signing
from domain.representative import Representative
from projections.read_model import ReadModel, Recorded
from tests.support.care import Company


class Tally(ReadModel):
    """One row per event in the order they were applied; nothing hinders a row from being double."""

    name = "tally"
    version = 1
    events = (CareAggregate.Event,)
    tables = """
        CREATE TABLE {schema}.entry (
            seen bigserial,
            position bigint NOT NULL,
            originator_id uuid NOT NULL,
            originator_version bigint NOT NULL
        )
    """
    indexes = "CREATE INDEX IF NOT EXISTS entry_position ON {schema}.entry (position)"

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        statement = SQL(
            "INSERT INTO {}.entry (position, originator_id, originator_version)"
            " SELECT * FROM unnest(%b::bigint[], %b::uuid[], %b::bigint[])"
        ).format(Identifier(self.schema))
        columns: list[list[Any]] = [
            [position for position, _ in batch],
            [event.originator_id for _, event in batch],
            [event.originator_version for _, event in batch],
        ]
        connection.execute(statement, columns, prepare=True)


class Fragile(Tally):
    """Cannot take an event whose reason is among `poison`."""

    name = "fragile"
    personal = frozenset({"why"})
    poison: ClassVar[set[str]] = set()

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        super().apply(connection, batch)
        for _, event in batch:
            if event.why in self.poison:
                raise ValueError(event.why)


def entries(database: Database, schema: str = "tally") -> list[tuple[int, UUID, int]]:
    """Return position, stream and version of every row, in the order of writing."""
    query = SQL("SELECT position, originator_id, originator_version FROM {}.entry ORDER BY seen")
    return database.fetch(query.format(Identifier(schema)), ())


def positions_in(database: Database, schema: str = "tally") -> list[int]:
    """Return the positions of the rows in the order of writing."""
    return [position for position, _, _ in entries(database, schema)]


def moves(company: Company, rep_id: UUID, why: str = "") -> int:
    """Write one more event of a representative; return its position."""
    representative: Representative = company.log.get(rep_id)
    team = f"team {representative.version}"
    with signing(company.signature(why=why)):
        representative.grant_scope(
            representative.role, representative.scope, team, representative.manager_id
        )
    return company.log.append(representative.collect_events())[-1]


def crowd(company: Company, count: int) -> int:
    """Write `count` events of as many streams at once; return the position of the last."""
    with signing(company.signature()):
        events = [
            event
            for number in range(count)
            for event in Representative.join(
                login=f"rep{number}",
                name=f"Rep {number}",
                email="",
                role=Role.REP,
                scope=Scope.OWN,
                team="",
                manager_id=None,
                claim_id=new_id(),
                joined_on=company.now.date(),
            ).collect_events()
        ]
    for start in range(0, count, 500):
        company.log.append(events[start : start + 500])
    return company.log.head


@contextmanager
def writers(company: Company, *rep_ids: UUID) -> Iterator[None]:
    """Have a thread for each representative write his events as fast as it can."""
    stop = Event()

    def write(rep_id: UUID) -> None:
        while not stop.is_set():
            moves(company, rep_id)

    threads = [Thread(target=write, args=(rep_id,)) for rep_id in rep_ids]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()

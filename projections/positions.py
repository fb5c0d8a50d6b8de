"""Where each read model stands: its version, its position, and the streams it had to park."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from uuid import UUID

from domain.eventstore.database import Connection, Database

CHANNEL = "projection"
"""PostgreSQL wakes listeners here whenever a read model has moved."""

_SETUP_LOCK = 0x6B657A69


class PositionMovedError(Exception):
    """Another projector moved a read model meanwhile; nothing was written, read positions anew."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a read model has come."""

    version: int
    position: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ParkedStream:
    """A stream that a read model could not apply, waiting from `since_position` on."""

    read_model: str
    originator_id: UUID
    since_position: int
    error: str
    parked_at: datetime


def prepare(database: Database) -> None:
    """Create the tables of this module where they are missing; safe from many processes."""
    text = (files("projections") / "migrations.sql").read_text("utf-8")
    with database.transaction() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SETUP_LOCK,))
        connection.execute(text.encode())


def standings(connection: Connection) -> dict[str, Standing]:
    """Return where every live read model stands, by name."""
    rows = connection.execute(
        "SELECT name, version, position, updated_at FROM projection.read_model"
    )
    return {row[0]: Standing(*row[1:]) for row in rows}


def begin(connection: Connection, name: str, version: int) -> None:
    """Let a read model stand before the first event, with nothing parked."""
    connection.execute("DELETE FROM projection.parked WHERE read_model = %s", (name,))
    connection.execute(
        "INSERT INTO projection.read_model (name, version, position) VALUES (%s, %s, 0)"
        " ON CONFLICT (name) DO UPDATE SET version = excluded.version,"
        " position = 0, updated_at = now()",
        (name, version),
    )


def move(
    connection: Connection, moves: Mapping[str, tuple[int, int]], version: Mapping[str, int]
) -> None:
    """Move read models from one position to the next, by name.

    Raises PositionMovedError unless each still stands where it was, at the same version; so of
    two projectors that believe they lead, one writes nothing.
    """
    names = list(moves)
    cursor = connection.execute(
        "UPDATE projection.read_model AS t SET position = u.later, updated_at = now()"
        " FROM unnest(%s::text[], %s::integer[], %s::bigint[], %s::bigint[])"
        " AS u (name, version, earlier, later)"
        " WHERE t.name = u.name AND t.version = u.version AND t.position = u.earlier",
        (names, [version[n] for n in names], [moves[n][0] for n in names],
         [moves[n][1] for n in names]),
        prepare=True,
    )  # fmt: skip
    if cursor.rowcount != len(names):
        raise PositionMovedError


def park(connection: Connection, name: str, originator_id: UUID, position: int, error: str) -> None:
    """Have a stream wait in a read model from `position` on."""
    connection.execute(
        "INSERT INTO projection.parked (read_model, originator_id, since_position, error)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (name, originator_id, position, error),
    )


def replace_by(connection: Connection, name: str, successor: str) -> None:
    """Let `name` stand where `successor` stands, with what that one had to park."""
    connection.execute("DELETE FROM projection.parked WHERE read_model = %s", (name,))
    connection.execute("DELETE FROM projection.read_model WHERE name = %s", (name,))
    connection.execute(
        "UPDATE projection.parked SET read_model = %s WHERE read_model = %s", (name, successor)
    )
    connection.execute(
        "UPDATE projection.read_model SET name = %s, updated_at = now() WHERE name = %s",
        (name, successor),
    )


def parked(connection: Connection, names: Collection[str] = ()) -> list[ParkedStream]:
    """Return what is parked, in all read models or in those of `names`."""
    rows = connection.execute(
        "SELECT read_model, originator_id, since_position, error, parked_at FROM projection.parked"
        " WHERE cardinality(%s::text[]) = 0 OR read_model = ANY(%s) ORDER BY parked_at",
        (list(names), list(names)),
    )
    return [ParkedStream(*row) for row in rows]

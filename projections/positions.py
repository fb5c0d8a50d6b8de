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
    database.set_up((files("projections") / "migrations.sql").read_text("utf-8"), _SETUP_LOCK)


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


def lock(connection: Connection, names: Collection[str]) -> dict[str, Standing]:
    """Return where read models stand, which nobody can move before the transaction ends.

    Always in the order of their names, so that nobody waits for one who waits for him.
    """
    rows = connection.execute(
        "SELECT name, version, position, updated_at FROM projection.read_model"
        " WHERE name = ANY(%s) ORDER BY name FOR UPDATE",
        (list(names),),
        prepare=True,
    )
    return {row[0]: Standing(*row[1:]) for row in rows}


def move(
    connection: Connection, moves: Mapping[str, tuple[int, int]], versions: Mapping[str, int]
) -> bool:
    """Move read models from one position to the next, by name; return whether streams wait there.

    Whoever waits for them to move is woken when the transaction is committed. Raises
    PositionMovedError unless each still stands where it was, at the same version; so of two
    projectors that believe they lead, one writes nothing.
    """
    found = lock(connection, moves)
    for name, (earlier, _) in moves.items():
        standing = found.get(name)
        if standing is None or (standing.version, standing.position) != (versions[name], earlier):
            raise PositionMovedError(name)
    arguments = {
        "names": list(moves),
        "later": [later for _, later in moves.values()],
        "channel": CHANNEL,
    }
    row = connection.execute(
        "WITH moved AS ("
        " UPDATE projection.read_model AS t SET position = u.later, updated_at = now()"
        " FROM unnest(%(names)s::text[], %(later)s::bigint[]) AS u (name, later)"
        " WHERE t.name = u.name)"
        " SELECT EXISTS (SELECT FROM projection.parked WHERE read_model = ANY(%(names)s)),"
        " pg_notify(%(channel)s, '')",
        arguments,
        prepare=True,
    ).fetchone()
    return row is not None and bool(row[0])


def notify(connection: Connection) -> None:
    """Wake whoever waits for read models to move, once the transaction is committed."""
    connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))


def end(connection: Connection, name: str) -> None:
    """Forget a read model that is no more, with what it had to park."""
    connection.execute("DELETE FROM projection.parked WHERE read_model = %s", (name,))
    connection.execute("DELETE FROM projection.read_model WHERE name = %s", (name,))


def touch(connection: Connection, names: Collection[str]) -> None:
    """Note that read models are in use."""
    connection.execute(
        "UPDATE projection.read_model SET updated_at = now() WHERE name = ANY(%s)", (list(names),)
    )


def park(connection: Connection, name: str, position: int, originator_id: UUID, error: str) -> None:
    """Have a stream wait in a read model from `position` on; one that waits already goes on so."""
    connection.execute(
        "INSERT INTO projection.parked (read_model, originator_id, since_position, error)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (name, originator_id, position, error),
    )


def waiting(connection: Connection, names: Collection[str]) -> dict[str, dict[UUID, int]]:
    """Return from which position on each parked stream waits, by read model and stream."""
    found: dict[str, dict[UUID, int]] = {}
    for name, originator_id, position in connection.execute(
        "SELECT read_model, originator_id, since_position FROM projection.parked"
        " WHERE read_model = ANY(%s)",
        (list(names),),
        prepare=True,
    ):
        found.setdefault(name, {})[originator_id] = position
    return found


def release(connection: Connection, name: str, originator_id: UUID) -> None:
    """Have a stream wait no longer."""
    connection.execute(
        "DELETE FROM projection.parked WHERE read_model = %s AND originator_id = %s",
        (name, originator_id),
    )


def replace_by(connection: Connection, name: str, successor: str) -> None:
    """Let `name` stand where `successor` stands, with what that one had to park."""
    end(connection, name)
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

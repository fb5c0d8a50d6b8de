"""The ways to change a log behind its back, each done in SQL by somebody who may do anything.

The numbers are those of the table in docs/audit.md. Victims are drawn at random among the events
that are signed already.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from random import Random
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Tampering:
    """One way to change the log, and what is said of it: any of `found` and nothing else."""

    name: str
    change: Callable[[Connection, Random], None]
    found: frozenset[str]

    def __str__(self) -> str:
        return self.name


def state_edited(connection: Connection, random: Random) -> None:
    _flip_a_byte(connection, _a_position(connection, random), random)


def state_and_hash_edited(connection: Connection, random: Random) -> None:
    position = _a_position(connection, random)
    _flip_a_byte(connection, position, random)
    connection.execute(
        "UPDATE leaf SET state_hash = sha256(state) FROM event"
        " WHERE event.position = leaf.position AND leaf.position = %s",
        (position,),
    )


def state_and_leaf_edited(connection: Connection, random: Random) -> None:
    position = _a_position(connection, random)
    _flip_a_byte(connection, position, random)
    connection.execute(
        "UPDATE leaf SET state_hash = sha256(e.state), hash = leaf_hash(e.originator_id,"
        " e.originator_version, e.topic, sha256(e.state), (SELECT l.hash FROM leaf l WHERE"
        " l.originator_id = e.originator_id AND l.originator_version = e.originator_version - 1))"
        " FROM event e WHERE e.position = leaf.position AND leaf.position = %s",
        (position,),
    )


def topic_edited(connection: Connection, random: Random) -> None:
    position = _a_position(connection, random)
    connection.execute("UPDATE event SET topic = 'customer.x' WHERE position = %s", (position,))


def event_deleted(connection: Connection, random: Random) -> None:
    position = _a_position(connection, random)
    connection.execute("DELETE FROM event WHERE position = %s", (position,))


def event_and_leaf_deleted(connection: Connection, random: Random) -> None:
    # Not the last one signed: that would be a truncation.
    delete_rows(connection, f"position = {_a_position(connection, random, spare=1)}")


def stream_deleted_and_all_recomputed(connection: Connection, random: Random) -> None:
    position = _a_position(connection, random)
    connection.execute(
        "DELETE FROM event WHERE originator_id ="
        " (SELECT originator_id FROM event WHERE position = %s)",
        (position,),
    )
    _number_anew(connection)
    recompute_leaves(connection)


def history_rewritten_and_all_recomputed(connection: Connection, random: Random) -> None:
    _flip_a_byte(connection, _a_position(connection, random), random)
    recompute_leaves(connection)


def tail_cut_off(connection: Connection, random: Random) -> None:
    delete_rows(connection, f"position >= {_a_position(connection, random)}")


def inserted_past_the_function(connection: Connection, random: Random) -> None:
    connection.execute(
        "INSERT INTO event SELECT gen_random_uuid(), 1, 'customer.created', %s,"
        " max(position) + 1 FROM event",
        (random.randbytes(60),),
    )


def two_of_a_stream_swapped(connection: Connection, random: Random) -> None:
    row = connection.execute(
        "SELECT originator_id FROM event GROUP BY originator_id HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    assert row is not None
    versions = connection.execute(
        "SELECT position FROM event WHERE originator_id = %s ORDER BY position", row
    ).fetchall()
    first = random.randrange(len(versions) - 1)
    _swap(connection, versions[first][0], versions[first + 1][0])


def two_of_different_streams_swapped(connection: Connection, random: Random) -> None:
    pairs = connection.execute(
        "SELECT a.position, b.position FROM event a JOIN event b ON b.position = a.position + 1"
        " AND b.originator_id <> a.originator_id ORDER BY a.position"
    ).fetchall()
    _swap(connection, *random.choice(pairs))


TAMPERINGS = (
    Tampering("1 state edited", state_edited, frozenset({"event-changed"})),
    Tampering("1 topic edited", topic_edited, frozenset({"event-moved"})),
    Tampering(
        "2 state and its hash in the leaf edited",
        state_and_hash_edited,
        frozenset({"leaf-changed"}),
    ),
    Tampering(
        "2 state and its whole leaf edited",
        state_and_leaf_edited,
        frozenset({"leaf-changed", "root-differs"}),
    ),
    Tampering("3 event deleted", event_deleted, frozenset({"event-missing"})),
    Tampering(
        "4 event and leaf deleted",
        event_and_leaf_deleted,
        frozenset({"gap", "chain-broken", "root-differs"}),
    ),
    Tampering(
        "5 a customer deleted, all renumbered and recomputed",
        stream_deleted_and_all_recomputed,
        frozenset({"root-differs", "truncated"}),
    ),
    Tampering(
        "6 history rewritten, every hash recomputed",
        history_rewritten_and_all_recomputed,
        frozenset({"root-differs"}),
    ),
    Tampering("8 tail cut off", tail_cut_off, frozenset({"truncated"})),
    Tampering(
        "10 inserted past the function", inserted_past_the_function, frozenset({"leaf-missing"})
    ),
    Tampering(
        "11 two events of a stream swapped",
        two_of_a_stream_swapped,
        frozenset({"chain-broken", "leaf-changed", "root-differs"}),
    ),
    Tampering(
        "11 two events of different streams swapped",
        two_of_different_streams_swapped,
        frozenset({"root-differs"}),
    ),
)
"""The rows of the table that the log itself shows, under the name the test gives them."""


def recompute_leaves(connection: Connection) -> None:
    """Make every leaf anew, as the migration makes those of events that were there before."""
    text = (files("domain.eventstore") / "migrations" / "0002_leaves.sql").read_text("utf-8")
    block = re.search(r"^DO .*?^\$function\$;", text, re.DOTALL | re.MULTILINE)
    assert block is not None
    connection.execute("DELETE FROM leaf")
    connection.execute(block[0].replace("{schema}", "eventlog").encode())


def delete_rows(connection: Connection, condition: str) -> None:
    """Delete events and their leaves."""
    for table in ("event", "leaf"):
        statement = SQL("DELETE FROM {} WHERE {}")
        connection.execute(statement.format(Identifier(table), SQL(condition)))  # type: ignore[arg-type]


def _a_position(connection: Connection, random: Random, spare: int = 0) -> int:
    row = connection.execute("SELECT max(size) FROM checkpoint").fetchone()
    assert row is not None
    return random.randint(1, row[0] - spare)


def _flip_a_byte(connection: Connection, position: int, random: Random) -> None:
    connection.execute(
        "UPDATE event SET state = set_byte(state, at, get_byte(state, at) # %(bit)s)"
        " FROM (SELECT %(byte)s::integer AS at) AS byte WHERE position = %(position)s",
        {"byte": random.randrange(60), "bit": 1 << random.randrange(8), "position": position},
    )


def _number_anew(connection: Connection) -> None:
    connection.execute(
        "UPDATE event SET position = -n FROM (SELECT position AS old, row_number() OVER"
        " (ORDER BY position) AS n FROM event) AS numbered WHERE position = old"
    )
    connection.execute("UPDATE event SET position = -position")


def _swap(connection: Connection, one: int, other: int) -> None:
    """Let two events and their leaves change places."""
    for table in ("event", "leaf"):
        for before, after in ((one, -1), (other, one), (-1, other)):
            statement = SQL("UPDATE {} SET position = %s WHERE position = %s")
            connection.execute(statement.format(Identifier(table)), (after, before))

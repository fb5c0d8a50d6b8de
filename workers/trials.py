"""Trials (推演): policies that somebody tries on the past, being reckoned or reckoned.

A row is a question about the log as it was at a position, so whoever asks the same, of whichever
process, waits for the same row and sees the same progress. What nobody asks for any more is given
up. Nothing in it is about a customer; an erasure empties it all the same (D12).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from domain.eventstore.database import Connection, Database
from domain.ids import named_id
from domain.plain import from_plain, to_plain
from domain.policies.book import PolicyKind
from projections.past import TooManyBuildsError
from projections.what_if import REPLAYED, Comparison
from workers.work_table import WorkTable

AT_ONCE = 8
"""How many trials wait to be reckoned."""

PATIENCE = timedelta(minutes=3)
"""Whoever has not asked for so long has gone; who waits asks every few seconds, a tab that nobody
looks at once a minute."""

KEPT = timedelta(hours=1)
"""How long an answer is kept for whoever asks before anything else is recorded."""

_COUNT_OPEN: LiteralString = "SELECT count(*) FROM work.trial WHERE ended_at IS NULL"
_ADD: LiteralString = (
    "INSERT INTO work.trial (key, kind, content, versions, rep_id, until, due_at, wanted_at)"
    " VALUES (%(key)s, %(kind)s, %(content)s, %(versions)s, %(rep_id)s, %(head)s, %(now)s, %(now)s)"
    # Somebody else has begun the same in this very moment.
    " ON CONFLICT (key) DO UPDATE SET wanted_at = excluded.wanted_at"
)

KINDS = tuple(sorted(kind.value for kind in REPLAYED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A policy tried on the first `until` events; `position` of them are in it so far.

    `result` is there once it is reckoned; `has_failed` when that went wrong too often. `asked_at`
    is when somebody asked first.
    """

    key: UUID
    kind: PolicyKind
    content: Mapping[str, Any]
    until: int
    asked_at: datetime
    position: int
    result: Comparison | None
    has_failed: bool


class Trials(WorkTable):
    """Keeps trials; every method takes the time from its caller. Safe to share."""

    def ask(
        self,
        kind: PolicyKind,
        content: Mapping[str, Any],
        *,
        versions: Mapping[PolicyKind, int],
        rep_id: UUID,
        head: int,
        now: datetime,
    ) -> Trial:
        """Return the trial of a policy that was found to make sense; who asks again, waits for it.

        One that was begun, or has just ended, counts although the log has grown to `head` since,
        unless the policies in force have changed, whose `versions` these are. TooManyBuildsError
        when others have to be reckoned before.
        """
        asked = {
            "kind": kind.value,
            "content": Jsonb(dict(content)),
            "versions": Jsonb(to_plain(versions)),
            "head": head,
            "now": now,
        }
        with self._database.transaction() as connection:
            _tidy(connection, now)
            key = _first(
                connection,
                "UPDATE work.trial SET wanted_at = %(now)s WHERE key = (SELECT key FROM work.trial"
                " WHERE kind = %(kind)s AND content = %(content)s AND versions = %(versions)s"
                " AND (ended_at IS NULL OR ended_at > %(since)s OR until = %(head)s)"
                " ORDER BY until DESC LIMIT 1)"
                " RETURNING key",
                {**asked, "since": now - PATIENCE},
            )
            if key is None:
                key = named_id("trial", kind, _exactly(content), head)
                if _first(connection, _COUNT_OPEN, {}) >= AT_ONCE:
                    raise TooManyBuildsError
                connection.execute(_ADD, {**asked, "key": key, "rep_id": rep_id})
            found = _read(connection, key)
        assert found is not None  # noqa: S101 - this transaction holds the row
        return found

    def get(self, key: UUID) -> Trial | None:
        """Return a trial, None when there is none of that key."""
        with self._database.connection() as connection:
            return _read(connection, key)

    def advance(self, trial: Trial, position: int, now: datetime) -> bool:
        """Note how far it is; False when nobody waits for it any more."""
        return self._change(
            "UPDATE work.trial SET position = %(position)s WHERE key = %(key)s"
            " AND due_at = %(asked_at)s AND ended_at IS NULL AND wanted_at > %(since)s",
            key=trial.key,
            asked_at=trial.asked_at,
            position=position,
            since=now - PATIENCE,
        )

    def finish(self, trial: Trial, result: Comparison, now: datetime) -> None:
        """Keep what would be different, for whoever still waits for it."""
        self._change(
            "UPDATE work.trial SET position = until, result = %(result)s, ended_at = %(now)s"
            " WHERE key = %(key)s AND due_at = %(asked_at)s AND ended_at IS NULL",
            key=trial.key,
            asked_at=trial.asked_at,
            result=Jsonb(to_plain(result)),
            now=now,
        )

    def forget(self) -> None:
        """Drop all of them: somebody has to be forgotten, and who knows what was typed."""
        self._change("DELETE FROM work.trial")

    def rewrite(self) -> None:
        """Write the table anew, so that nothing of what was dropped lies in its file."""
        with self._database.connection() as connection:
            connection.execute("VACUUM (FULL, ANALYZE) work.trial")

    def tidy(self, now: datetime) -> None:
        """Drop what nobody waits for any more."""
        with self._database.connection() as connection:
            _tidy(connection, now)


def drop_set_aside(database: Database, keys: Collection[UUID]) -> list[UUID]:
    """Delete those of `keys` that were set aside; return which."""
    query = SQL(
        "DELETE FROM work.trial t USING work.try c WHERE t.key = ANY(%(keys)s) AND c.key = t.key"
        " AND c.due_at = t.due_at AND c.state = 'quarantined' RETURNING t.key"
    ).format()
    return [row[0] for row in database.fetch(query, {"keys": list(keys)})]


def _tidy(connection: Connection, now: datetime) -> None:
    connection.execute(
        "DELETE FROM work.trial WHERE ended_at <= %(kept)s"
        " OR (ended_at IS NULL AND wanted_at <= %(since)s)",
        {"kept": now - KEPT, "since": now - PATIENCE},
    )


def _read(connection: Connection, key: UUID) -> Trial | None:
    row = connection.execute(
        "SELECT t.kind, t.content, t.until, t.due_at, t.position, t.result,"
        " coalesce(c.state = 'quarantined', false) FROM work.trial t LEFT JOIN work.try c"
        " ON c.key = t.key AND c.due_at = t.due_at WHERE t.key = %s",
        (key,),
    ).fetchone()
    if row is None:
        return None
    kind, content, until, asked_at, position, result, has_failed = row
    return Trial(
        key=key,
        kind=PolicyKind(kind),
        content=content,
        until=until,
        asked_at=asked_at,
        position=position,
        result=None if result is None else from_plain(Comparison, result),
        has_failed=has_failed,
    )


def _first(connection: Connection, query: LiteralString, arguments: Mapping[str, Any]) -> Any:
    row = connection.execute(query, arguments).fetchone()
    return None if row is None else row[0]


def _exactly(content: Mapping[str, Any]) -> str:
    return msgspec.json.encode(content, order="deterministic").decode()

"""Who is signed in with a browser, and how each person likes the pages; kept in PostgreSQL.

A session stands for a token that somebody signed in with: a token that is revoked, has expired or
whose holder has left ends it as well. The browser holds 256 random bits, we hold their SHA-256.
Nothing of this is history, so it is not in the log.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from domain.eventstore.database import Database

LASTS = timedelta(hours=12)
"""A working day; then one signs in anew."""

IDLE = timedelta(hours=3)
"""Who has done nothing for so long is signed out: longer than a lunch or a visit."""

CODE_WITHIN = timedelta(minutes=10)
"""How long the second factor is waited for once the token was right."""

NOTED_EVERY = timedelta(minutes=1)
"""How exactly we know when a session was last used, which saves a write per request."""

THEMES = ("auto", "light", "dark")

_SETUP_LOCK = 0x6B657A73  # "kezs"
_SETUP = """
    CREATE SCHEMA IF NOT EXISTS web;
    CREATE TABLE IF NOT EXISTS web.session (
        sha256 bytea PRIMARY KEY,
        token_sha256 text NOT NULL,
        rep_id uuid NOT NULL,
        begun_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL
    );
    ALTER TABLE web.session ADD COLUMN IF NOT EXISTS awaits_code boolean NOT NULL DEFAULT false;
    ALTER TABLE web.session ADD COLUMN IF NOT EXISTS factor_id uuid;
    CREATE INDEX IF NOT EXISTS session_rep ON web.session (rep_id);
    CREATE TABLE IF NOT EXISTS web.preference (
        rep_id uuid PRIMARY KEY,
        language text NOT NULL,
        theme text NOT NULL,
        zone text NOT NULL,
        has_keys boolean NOT NULL
    );
    ALTER TABLE web.preference
        ADD COLUMN IF NOT EXISTS roster_columns text[] NOT NULL DEFAULT '{}';
    ALTER TABLE web.preference
        ADD COLUMN IF NOT EXISTS own_keys jsonb NOT NULL DEFAULT '{}';
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How somebody likes the pages.

    Without a `language` the browser's is taken, without a `zone` instants are shown in the
    company's. `has_keys` tells whether single keys do something, `own_keys` which ones are others
    than usual, by action (WCAG 2.1.4). Without `roster_columns` the roster shows its usual ones.
    """

    language: str = ""
    theme: str = "auto"
    zone: str = ""
    has_keys: bool = True
    roster_columns: tuple[str, ...] = ()
    own_keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in; `forgery_token` is what his writes have to name.

    `factor_id` is the second factor of which he gave a code, None when he gave none.
    """

    rep_id: UUID
    token_sha256: str
    factor_id: UUID | None
    forgery_token: str
    preferences: Preferences


class Sessions:
    """Begins, finds and ends sessions; safe to share between threads and processes."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`, which nothing is asked of before the first use."""
        self._given = database

    def begin(
        self,
        rep_id: UUID,
        token_sha256: str,
        now: datetime,
        *,
        awaits_code: bool = False,
        factor_id: UUID | None = None,
    ) -> str:
        """Begin a session and return the secret that the browser keeps.

        One that `awaits_code` opens nothing yet but the question for the second factor; once a code
        of it was given, a session notes its `factor_id`.
        """
        secret = secrets.token_urlsafe(32)
        with self._database.connection() as connection:
            connection.execute(
                "DELETE FROM web.session WHERE begun_at < %s OR seen_at < %s",
                (now - LASTS, now - IDLE),
            )
            connection.execute(
                "INSERT INTO web.session"
                " (sha256, token_sha256, rep_id, begun_at, seen_at, awaits_code, factor_id)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (_digest(secret), token_sha256, rep_id, now, now, awaits_code, factor_id),
            )
        return secret

    def keep_only(self, rep_id: UUID, secret: str, factor_id: UUID) -> None:
        """Note that whoever keeps `secret` gave a code; end every other session of his."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE web.session SET factor_id = %s WHERE sha256 = %s AND rep_id = %s",
                (factor_id, _digest(secret), rep_id),
            )
            connection.execute(
                "DELETE FROM web.session WHERE rep_id = %s AND sha256 <> %s",
                (rep_id, _digest(secret)),
            )

    def find(self, secret: str, now: datetime, *, awaits_code: bool = False) -> Session | None:
        """Return the session of a browser, None when it has ended or never was.

        With `awaits_code` that of a sign-in whose second factor has yet to come, and only that.
        """
        rows = self._database.fetch(
            SQL(
                "SELECT s.rep_id, s.token_sha256, s.factor_id, s.seen_at, p.language, p.theme,"
                " p.zone, p.has_keys, p.roster_columns, p.own_keys"
                " FROM web.session s LEFT JOIN web.preference p USING (rep_id)"
                " WHERE s.sha256 = %(sha256)s AND s.begun_at > %(begun)s AND s.seen_at > %(seen)s"
                " AND s.awaits_code = %(awaits_code)s"
            ).format(),
            {
                "sha256": _digest(secret),
                "begun": now - (CODE_WITHIN if awaits_code else LASTS),
                "seen": now - IDLE,
                "awaits_code": awaits_code,
            },
        )
        if not rows:
            return None
        rep_id, token_sha256, factor_id, seen_at, *preferred = rows[0]
        if now - seen_at > NOTED_EVERY:
            self._note(secret, now)
        return Session(
            rep_id=rep_id,
            token_sha256=token_sha256,
            factor_id=factor_id,
            forgery_token=_forgery_token(secret),
            preferences=_preferences(preferred),
        )

    def end(self, secret: str) -> None:
        """End a session, if there is one."""
        with self._database.connection() as connection:
            connection.execute("DELETE FROM web.session WHERE sha256 = %s", (_digest(secret),))

    def preferences(self, rep_id: UUID) -> Preferences:
        """Return how somebody likes the pages."""
        rows = self._database.fetch(
            SQL(
                "SELECT language, theme, zone, has_keys, roster_columns, own_keys"
                " FROM web.preference WHERE rep_id = %(rep_id)s"
            ).format(),
            {"rep_id": rep_id},
        )
        return _preferences(rows[0] if rows else [None])

    def prefer(self, rep_id: UUID, preferences: Preferences) -> None:
        """Keep how somebody likes the pages, on every device of his."""
        with self._database.connection() as connection:
            connection.execute(
                "INSERT INTO web.preference (rep_id, language, theme, zone, has_keys,"
                " roster_columns, own_keys) VALUES (%s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (rep_id) DO UPDATE SET language = excluded.language,"
                " theme = excluded.theme, zone = excluded.zone, has_keys = excluded.has_keys,"
                " roster_columns = excluded.roster_columns, own_keys = excluded.own_keys",
                (
                    rep_id,
                    preferences.language,
                    preferences.theme,
                    preferences.zone,
                    preferences.has_keys,
                    list(preferences.roster_columns),
                    Jsonb(dict(preferences.own_keys)),
                ),
            )

    @cached_property
    def _database(self) -> Database:
        self._given.set_up(_SETUP, _SETUP_LOCK)
        return self._given

    def _note(self, secret: str, now: datetime) -> None:
        with self._database.connection() as connection:
            connection.execute(
                "UPDATE web.session SET seen_at = %s WHERE sha256 = %s", (now, _digest(secret))
            )


def _preferences(row: Sequence[Any]) -> Preferences:
    """Return the preferences of a row, the usual ones when nobody has chosen any."""
    if row[0] is None:
        return Preferences()
    language, theme, zone, has_keys, columns, keys = row
    return Preferences(
        language=language,
        theme=theme,
        zone=zone,
        has_keys=has_keys,
        roster_columns=tuple(columns),
        own_keys=keys,
    )


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _forgery_token(secret: str) -> str:
    return hashlib.blake2b(secret.encode(), digest_size=24, person=b"kezhi-forgery").hexdigest()

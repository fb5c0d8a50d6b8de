"""The second factor (两步验证): codes of an app on one's phone, after the token (RFC 6238).

Whether somebody has one is history and stands in the log. What a code is checked against does not:
the secret lies in PostgreSQL, encrypted under a key of the deployment, beside the last code that
was accepted and keyed hashes of the recovery codes that are left. A backup carries it as it is. A
lost table opens no door: whoever has a second factor by the log is then let in by nothing but its
removal.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import quote
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Database
from domain.eventstore.keys import DataKey
from domain.ids import new_id

DIGITS = 6
STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How many steps a phone's clock may be off."""

SECRET_BYTES = 20
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
ENROLMENT_LASTS = timedelta(hours=1)
"""Until when the first code has to come; then one begins anew."""

TRIES_AN_HOUR = 10
"""How many codes of one person are looked at within an hour, right or wrong."""

_SETUP_LOCK = 0x6B657A66  # "kezf"
_SETUP = """
    CREATE SCHEMA IF NOT EXISTS web;
    CREATE TABLE IF NOT EXISTS web.second_factor (
        factor_id uuid PRIMARY KEY,
        rep_id uuid NOT NULL,
        sealed bytea NOT NULL,
        begun_at timestamptz NOT NULL,
        last_step bigint NOT NULL DEFAULT 0,
        recovery bytea[] NOT NULL DEFAULT '{}'
    );
    CREATE INDEX IF NOT EXISTS second_factor_rep ON web.second_factor (rep_id);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A secret for somebody's app, which counts once a code made of it was given and recorded."""

    factor_id: UUID
    secret: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The secret as people type it: base32 (RFC 4648), without padding."""
        return base64.b32encode(self.secret).decode("ascii").rstrip("=")

    def address(self, login: str) -> str:
        """Return what apps read from a picture; `login` tells several accounts of one app apart."""
        label = quote(f"Kezhi:{login}", safe=":")
        shape = f"algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
        return f"otpauth://totp/{label}?secret={self.text}&issuer=Kezhi&{shape}"


class _Kept(msgspec.Struct):
    """A row of the table."""

    factor_id: UUID
    rep_id: UUID
    sealed: bytes
    begun_at: datetime
    last_step: int
    recovery: list[bytes]


_COLUMNS = SQL(", ").join(map(Identifier, _Kept.__struct_fields__))


def code_at(secret: bytes, step: int) -> str:
    """Return the code of the `step`-th half minute since 1970."""
    app = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - what RFC 6238 and the apps use
    return app.generate(step * STEP_SECONDS).decode("ascii")


class SecondFactors:
    """Makes secrets and checks codes; safe to share between threads and processes."""

    def __init__(self, database: Database, deployment_secret: bytes) -> None:
        """Keep them in `database`, which nothing is asked of before the first use."""
        self._given = database
        self._key = DataKey(hmac.digest(deployment_secret, b"kezhi-second-factor", "sha256"))
        self._recovery = hmac.digest(deployment_secret, b"kezhi-recovery-code", "sha256")

    def begin(self, rep_id: UUID, now: datetime) -> Enrolment:
        """Make a secret for somebody without a second factor; what is unconfirmed for long goes."""
        fresh = Enrolment(factor_id=new_id(), secret=secrets.token_bytes(SECRET_BYTES))
        with self._database.connection() as connection:
            connection.execute(
                "DELETE FROM web.second_factor WHERE rep_id = %s AND begun_at < %s",
                (rep_id, now - ENROLMENT_LASTS),
            )
            connection.execute(
                "INSERT INTO web.second_factor (factor_id, rep_id, sealed, begun_at)"
                " VALUES (%s, %s, %s, %s)",
                (fresh.factor_id, rep_id, self._key.seal(fresh.secret, fresh.factor_id.bytes), now),
            )
        return fresh

    def begun(self, rep_id: UUID, factor_id: UUID, now: datetime) -> Enrolment | None:
        """Return what somebody began within the hour; None when that was not he, or not then."""
        rows = self._database.fetch(
            SQL(
                "SELECT sealed FROM web.second_factor WHERE factor_id = %(factor_id)s"
                " AND rep_id = %(rep_id)s AND begun_at > %(since)s"
            ).format(),
            {"factor_id": factor_id, "rep_id": rep_id, "since": now - ENROLMENT_LASTS},
        )
        if not rows:
            return None
        return Enrolment(factor_id=factor_id, secret=self._key.open(rows[0][0], factor_id.bytes))

    def accepts(self, factor_id: UUID, code: str, now: datetime) -> bool:
        """Tell whether `code` is right, of the app or for recovery; each is accepted once."""
        # An input method for Chinese may type digits as wide as characters.
        given = "".join(unicodedata.normalize("NFKC", code).split()).replace("-", "").upper()
        rows = self._database.fetch(
            SQL("SELECT sealed FROM web.second_factor WHERE factor_id = %(id)s").format(),
            {"id": factor_id},
        )
        if not rows:
            return False
        if len(given) != DIGITS:
            return self._uses_up(factor_id, given)
        secret = self._key.open(rows[0][0], factor_id.bytes)
        present = int(now.timestamp()) // STEP_SECONDS
        for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
            if hmac.compare_digest(code_at(secret, step).encode(), given.encode()):
                return self._goes_on_to(factor_id, step)
        return False

    def new_recovery_codes(self, factor_id: UUID) -> list[str]:
        """Return codes that each let in once without the phone."""
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        digests = [self._digest(factor_id, code.replace("-", "")) for code in codes]
        with self._database.connection() as connection:
            connection.execute(
                "UPDATE web.second_factor SET recovery = %s WHERE factor_id = %s",
                (digests, factor_id),
            )
        return codes

    def recovery_codes_left(self, factor_id: UUID) -> int:
        """Return how many recovery codes were not used yet."""
        rows = self._database.fetch(
            SQL(
                "SELECT cardinality(recovery) FROM web.second_factor WHERE factor_id = %(id)s"
            ).format(),
            {"id": factor_id},
        )
        return int(rows[0][0]) if rows else 0

    def kept(self) -> bytes:
        """Return all that is kept, sealed as it is, for a backup."""
        query = SQL("SELECT {} FROM web.second_factor ORDER BY factor_id").format(_COLUMNS)
        return msgspec.json.encode([_Kept(*row) for row in self._database.fetch(query, {})])

    def bring_back(self, kept: bytes) -> None:
        """Put what was `kept` in the place of what is there."""
        rows = msgspec.json.decode(kept, type=list[_Kept])
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM web.second_factor")
            for row in rows:
                connection.execute(
                    SQL("INSERT INTO web.second_factor ({}) VALUES (%s, %s, %s, %s, %s, %s)")
                    .format(_COLUMNS),
                    msgspec.structs.astuple(row),
                )  # fmt: skip

    @cached_property
    def _database(self) -> Database:
        self._given.set_up(_SETUP, _SETUP_LOCK)
        return self._given

    def _goes_on_to(self, factor_id: UUID, step: int) -> bool:
        """Accept the code of `step` unless it, or a later one, was accepted before."""
        with self._database.connection() as connection:
            changed = connection.execute(
                "UPDATE web.second_factor SET last_step = %(step)s"
                " WHERE factor_id = %(id)s AND last_step < %(step)s",
                {"step": step, "id": factor_id},
            )
        return changed.rowcount == 1

    def _uses_up(self, factor_id: UUID, code: str) -> bool:
        digest = self._digest(factor_id, code)
        with self._database.connection() as connection:
            changed = connection.execute(
                "UPDATE web.second_factor SET recovery = array_remove(recovery, %(digest)s)"
                " WHERE factor_id = %(id)s AND %(digest)s = ANY(recovery)",
                {"digest": digest, "id": factor_id},
            )
        return changed.rowcount == 1

    def _digest(self, factor_id: UUID, code: str) -> bytes:
        return hmac.digest(self._recovery, factor_id.bytes + code.encode(), "sha256")


def _recovery_code() -> str:
    """Return 80 random bits as `XXXX-XXXX-XXXX-XXXX`."""
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode("ascii")
    return "-".join(in_fours(text))


def in_fours(text: str) -> list[str]:
    """Return `text` in pieces that people can read and type."""
    return [text[at : at + 4] for at in range(0, len(text), 4)]

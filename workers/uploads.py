"""Uploads (上传): sheets that are waiting to be imported, are being imported, or were.

Encrypted, for they hold personal data of people who are nobody's customers yet. The content goes as
soon as the import ends, everything personal a day later, and at once when anybody is erased (D12):
nobody can tell whom a sheet is about.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Json

from domain.eventstore.database import Database
from domain.eventstore.keys import DataKey
from workers.work_table import WorkTable

KEPT = timedelta(hours=24)
"""How long a sheet waits for its owner, and an error file for whoever mends it."""

REMEMBERED = timedelta(days=90)
"""How long is told what became of an import."""


KINDS = ("customers", "purchases")
"""What a sheet may be about."""


class UploadState(StrEnum):
    """How an upload stands; what is being checked or imported, the workers are at."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    FORGOTTEN = "forgotten"


AT_WORK = (UploadState.CHECKING, UploadState.IMPORTING)
READY = (UploadState.UPLOADED, UploadState.CHECKED, UploadState.FAILED)
"""From where one can go on: the sheet is there and nobody is at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload without its content; `settings` and `findings` are the edge's own business."""

    key: UUID
    rep_id: UUID
    kind: str
    state: UploadState
    uploaded_at: datetime
    changed_at: datetime
    kept_until: datetime
    began_after: int
    rows: int
    progress: float
    counts: Mapping[str, int]
    has_errors: bool
    settings: Mapping[str, Any]
    findings: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How far the workers are with an upload; `errors` is the error file, once there is one."""

    rows: int = 0
    progress: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, Any] | None = None
    errors: bytes | None = None


# The conditions below are fixed texts; no value is ever put into a statement.
_IS_SET_ASIDE: LiteralString = (
    "EXISTS (SELECT FROM work.import c WHERE c.key = work.upload.key"
    " AND c.due_at = work.upload.due_at AND c.state = 'quarantined')"
)
_CANCELLED: LiteralString = (
    "UPDATE work.upload SET state = 'cancelled', due_at = %(now)s, content = NULL,"
    " errors = NULL, findings = NULL WHERE "
)
_CAN_GO_ON: LiteralString = (
    "key = %(key)s AND content IS NOT NULL AND (state IN ('uploaded', 'checked', 'failed')"
    " OR " + _IS_SET_ASIDE + ")"
)


class Uploads(WorkTable):
    """Keeps uploads; every method takes the time from its caller. Safe to share."""

    def __init__(self, database: Database, secret: bytes) -> None:
        """Keep them in `database`, under a key made of the deployment's `secret`."""
        super().__init__(database)
        self._key = DataKey(hmac.digest(secret, b"kezhi-uploads", "sha256"))

    def add(
        self,
        key: UUID,
        content: bytes,
        *,
        rep_id: UUID,
        kind: str,
        settings: Mapping[str, Any],
        findings: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """Keep a sheet under `key`, unless one is kept there already."""
        self._change(
            "INSERT INTO work.upload (key, rep_id, kind, state, uploaded_at, due_at, kept_until,"
            " settings, findings, content) VALUES (%(key)s, %(rep_id)s, %(kind)s, 'uploaded',"
            " %(now)s, %(now)s, %(until)s, %(settings)s, %(findings)s, %(content)s)"
            " ON CONFLICT (key) DO NOTHING",
            key=key,
            rep_id=rep_id,
            kind=kind,
            now=now,
            until=now + KEPT,
            settings=self._sealed(key, settings),
            findings=self._sealed(key, findings),
            content=self._key.seal(content, _bound("content", key)),
        )

    def get(self, key: UUID) -> Upload | None:
        """Return an upload, None when there is none of that key."""
        found = self._select("u.key = %(key)s", key=key)
        return found[0] if found else None

    def page(
        self, rep_id: UUID, after: tuple[datetime, UUID] | None = None, limit: int = 50
    ) -> list[Upload]:
        """Return what somebody has uploaded, the newest first."""
        at, key = after or (None, None)
        return self._select(
            "u.rep_id = %(rep_id)s AND (%(at)s::timestamptz IS NULL OR (u.uploaded_at, u.key) <"
            " (%(at)s::timestamptz, %(key)s::uuid))"
            " ORDER BY u.uploaded_at DESC, u.key DESC LIMIT %(limit)s",
            rep_id=rep_id,
            at=at,
            key=key,
            limit=limit,
        )

    def count_open(self, rep_id: UUID) -> int:
        """Return how many sheets are kept for somebody."""
        query = SQL(
            "SELECT count(*) FROM work.upload WHERE rep_id = %s AND content IS NOT NULL"
        ).format()
        return int(self._database.fetch(query, (rep_id,))[0][0])

    def content(self, key: UUID) -> bytes | None:
        """Return the sheet itself, None when it is not kept any more."""
        return self._bytes("content", key)

    def errors(self, key: UUID) -> bytes | None:
        """Return the error file, None when there is none or it is not kept any more."""
        return self._bytes("errors", key)

    def settle(
        self, key: UUID, settings: Mapping[str, Any], findings: Mapping[str, Any], now: datetime
    ) -> bool:
        """Read the sheet otherwise from now on; False while it is not there or somebody is at it.

        What was judged before counts no more.
        """
        return self._change(
            "UPDATE work.upload SET state = 'uploaded', due_at = %(now)s, rows = 0, progress = 0,"  # noqa: S608
            " counts = '{}', errors = NULL, settings = %(settings)s, findings = %(findings)s"
            " WHERE " + _CAN_GO_ON,
            key=key,
            now=now,
            settings=self._sealed(key, settings),
            findings=self._sealed(key, findings),
        )

    def begin(self, key: UUID, state: UploadState, head: int, now: datetime) -> bool:
        """Have the workers check or import it; False as for `settle`.

        `head` is the newest event. What was imported before a failure counts as this import's.
        """
        return self._change(
            "UPDATE work.upload SET state = %(state)s,"  # noqa: S608
            " due_at = %(now)s, kept_until = %(until)s,"
            " rows = 0, progress = 0, counts = '{}', errors = NULL,"
            " began_after = CASE WHEN began_after = 0 AND %(state)s = 'importing' THEN %(head)s"
            " ELSE began_after END"
            " WHERE " + _CAN_GO_ON,
            key=key,
            state=state,
            head=head,
            now=now,
            until=now + KEPT,
        )

    def advance(self, upload: Upload, judged: Judged) -> bool:
        """Note how far it is; False when nobody wants it any more."""
        return self._change(
            "UPDATE work.upload SET rows = %(rows)s, progress = %(progress)s, counts = %(counts)s"
            " WHERE key = %(key)s AND state = %(state)s AND due_at = %(since)s"
            " AND content IS NOT NULL",
            **self._noted(upload, judged),
        )

    def finish(self, upload: Upload, judged: Judged, state: UploadState, now: datetime) -> None:
        """Note how it ended; the sheet itself is kept only where one can go on."""
        self._change(
            "UPDATE work.upload SET state = %(to)s, due_at = %(now)s, kept_until = %(until)s,"
            " rows = %(rows)s, progress = %(progress)s, counts = %(counts)s, errors = %(errors)s,"
            " findings = coalesce(%(findings)s, findings),"
            " content = CASE WHEN %(goes_on)s THEN content END"
            " WHERE key = %(key)s AND state = %(state)s AND due_at = %(since)s"
            " AND content IS NOT NULL",
            **self._noted(upload, judged),
            to=state,
            now=now,
            until=now + KEPT,
            goes_on=state in READY,
            errors=self._key.seal(judged.errors, _bound("errors", upload.key))
            if judged.errors is not None
            else None,
            findings=self._sealed(upload.key, judged.findings)
            if judged.findings is not None
            else None,
        )

    def cancel(self, key: UUID, now: datetime) -> bool:
        """Drop a sheet that is not imported to its end; what was imported stays. False if it is."""
        return self._change(
            _CANCELLED + "key = %(key)s AND state = ANY(%(open)s)",
            key=key,
            now=now,
            open=[*READY, *AT_WORK],
        )

    def forget(self, now: datetime) -> None:
        """Drop all that is personal in every upload: somebody has to be forgotten."""
        self._forget("true", now)

    def rewrite(self) -> None:
        """Write the table anew, so that nothing of what was dropped lies in its file."""
        with self._database.connection() as connection:
            connection.execute("VACUUM (FULL, ANALYZE) work.upload")

    def tidy(self, now: datetime) -> None:
        """Drop what is past its time."""
        self._forget(
            "kept_until <= %(now)s AND (state <> ALL(%(at_work)s) OR " + _IS_SET_ASIDE + ")", now
        )
        self._change(
            "DELETE FROM work.upload WHERE uploaded_at <= %(before)s AND content IS NULL",
            before=now - REMEMBERED,
        )

    def _forget(self, which: LiteralString, now: datetime) -> None:
        self._change(
            "UPDATE work.upload SET content = NULL, errors = NULL, settings = NULL,"  # noqa: S608
            " findings = NULL, due_at = %(now)s, state ="
            " CASE WHEN state = ANY(%(open)s) THEN 'forgotten' ELSE state END WHERE settings IS NOT"
            " NULL AND " + which,
            now=now,
            at_work=list(AT_WORK),
            open=[*READY, *AT_WORK],
        )

    def _noted(self, upload: Upload, judged: Judged) -> dict[str, Any]:
        return {
            "key": upload.key,
            "state": upload.state,
            "since": upload.changed_at,
            "rows": judged.rows,
            "progress": judged.progress,
            "counts": Json(dict(judged.counts)),
        }

    def _select(self, condition: LiteralString, **arguments: Any) -> list[Upload]:
        """Return uploads; what has brought its workers down too often has failed."""
        query = SQL(
            "SELECT u.key, u.rep_id, u.kind, CASE WHEN c.state = 'quarantined' AND u.state ="
            " ANY(%(at_work)s) THEN 'failed' ELSE u.state END, u.uploaded_at, u.due_at,"
            " u.kept_until, u.began_after, u.rows, u.progress, u.counts, u.errors IS NOT NULL,"
            " u.settings, u.findings FROM work.upload u LEFT JOIN work.import c"
            " ON c.key = u.key AND c.due_at = u.due_at WHERE {}"
        ).format(SQL(condition))
        rows = self._database.fetch(query, {**arguments, "at_work": list(AT_WORK)})
        return [self._upload(row) for row in rows]

    def _upload(self, row: tuple[Any, ...]) -> Upload:
        *told, settings, findings = row
        opened = (self._opened(row[0], settings), self._opened(row[0], findings))
        upload = Upload(**dict(zip(Upload.__dataclass_fields__, (*told, *opened), strict=True)))
        return replace(upload, state=UploadState(upload.state))

    def _sealed(self, key: UUID, told: Mapping[str, Any]) -> bytes:
        return self._key.seal(msgspec.json.encode(told), _bound("told", key))

    def _opened(self, key: UUID, sealed: bytes | None) -> Mapping[str, Any]:
        if sealed is None:
            return {}
        told: dict[str, Any] = msgspec.json.decode(self._key.open(sealed, _bound("told", key)))
        return told

    def _bytes(self, column: str, key: UUID) -> bytes | None:
        query = SQL("SELECT {} FROM work.upload WHERE key = %s").format(Identifier(column))
        rows = self._database.fetch(query, (key,))
        if not rows or rows[0][0] is None:
            return None
        return self._key.open(rows[0][0], _bound(column, key))


def drop_set_aside(database: Database, keys: Collection[UUID], now: datetime) -> list[UUID]:
    """Cancel those of `keys` that were set aside; return which. Without any key to open them."""
    query = SQL(_CANCELLED + "key = ANY(%(keys)s) AND " + _IS_SET_ASIDE + " RETURNING key").format()
    return [row[0] for row in database.fetch(query, {"keys": list(keys), "now": now})]


def _bound(column: str, key: UUID) -> bytes:
    """Return what a sealed value is bound to, so that it cannot be moved to another place."""
    return column.encode() + key.bytes

"""Keyset paging: a cursor says after which row the next page starts, and in which query.

A cursor is sealed (AES-SIV), because the sort key of a row may be a person's name and a cursor
travels in addresses that are logged. It opens only with the same path and the same filters, so a
client that changes a filter half way gets an error and not a list with holes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from flask import request

from api.problems import Problem

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_CURSOR_LENGTH = 2_000

Position = TypeVar("Position", bound=tuple[Any, ...])
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class PageRequest(Generic[Position]):
    """Which page is asked for: the first when `after` is None."""

    limit: int
    after: Position | None

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than shown, which tells whether another page follows."""
        return self.limit + 1


class Pager:
    """Seals and opens cursors under a secret of the deployment."""

    def __init__(self, secret: bytes) -> None:
        """Derive the key for cursors from `secret`, at least 16 bytes."""
        key = hashlib.blake2b(secret, digest_size=64, person=b"kezhi-cursor").digest()
        self._cipher = AESSIV(key)

    def requested(
        self, limit: int, cursor: str | None, position: type[Position]
    ) -> PageRequest[Position]:
        """Return the page that this request asks for, or raise a 400 Problem.

        `position` is the type of the sort key, for example `tuple[date, UUID]`.
        """
        if cursor is None:
            return PageRequest(limit, None)
        try:
            sealed = base64.urlsafe_b64decode(cursor[:MAX_CURSOR_LENGTH] + "==")
            opened = self._cipher.decrypt(sealed, [_query_identity()])
            return PageRequest(limit, msgspec.json.decode(opened, type=position))
        except (binascii.Error, ValueError, InvalidTag, msgspec.MsgspecError):
            raise Problem(400, "cursor-invalid") from None

    def page(
        self,
        requested: PageRequest[Position],
        rows: Sequence[Row],
        position: Callable[[Row], Position],
    ) -> tuple[dict[str, object], dict[str, str]]:
        """Return body and headers of the page made of `rows`, of which `fetch` were asked for.

        The body is `{"items": [...], "next_cursor": ...}`, the header a Link to the next page
        (RFC 8288); both leave the next page out after the last row.
        """
        shown = list(rows[: requested.limit])
        if len(rows) <= requested.limit:
            return {"items": shown}, {}
        cursor = self._seal(position(shown[-1]))
        return {"items": shown, "next_cursor": cursor}, {"Link": _next_link(cursor)}

    def _seal(self, position: tuple[Any, ...]) -> str:
        sealed = self._cipher.encrypt(msgspec.json.encode(position), [_query_identity()])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")


def _query_identity() -> bytes:
    filters = sorted(_arguments(without=("cursor", "limit")))
    return msgspec.json.encode([request.path, filters])


def _next_link(cursor: str) -> str:
    query = urlencode([*_arguments(without=("cursor",)), ("cursor", cursor)])
    return f'<{quote(request.root_path)}{quote(request.path)}?{query}>; rel="next"'


def _arguments(without: tuple[str, ...]) -> list[tuple[str, str]]:
    return [item for item in request.args.items(multi=True) if item[0] not in without]

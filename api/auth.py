"""Who is asking: bearer tokens, by their SHA-256 only, and what their holders may see (D11).

While somebody has a second factor, a token of his does nothing by itself unless he gave it out
since, behind the code then, for a program of his. Any other opens the pages, together with a code.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from flask import request

from api.problems import Problem
from domain.access import Principal, Scope
from projections.people.queries import PeopleQueries

PREFIX = "kezhi_"
FRESH_SECONDS = 2.0
"""How long a token that was looked up is believed; a revoked one works no longer than this."""

MAX_REMEMBERED = 10_000

_BEARER = re.compile(rf"Bearer +({PREFIX}[A-Za-z0-9_-]{{43}})", re.IGNORECASE | re.ASCII)


def new_token() -> tuple[str, str]:
    """Return a fresh token, 256 random bits, and its SHA-256; only the holder sees the token."""
    token = PREFIX + secrets.token_urlsafe(32)
    return token, token_sha256(token)


def token_sha256(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class _Known(NamedTuple):
    since: float
    expires_at: datetime
    factor_id: UUID | None
    principal: Principal


class Authenticator:
    """Turns the Authorization header of a request into a principal."""

    def __init__(
        self,
        people: PeopleQueries,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        """Look tokens up in `people`; `now` judges their expiry, `monotonic` our memory's age."""
        self._people = people
        self._now = now
        self._monotonic = monotonic
        self._remembered: dict[str, _Known] = {}
        self._lock = Lock()

    def authenticate(self) -> Principal:
        """Return who sends this request; a 401 Problem without a token that will do by itself."""
        given = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
        if given is None:
            raise Problem(401, "unauthenticated")
        known = self._known(token_sha256(given.group(1)))
        if known.factor_id is not None:
            raise Problem(401, "second-factor-required")
        return known.principal

    def holder(self, digest: str) -> Principal:
        """Return whose token has this SHA-256; a 401 Problem unless it is valid now.

        Whether a code has to come as well, a browser is asked (`api.pages.sign_in`).
        """
        return self._known(digest).principal

    def signed_in(self, digest: str, factor_id: UUID | None) -> Principal:
        """Return who signed in with this token and a code of `factor_id`, if with any.

        Raises a 401 Problem unless both will do now, whatever was asked for at the time.
        """
        known = self._known(digest)
        if known.factor_id not in {None, factor_id}:
            raise Problem(401, "unauthenticated")
        return known.principal

    def _known(self, digest: str) -> _Known:
        known = self._remembered.get(digest)
        if known is None or self._monotonic() - known.since > FRESH_SECONDS:
            known = self._look_up(digest)
        if known.expires_at <= self._now():
            raise Problem(401, "unauthenticated")
        return known

    def _look_up(self, digest: str) -> _Known:
        holder = self._people.holder_of_token(digest)
        if holder is None:
            self._remembered.pop(digest, None)
            raise Problem(401, "unauthenticated")
        team = self._people.team_members(holder.team) if holder.scope is Scope.TEAM else ()
        principal = Principal.representative(
            holder.rep_id, role=holder.role, scope=holder.scope, team_ids=team
        )
        principal = replace(principal, grants=principal.grants & holder.grants)
        known = _Known(self._monotonic(), holder.expires_at, holder.factor_id, principal)
        with self._lock:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[digest] = known
        return known

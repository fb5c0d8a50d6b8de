"""Requests of browsers: the cookie, the session behind it, and writes that others have forged.

Pages are read, and the JSON API is written to, under one session. A write has to come from a page
of ours: it names the session's forgery token, which no other site can read.
"""

from __future__ import annotations

import hmac
from uuid import UUID

from flask import g, request
from werkzeug.wrappers import Response

from api.problems import Problem
from api.service import Service
from api.sessions import LASTS, Session
from domain.access import Principal

FORGERY_HEADER = "Kezhi-Forgery-Token"
FORGERY_FIELD = "forgery_token"
POSITION_COOKIE = "kezhi_position"
POSITION_SECONDS = 60

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def session_of_browser(service: Service) -> Session | None:
    """Return the session of the browser that sends this request, None without one.

    Whoever carries a bearer token is a program and goes by that.
    """
    secret = request.cookies.get(_cookie_name(), "")
    if not secret or "Authorization" in request.headers:
        return None
    return service.sessions.find(secret, service.now())


def half_signed_in(service: Service) -> Session | None:
    """Return the session that waits for the second factor of this browser's sign-in."""
    secret = request.cookies.get(_cookie_name(), "")
    return service.sessions.find(secret, service.now(), awaits_code=True) if secret else None


def principal_of_browser(service: Service) -> Principal | None:
    """Return who is signed in, None when nobody is; a 403 Problem for a forged write."""
    session = session_of_browser(service)
    if session is None:
        return None
    principal = service.authenticator.signed_in(session.token_sha256, session.factor_id)
    if request.method not in _SAFE_METHODS:
        refuse_forgery(session)
    g.session = session
    g.through = "page"
    return principal


def refuse_forgery(session: Session) -> None:
    """Raise a 403 Problem unless this write names the forgery token of the session."""
    given = request.headers.get(FORGERY_HEADER) or request.form.get(FORGERY_FIELD, "")
    if not hmac.compare_digest(given.encode(), session.forgery_token.encode()):
        raise Problem(403, "forged-request")


def refuse_other_sites() -> None:
    """Raise a 403 Problem when another site has sent this form; for those without a session."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Problem(403, "forged-request")


def sign_in(
    response: Response,
    service: Service,
    principal: Principal,
    token_sha256: str,
    *,
    awaits_code: bool = False,
    factor_id: UUID | None = None,
) -> None:
    """Begin a session in place of the browser's present one and give it the cookie.

    `factor_id` is the second factor of which a code was given.
    """
    assert principal.id is not None  # noqa: S101 - tokens belong to representatives
    service.sessions.end(request.cookies.get(_cookie_name(), ""))
    secret = service.sessions.begin(
        principal.id, token_sha256, service.now(), awaits_code=awaits_code, factor_id=factor_id
    )
    response.set_cookie(
        _cookie_name(), secret, max_age=LASTS, secure=_is_secure(), httponly=True, samesite="Lax"
    )


def keep_only_this_session(service: Service, rep_id: UUID, factor_id: UUID) -> None:
    """Note that this browser gave a code of a second factor; end his sessions elsewhere."""
    service.sessions.keep_only(rep_id, request.cookies.get(_cookie_name(), ""), factor_id)


def sign_out(response: Response, service: Service) -> None:
    """End the session of the browser and have it forget everything of ours."""
    service.sessions.end(request.cookies.get(_cookie_name(), ""))
    response.delete_cookie(_cookie_name(), secure=_is_secure(), httponly=True, samesite="Lax")


def remember_position(response: Response, position: int) -> None:
    """Let the next page wait until the lists show what this write has stored."""
    response.set_cookie(
        POSITION_COOKIE,
        str(position),
        max_age=POSITION_SECONDS,
        secure=_is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _is_secure() -> bool:
    """Tell whether cookies travel encrypted: everywhere but on this machine."""
    return request.host.rsplit(":", 1)[0] not in _LOOPBACK


def _cookie_name() -> str:
    # A browser takes the prefix only from us, never from a neighbour under the same domain.
    return "__Host-kezhi" if _is_secure() else "kezhi"

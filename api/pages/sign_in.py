"""Signing in with an access token, perhaps a code as well, and out again (登录、退出)."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as WsgiResponse

from api import browsers
from api.auth import token_sha256
from api.messages import Language
from api.pages.frame import choose_language, show
from api.problems import Problem, request_language
from api.service import the_service
from api.sessions import Preferences
from api.v1.representatives import the_representative
from api.v1.second_factors import require_code
from domain.access import Principal
from domain.errors import InvalidError

blueprint = Blueprint("sign_in", __name__)

_PATH = re.compile(r"/(?![/\\])[^\\\s]*")


@blueprint.before_request
def speak() -> None:
    """Speak the language in the address, else the browser's."""
    asked = request.values.get("language", "")
    known = asked in {language.value for language in Language}
    choose_language(Preferences(language=asked if known else ""))


@blueprint.get("/sign-in")
def ask() -> Response:
    """Ask for the token."""
    return show("sign_in.html", onwards=_onwards(), fault="")


@blueprint.post("/sign-in")
def sign_in() -> WsgiResponse:
    """Begin a session for the holder of a valid token."""
    browsers.refuse_other_sites()
    service = the_service()
    digest = token_sha256(request.form.get("token", "").strip())
    try:
        principal = service.authenticator.holder(digest)
    except Problem:
        return show("sign_in.html", 422, onwards=_onwards(), fault="sign-in-refused")
    awaits_code = _second_factor_of(principal) is not None
    onwards = _step("ask_code") if awaits_code else _onwards()
    response = redirect(onwards)
    browsers.sign_in(response, service, principal, digest, awaits_code=awaits_code)
    return response


@blueprint.get("/sign-in/code")
def ask_code() -> WsgiResponse:
    """Ask for the code of the second factor, after the token was right."""
    if browsers.half_signed_in(the_service()) is None:
        return redirect(_step("ask"))
    return show("sign_in_code.html", onwards=_onwards(), fault="")


@blueprint.post("/sign-in/code")
def sign_in_with_code() -> WsgiResponse:
    """Begin a session for whoever knows the code of his second factor as well."""
    browsers.refuse_other_sites()
    service = the_service()
    half = browsers.half_signed_in(service)
    if half is None:
        return redirect(_step("ask"))
    try:
        principal = service.authenticator.holder(half.token_sha256)
        factor_id = _second_factor_of(principal)
        if factor_id is not None:
            require_code(half.rep_id, factor_id, request.form.get("code", ""))
    except InvalidError:
        return show("sign_in_code.html", 422, onwards=_onwards(), fault="code-refused")
    except Problem as problem:
        if problem.status != 429:  # noqa: PLR2004 - the token ended meanwhile
            return redirect(_step("ask"))
        page = show("sign_in_code.html", 429, onwards=_onwards(), fault="too-many-codes")
        page.headers["Retry-After"] = problem.headers["Retry-After"]
        return page
    response = redirect(_onwards())
    browsers.sign_in(response, service, principal, half.token_sha256, factor_id=factor_id)
    return response


@blueprint.post("/sign-out")
def sign_out() -> WsgiResponse:
    """End the session; what the browser keeps of it is forgotten."""
    service = the_service()
    session = browsers.session_of_browser(service)
    if session is not None:
        browsers.refuse_forgery(session)
    response = redirect(url_for("sign_in.ask", language=request_language().value))
    browsers.sign_out(response, service)
    return response


def _second_factor_of(principal: Principal) -> UUID | None:
    assert principal.id is not None  # noqa: S101 - tokens belong to representatives
    return the_representative(principal.id).second_factor_id


def _step(view: str) -> str:
    """Return the address of a step of signing in, which knows where to go then."""
    return url_for(f"sign_in.{view}", next=_onwards(), language=request_language().value)


def _onwards() -> str:
    """Return where to go then: a path of ours, whatever the address says."""
    asked = request.values.get("next", "/")
    return asked if _PATH.fullmatch(asked) else "/"

"""Signing in with an access token, and out again (登录、退出)."""

from __future__ import annotations

import re

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as WsgiResponse

from api import browsers
from api.auth import token_sha256
from api.messages import Language
from api.pages.frame import choose_language, show
from api.problems import Problem, request_language
from api.service import the_service
from api.sessions import Preferences

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
    response = redirect(_onwards())
    browsers.sign_in(response, service, principal, digest)
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


def _onwards() -> str:
    """Return where to go then: a path of ours, whatever the address says."""
    asked = request.values.get("next", "/")
    return asked if _PATH.fullmatch(asked) else "/"

"""What every HTTP application of ours stands on, in one call."""

from __future__ import annotations

from flask import Flask

from api.json_provider import FastJson
from api.problems import install_problems
from api.request_body import Request
from api.request_checks import RequestLimits, install_request_checks
from api.security_headers import install_security_headers


def lay_foundation(app: Flask, limits: RequestLimits | None = None) -> None:
    """Give `app` strict JSON, limits, request ids, problem documents and security headers.

    To be called before anything else registers a handler, so that the checks run first.
    """
    app.request_class = Request
    app.json = FastJson(app)
    app.url_map.strict_slashes = False
    install_request_checks(app, limits or RequestLimits())
    install_problems(app)
    install_security_headers(app)

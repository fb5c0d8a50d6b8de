"""What every answer tells the browser to refuse (trust boundary of pages and data alike).

A view that needs more, such as the documentation page, sets its own Content-Security-Policy; it
is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response

from api.request_id import REQUEST_ID_HEADER, request_id

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of answers that are data: nothing in them is ever run or shown."""

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "object-src 'none'"
)
"""Content-Security-Policy of pages: our own files only, and nothing written inline."""

_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": DATA_POLICY,
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
)
_BY_LOWERED_NAME = {name.lower(): (name, value) for name, value in _HEADERS.items()}


def install_security_headers(app: Flask) -> None:
    """Put the headers on every answer of `app`, errors included, and the request id with them."""

    @app.after_request
    def name_request(response: Response) -> Response:
        response.headers[REQUEST_ID_HEADER] = request_id()
        return response

    # Beneath Flask, whose own way checks and copies each header of each answer several times.
    answer = app.wsgi_app

    def protected(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, headers: list[tuple[str, str]], *error: Any
        ) -> Callable[[bytes], object]:
            present = {name.lower() for name, _ in headers}
            missing = [header for name, header in _BY_LOWERED_NAME.items() if name not in present]
            return start_response(status, [*headers, *missing], *error)

        return answer(environ, start)

    app.wsgi_app = protected  # type: ignore[method-assign]  # as Flask recommends

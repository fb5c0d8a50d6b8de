"""What every answer tells the browser to refuse (trust boundary of pages and data alike).

A view that needs more, such as the documentation page, sets its own Content-Security-Policy; it
is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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


def install_security_headers(app: Flask) -> None:
    """Put the headers on every answer of `app`, errors included, and the request id with them."""

    @app.after_request
    def protect(response: Response) -> Response:
        present = {name.lower() for name, _ in response.headers}
        for name, value in _HEADERS.items():
            if name.lower() not in present:
                response.headers.add(name, value)
        response.headers[REQUEST_ID_HEADER] = request_id()
        return response

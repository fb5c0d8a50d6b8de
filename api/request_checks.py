"""What is asked of every request before anything reads it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from flask import Flask, request

from api.characters import forbidden_in
from api.problems import Problem


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The largest request that is read; sizes in bytes.

    A view that takes more, such as an import, raises its own body limit by setting
    `request.max_content_length` before it reads.
    """

    body: int = 64 * 1024
    address: int = 4 * 1024
    headers: int = 16 * 1024
    header_count: int = 100


def install_request_checks(app: Flask, limits: RequestLimits) -> None:
    """Refuse requests that exceed `limits` or whose address is no text (413, 414, 431, 400)."""
    app.config["MAX_CONTENT_LENGTH"] = limits.body
    app.config["MAX_FORM_MEMORY_SIZE"] = limits.body
    app.config["MAX_FORM_PARTS"] = 100

    @app.before_request
    def check_request() -> None:
        _check_headers(limits)
        _check_address(limits)


def _check_headers(limits: RequestLimits) -> None:
    # As the server names them: HTTP_ is about as long as the colon, blank and line end around.
    headers = [name + value for name, value in request.environ.items() if name[:5] == "HTTP_"]
    if sum(map(len, headers)) > limits.headers or len(headers) > limits.header_count:
        raise Problem(
            431, "headers-too-large", values={"count": limits.header_count, "limit": limits.headers}
        )


def _check_address(limits: RequestLimits) -> None:
    environ = request.environ
    query = request.query_string
    raw_address = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    path = environ.get("PATH_INFO", "").encode("latin-1")
    if max(len(raw_address), len(path) + len(query)) > limits.address:
        raise Problem(414, "address-too-long", values={"limit": limits.address})
    for part in (path, unquote_to_bytes(query.replace(b"+", b" "))):
        try:
            text = part.decode("utf-8")
        except UnicodeDecodeError:
            raise Problem(400, "unreadable-address") from None
        if "\n" in text or "\t" in text or forbidden_in(text):
            raise Problem(400, "unreadable-address")

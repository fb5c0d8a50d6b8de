"""Bodies of unknown length, read to the end or refused; never cut off in silence.

Werkzeug stops reading a chunked body at the limit and hands over what it has, as if that were all,
and lets the server's own errors about broken chunks pass for failures of ours.
"""

from __future__ import annotations

from typing import IO

import flask
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream


class Request(flask.Request):
    """Flask's request with an honest stream."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body, at most `max_content_length` bytes of it: 413 when there are more."""
        limit = self.max_content_length
        is_chunked = self.content_length is None and self.environ.get("wsgi.input_terminated")
        if is_chunked and limit is not None:
            return _ChunkedBody(self.environ["wsgi.input"], limit, is_max=True)  # type: ignore[return-value]
        return super().stream


class _ChunkedBody(LimitedStream):
    """A body that ends where the sender says so."""

    def readinto(self, b: bytearray) -> int | None:  # type: ignore[override]  # as Werkzeug has it
        try:
            return super().readinto(b)
        except HTTPException:
            raise
        except Exception as error:  # whatever the server raises for a broken chunk
            raise ClientDisconnected from error

    def readall(self) -> bytes:
        body = super().readall()
        if self.is_exhausted and self._stream.read(1):
            raise RequestEntityTooLarge
        return body

"""Writes JSON for Flask: compact UTF-8, with dates, ids and decimals as text."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response
from flask.json.provider import JSONProvider

from api import strict_json


class FastJson(JSONProvider):
    """Flask's JSON through msgspec; reading goes through `api.strict_json`."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """Return `obj` as JSON text."""
        return msgspec.json.encode(obj, enc_hook=_plain).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """Return the value of the JSON document `s`, read strictly."""
        return strict_json.loads(s.encode() if isinstance(s, str) else s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return an answer with the value as its body."""
        body = msgspec.json.encode(self._prepare_response_obj(args, kwargs), enc_hook=_plain)
        return Response(body, mimetype="application/json")


def _plain(value: object) -> object:
    if isinstance(value, str):  # a subclass, such as a Phrase
        return str.__str__(value)
    raise TypeError(f"an answer cannot hold a {type(value).__name__}")

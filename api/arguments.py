"""Reads what a request carries: strictly, nothing ignored, every complaint with its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, cast

import flask
import marshmallow as ma
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy

from api import strict_json
from api.messages import Phrase
from api.problems import FieldProblem, Problem, field_problems

JSON = "application/json"


def json_body(request: flask.Request) -> Any:
    """Return the JSON value in the body of `request`, or webargs' `missing` when there is none.

    Raises a 415 Problem for another content type, charset or content coding, JsonRefusedError for
    a body that is no JSON we read.
    """
    raw = request.get_data(cache=True)
    if not raw and not request.content_type:
        return missing
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if request.mimetype != JSON or charset not in {"utf-8", "utf8"} or coding != "identity":
        expected = f"{JSON} (UTF-8)"
        headers = {"Accept": JSON, "Accept-Encoding": "identity"}
        raise Problem(415, "unsupported-media-type", values={"expected": expected}, headers=headers)
    return strict_json.loads(raw)


class StrictArguments(FlaskParser):
    """The argument parser of our blueprints: unknown and repeated parameters are refused."""

    # Only headers may carry what we do not know: every proxy adds some.
    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - as webargs declares it
        **dict.fromkeys(("query", "querystring", "form", "files", "path", "view_args"), ma.RAISE),
        "json": None,
        "headers": ma.EXCLUDE,
        "cookies": ma.EXCLUDE,
    }

    def use_args(self, argmap: Any, req: flask.Request | None = None, **options: Any) -> Any:
        """Decorate a view as webargs does, with one instance of the schema for all requests.

        Building a schema costs several times what reading a body with it does.
        """
        schema = argmap() if isinstance(argmap, type) else argmap
        return super().use_args(schema, req, **options)

    def _raw_load_json(self, req: flask.Request) -> Any:
        return json_body(req)

    def load_querystring(self, req: flask.Request, schema: ma.Schema) -> MultiDictProxy:
        """Return the query parameters; a 422 Problem when one is given twice."""
        parameters = cast("MultiDictProxy", super().load_querystring(req, schema))
        repeated = [
            FieldProblem(Phrase("parameter-repeated"), parameter=name)
            for name, values in req.args.lists()
            if len(values) > 1 and name not in parameters.multiple_keys
        ]
        if repeated:
            raise Problem(422, "invalid", errors=repeated)
        return parameters

    def handle_error(
        self,
        error: ma.ValidationError,
        req: flask.Request,
        schema: ma.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Raise the Problem that lists every message of `error`."""
        del req, schema
        problems = [
            problem
            for location, messages in error.messages_dict.items()
            for problem in field_problems(messages, location)
        ]
        raise Problem(
            error_status_code or 422, "invalid", errors=problems, headers=error_headers
        ) from error

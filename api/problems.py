"""Every refusal as a problem document (RFC 9457), whoever raised it.

A document has `type`, `title`, `status`, `detail`, `code`, `instance` (the request id) and, where
single values are at fault, `errors` with a JSON pointer into the body or the name of a parameter.
Title and messages follow Accept-Language; `code` never changes. Nothing of the cause of a failure
of ours is shown; it is logged without personal data under the same request id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec
import psycopg
import structlog
from eventsourcing import persistence
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WsgiResponse

from api.failures import trail
from api.messages import CATALOGUE, Language, Phrase, detail, title
from api.request_id import request_id
from api.strict_json import JsonRefusedError
from api.transfer.faults import SheetError
from domain.errors import CareError, ErrorKind
from domain.eventstore.keys import MissingKeyError

PROBLEM_CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
MAX_ERRORS = 100

STATUS_BY_KIND: Mapping[ErrorKind, int] = MappingProxyType(
    {
        ErrorKind.NOT_FOUND: 404,
        ErrorKind.INVALID: 422,
        ErrorKind.REFUSED: 422,
        ErrorKind.CONFLICT: 409,
        ErrorKind.STALE: 412,
        ErrorKind.FORBIDDEN: 403,
        ErrorKind.UNAVAILABLE: 503,
        ErrorKind.GONE: 410,
    }
)

_CODE_BY_STATUS: Mapping[int, str] = MappingProxyType(
    {
        400: "bad-request",
        401: "unauthenticated",
        403: "forbidden",
        404: "not-found",
        405: "method-not-allowed",
        406: "not-acceptable",
        408: "request-timeout",
        409: "conflict",
        410: "erased",
        413: "body-too-large",
        414: "address-too-long",
        415: "unsupported-media-type",
        422: "invalid",
        429: "too-many-requests",
        431: "headers-too-large",
        500: "internal-error",
        503: "unavailable",
    }
)

# The store cannot be reached, is restarting, is not ready, or took longer than it may.
_STORE_UNAVAILABLE: tuple[type[Exception], ...] = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    persistence.OperationalError,
    persistence.InterfaceError,
    # A read model is still being built at the version that this code needs.
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
)

_PLACES = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one value: a `pointer` into the body (RFC 6901), or a `parameter`."""

    message: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer that is not a success, raised by whoever reads a request.

    `code` names a text of the catalogue and `values` fill it.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        values: Mapping[str, object] | None = None,
        errors: Iterable[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        """Keep what the document is made of; `members` are its extension members."""
        self.status = status
        self.code = code
        self.values = dict(values or {})
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})
        super().__init__(code)


def request_language() -> Language:
    """Return the language that the sender of this request reads best; English when none is said.

    Whoever has chosen one for the pages reads that.
    """
    if "language" in g:
        return Language(g.language)
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="en")
    return Language.ENGLISH if best == "en" else Language.CHINESE


def problem_response(problem: Problem) -> Response:
    """Return the document of `problem` in the language of the request."""
    language = request_language()
    document: dict[str, object] = {
        "type": f"/errors/{problem.code}",
        "title": title(problem.code, language),
        "status": problem.status,
        "detail": detail(problem.code, language, problem.values),
        "code": problem.code,
        "instance": request_id(),
        **problem.members,
    }
    if problem.errors:
        document["errors"] = [_told(each, language) for each in problem.errors[:MAX_ERRORS]]
    response = Response(
        msgspec.json.encode(document), problem.status, content_type=PROBLEM_CONTENT_TYPE
    )
    response.headers.update(problem.headers)
    response.headers["Content-Language"] = language.value
    response.vary.add("Accept-Language")
    if problem.status == 401:  # noqa: PLR2004 - the status of RFC 9110 §15.5.2
        response.headers.setdefault("WWW-Authenticate", "Bearer")
    if problem.status == 503:  # noqa: PLR2004 - the status of RFC 9110 §15.6.4
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return response


def field_problems(messages: object, location: str = "json") -> Iterator[FieldProblem]:
    """Yield the messages of a marshmallow error, each with where in the request it belongs."""
    if location in {"json", "form", "files"}:
        for path, message in _leaves(messages, ()):
            yield FieldProblem(message, pointer="".join(f"/{_escaped(part)}" for part in path))
    else:
        for path, message in _leaves(messages, ()):
            yield FieldProblem(message, parameter=str(path[0]) if path else None)


RULES_OF_REFUSALS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "already-decided": ("R73",),
        "claim-limit": ("X16",),
        "cooling-down": ("X16",),
        "deferral-needs-reason": ("X9",),
        "duplicate-contract": ("R13", "R67"),
        "duplicate-customer": ("R65", "R66"),
        "forbidden": ("R57",),
        "future-date": ("R50",),
        "held-limit": ("X16",),
        "past-date": ("R43",),
        "reason-required": ("R50",),
        "representative-left": ("R58",),
        "still-looks-after-customers": ("R58", "R59"),
        "taken-from-pool": ("R60",),
        "unknown-quick-note": ("R44",),
        "wrong-stage": ("R70",),
    }
)
"""Which rules of `docs/rules.md` a refusal goes by; the others are matters of form."""


def refusal(error: CareError, **members: object) -> Problem:
    """Return what the domain refuses as a Problem with the extension `members`."""
    status = STATUS_BY_KIND[error.kind]
    code = error.code if error.code in CATALOGUE else _CODE_BY_STATUS[status]
    errors = []
    if "field" in error.fields:
        # A place inside a value is told as `notes[0].interval_days`.
        path = _PLACES.findall(str(error.fields["field"]))
        pointer = "".join(f"/{_escaped(part)}" for part in path)
        errors.append(FieldProblem(_complaint(code, error.fields), pointer=pointer))
    headers = {}
    current = error.fields.get("current")
    if error.kind is ErrorKind.STALE and isinstance(current, int):
        headers["ETag"] = f'"v{current}"'
    if rules := RULES_OF_REFUSALS.get(code):
        members = {"rules": rules, **members}
    return Problem(
        status, code, values=error.fields, errors=errors, headers=headers, members=members
    )


def install_problems(app: Flask) -> None:
    """Answer every error of `app` with a problem document."""
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(JsonRefusedError, _body_refused)
    app.register_error_handler(SheetError, _sheet_refused)
    app.register_error_handler(CareError, _domain_refused)
    app.register_error_handler(MissingKeyError, _key_missing)
    app.register_error_handler(HTTPException, _framework_refused)
    app.register_error_handler(Exception, _failed)
    for unavailable in _STORE_UNAVAILABLE:
        app.register_error_handler(unavailable, _store_unavailable)


def _body_refused(error: JsonRefusedError) -> Response:
    return problem_response(Problem(400, error.code, values=error.values))


def _sheet_refused(error: SheetError) -> Response:
    return problem_response(Problem(422, error.code, values=error.values))


def _key_missing(error: MissingKeyError) -> Response:
    # Our loss and no erasure: whoever is on duty has to hear of it.
    structlog.get_logger().critical("data-key-missing", reason=str(error))
    return problem_response(Problem(503, "key-missing"))


def _domain_refused(error: CareError) -> Response:
    return problem_response(refusal(error))


def _complaint(code: str, fields: Mapping[str, object]) -> str:
    """Return what is wrong with the field: the worded `problem`, the raw one, or the refusal."""
    problem = fields.get("problem")
    worded = code if problem is None else f"problem-{problem}"
    return Phrase(worded, **fields) if worded in CATALOGUE else str(problem)


def _framework_refused(error: HTTPException) -> Response | WsgiResponse | HTTPException:
    status = error.code or 500
    if error.response is not None or status < 400:  # noqa: PLR2004 - redirects are no refusals
        return error
    if status >= 500 and status != 503:  # noqa: PLR2004 - ours alone: say no more than that
        return _failed(error)
    kept = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    values: dict[str, object] = {"expected": "application/json"}
    if request.max_content_length is not None:
        values["limit"] = request.max_content_length
    code = _CODE_BY_STATUS.get(status, "request-refused")
    return problem_response(Problem(status, code, values=values, headers=kept))


def _store_unavailable(error: Exception) -> Response:
    structlog.get_logger().warning("store-unavailable", request_id=request_id(), **trail(error))
    return problem_response(Problem(503, "unavailable"))


def _failed(error: Exception) -> Response:
    cause = getattr(error, "original_exception", None) or error
    structlog.get_logger().error(
        "request-failed",
        request_id=request_id(),
        method=request.method,
        endpoint=request.endpoint,
        **trail(cause),
    )
    return problem_response(Problem(500, "internal-error"))


def _leaves(tree: object, path: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], str]]:
    if isinstance(tree, Mapping):
        for key, branch in tree.items():
            yield from _leaves(branch, path if key == "_schema" else (*path, key))
    elif isinstance(tree, (list, tuple)):
        for branch in tree:
            yield from _leaves(branch, path)
    else:
        yield path, tree if isinstance(tree, str) else str(tree)


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _told(problem: FieldProblem, language: Language) -> dict[str, str]:
    message = problem.message
    told = {"message": message.translated(language) if isinstance(message, Phrase) else message}
    if isinstance(message, Phrase):
        told["code"] = message.code
    if problem.pointer is not None:
        told["pointer"] = problem.pointer
    if problem.parameter is not None:
        told["parameter"] = problem.parameter
    return told

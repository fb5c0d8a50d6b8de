"""docs/http.md, written from the OpenAPI document: `python -m tests.support.http_reference`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.app import create_app
from api.messages import CATALOGUE
from api.service import Service
from api.texts.domain import DOMAIN_TEXTS
from api.texts.http import HTTP_TEXTS
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from projections.bootstrap import ReadSide
from tests.support.event_logs import MASTER_KEYS

PAGE = Path(__file__).parents[2] / "docs" / "http.md"

INTRODUCTION = """\
# HTTP

Every operation of the JSON API, written from its OpenAPI document by
`python -m tests.support.http_reference`; a test compares the two. A running server shows the same
under `/api/docs`, and the document itself under `/api/openapi.json`.

- Send `Authorization: Bearer <token>`. A token reads, writes or administers, never more than the
  role of its holder allows. What is out of scope answers like what does not exist: 404.
- Every write that records something takes an `Idempotency-Key`, new for each write and the same
  for each retry of it. A repetition gets the first answer again, with `Idempotency-Replayed: true`.
- An answer shows the version of what it is about as `ETag: "v7"`, and so does every row of a list
  as `version`. What changes something needs it as `If-Match`; what adds something may name it.
- An answer to a write names its `Kezhi-Position` in the log. A read that sends it back waits, half
  a second at most, until the lists contain it.
- Lists come in pages: `next_cursor`, and a `Link` header, lead to the next one.
- `Kezhi-Stale: roster` says that the answer is made of a list that could not take some events:
  rows may be missing, and those on the page that are behind are named in `stale`. An operator sees
  to it.
- Dates are those of the company's zone, instants are UTC, exact numbers are text. What is not known
  is refused: fields, parameters, other encodings than UTF-8.
- Every refusal is a problem document (RFC 9457) with a `code` from the list at the end, in Chinese
  or English by `Accept-Language`. Nothing was stored, unless it is a 503: ask again with the same
  key.
"""


def document() -> dict[str, Any]:
    """Return the OpenAPI document; no database is asked."""
    log = EventLog(Database(""), MASTER_KEYS)
    app = create_app(Service.build(ReadSide.over(log), monotonic=lambda: 0.0))
    return dict(json.loads(app.test_client().get("/api/openapi.json").text))


def page() -> str:
    """Return the page as it has to be."""
    described = document()
    lines = [INTRODUCTION]
    for tag in described["tags"]:
        lines += [f"## {tag['description']}", ""]
        for path, operations in described["paths"].items():
            shared = operations.get("parameters", [])
            for method, operation in operations.items():
                if method != "parameters" and tag["name"] in operation["tags"]:
                    lines += _operation(method, path, operation, shared)
    lines += ["## Schemas", ""]
    for name, schema in sorted(described["components"]["schemas"].items()):
        lines += _schema(name, schema)
    lines += ["## Codes of refusals", "", "| Code | |", "|---|---|"]
    lines += [f"| `{code}` | {CATALOGUE[code][1]} |" for code in _codes()]
    return "\n".join(lines).rstrip() + "\n"


def _codes() -> list[str]:
    return sorted(code for code in HTTP_TEXTS | DOMAIN_TEXTS if not code.startswith("problem-"))


def _operation(
    method: str, path: str, operation: dict[str, Any], shared: list[dict[str, Any]]
) -> Iterator[str]:
    yield f"### {method.upper()} `{path}`"
    yield ""
    yield operation["summary"]
    if "description" in operation:
        yield ""
        yield operation["description"]
    yield ""
    grants = [grant for each in operation["security"] for grant in each["bearer"]]
    told = [f"Needs `{grants[0]}`." if grants else "Needs no token."]
    parameters = [*shared, *operation.get("parameters", [])]
    told += [
        f"Header `{each['name']}`{'' if each['required'] else ', if you like'}."
        for each in parameters
        if each["in"] == "header"
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        told.append(f"Takes {_type(body['schema'])}.")
    told += [
        f"Answers {status}: {_type(content['schema'])}."
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for content in response.get("content", {}).values()
    ]
    yield " ".join(told)
    yield ""
    query = [each for each in parameters if each["in"] == "query"]
    if query:
        yield from _table([(each["name"], each["schema"], False, each) for each in query])


def _schema(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    required = schema.get("required", [])
    yield from _table(
        [
            (field, each, field in required, each)
            for field, each in schema.get("properties", {}).items()
        ]
    )


def _table(rows: list[tuple[str, dict[str, Any], bool, dict[str, Any]]]) -> Iterator[str]:
    if rows:
        yield "| Name | Type | |"
        yield "|---|---|---|"
    for name, schema, is_required, described in rows:
        notes = [described["description"]] if "description" in described else []
        if "default" in schema:
            notes.append(f"Default `{json.dumps(schema['default'])}`.")
        shown = f"**`{name}`**" if is_required else f"`{name}`"
        yield f"| {shown} | {_type(schema)} | {' '.join(notes)} |"
    if rows:
        yield ""


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(word)}`" for word in schema["enum"])
    kinds = schema.get("type", "any")
    words = [kinds] if isinstance(kinds, str) else kinds
    shown = " or ".join(words)
    if "items" in schema:
        shown = f"list of {_type(schema['items'])}"
    limits = {
        "format": schema.get("format"),
        "up to": schema.get("maxLength") or schema.get("maximum"),
    }
    return " ".join([shown, *(f"({name} {v})" for name, v in limits.items() if v)])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

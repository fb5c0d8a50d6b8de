"""Blueprints whose views read strictly, state their headers and name their operations."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import Any, TypeVar

import flask_smorest
import marshmallow as ma
from flask import current_app, g
from flask.views import MethodView

from api.arguments import StrictArguments
from api.concurrency import expected_version, version_if_given
from api.idempotency import MAX_LENGTH, MIN_LENGTH, idempotency_key
from domain.access import Grant

View = TypeVar("View", bound=Callable[..., Any])

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag under which the resource was read; one version, never `*`.",
    "schema": {"type": "string", "pattern": '^"v[1-9][0-9]*"$'},
    "example": '"v7"',
}

OPTIONAL_IF_MATCH = {
    **IF_MATCH,
    "required": False,
    "description": "The ETag that must still hold; what is added without one is added in any case.",
}

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "A new key for every write; the same key for every retry of it.",
    "schema": {"type": "string", "minLength": MIN_LENGTH, "maxLength": MAX_LENGTH},
    "example": "01937a4e-2f1b-7c3d-9a5e-8b6f4c2d1e0a",
}


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A blueprint of flask-smorest with our parser, our headers and an operationId per view.

    The operationId is the view's name in camelCase: `list_customers` becomes `listCustomers`.
    """

    ARGUMENTS_PARSER = StrictArguments()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Build the blueprint as flask-smorest does."""
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(_document_headers)

    def route(
        self, rule: str, *, needs: Grant | None, **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a view at `rule` for whoever holds the grant `needs`; None lets everybody in.

        `get`, `post` and `patch` take it too: a view that does not say whom it is for is an error
        when it is imported.
        """
        add: Callable[[Any], Any] = super().route(rule, **options)

        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            security = [] if needs is None else [{"bearer": [needs.value]}]
            add(self.doc(security=security)(_granted(view, needs)))
            return view

        return declare

    def shows(self, status: int, schema: type[ma.Schema]) -> Callable[[View], View]:
        """Document `schema` as the answer and send what the view returns, encoded as it is.

        The view returns the body, or body and headers. Nothing is dumped through the schema, which
        would cost more than reading the rows; a contract test compares answers with the document.
        """

        def decorate(view: View) -> View:
            @wraps(view)
            def showing(*args: Any, **kwargs: Any) -> Any:
                shown = view(*args, **kwargs)
                body, headers = shown if isinstance(shown, tuple) else (shown, {})
                response = current_app.json.response(body)
                response.status_code = status
                response.headers.update(headers)
                return response

            documented: View = self.alt_response(status, schema=schema, success=True)(showing)
            return documented

        return decorate

    @staticmethod
    def if_match(view: View) -> View:
        """Require If-Match and hand it to the view as `expected_version`."""
        return _with_header(view, IF_MATCH, "expected_version", expected_version)

    @staticmethod
    def if_match_optional(view: View) -> View:
        """Hand the version of If-Match to the view as `expected_version`, None without one."""
        return _with_header(view, OPTIONAL_IF_MATCH, "expected_version", version_if_given)

    @staticmethod
    def idempotent(view: View) -> View:
        """Require Idempotency-Key and hand it to the view as `idempotency_key`."""
        return _with_header(view, IDEMPOTENCY_KEY, "idempotency_key", idempotency_key)

    def _store_endpoint_docs(
        self,
        endpoint: str,
        obj: Any,
        parameters: Any,
        tags: Any,
        **options: Any,
    ) -> None:
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        is_class = isinstance(obj, type) and issubclass(obj, MethodView)
        for method, operation in self._docs[endpoint].items():
            if method == "parameters":
                continue
            name = f"{method}_{obj.__name__}" if is_class else obj.__name__
            operation.setdefault("manual_doc", {}).setdefault("operationId", _camel(name))


def _granted(view: View, needs: Grant | None) -> View:
    @wraps(view)
    def granting(*args: Any, **kwargs: Any) -> Any:
        if needs is not None:
            g.principal.require(needs)
        return view(*args, **kwargs)

    return granting  # type: ignore[return-value]  # the same signature


def _with_header(
    view: View, header: dict[str, object], argument: str, read: Callable[[], object]
) -> View:
    @wraps(view)
    def reading(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **{argument: read()}, **kwargs)

    # flask-smorest keeps what its decorators say in this attribute of the function.
    described = deepcopy(getattr(reading, "_apidoc", {}))
    described.setdefault("headers", []).append(header)
    reading._apidoc = described  # type: ignore[attr-defined]  # noqa: SLF001
    return reading  # type: ignore[return-value]  # the same signature without the argument


def _document_headers(
    doc: dict[str, Any], described: dict[str, Any], **_context: object
) -> dict[str, Any]:
    headers = described.get("headers")
    if headers:
        doc["parameters"] = [*doc.get("parameters", []), *headers]
    return doc


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head[:1].lower() + head[1:] + "".join(part[:1].upper() + part[1:] for part in rest)

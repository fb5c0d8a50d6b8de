"""The OpenAPI 3.1 document of the service and a page that shows it without the internet.

The page is Swagger UI as the package flask-swagger-ui carries it, started by a script of our own,
so that the Content-Security-Policy allows nothing inline.
"""

from __future__ import annotations

from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import flask
import flask_smorest
import marshmallow as ma
import msgspec

from api.problems import PROBLEM_CONTENT_TYPE
from api.security_headers import PAGE_POLICY

DOCUMENT_PATH = "/api/openapi.json"
PAGE_PATH = "/api/docs"

_SWAGGER_FILES = frozenset(
    {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-16x16.png", "favicon-32x32.png"}
)
_OWN_FILES = frozenset({"start.js", "start.css"})


class FieldProblemSchema(ma.Schema):
    """What is wrong with one value."""

    message = ma.fields.String(required=True)
    code = ma.fields.String()
    pointer = ma.fields.String(metadata={"description": "Where in the body (RFC 6901)."})
    parameter = ma.fields.String(metadata={"description": "Which parameter of the query."})


class ProblemSchema(ma.Schema):
    """A refusal (RFC 9457)."""

    type = ma.fields.String(required=True, metadata={"example": "/errors/stale-version"})
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    code = ma.fields.String(required=True, metadata={"example": "stale-version"})
    instance = ma.fields.String(required=True, metadata={"description": "The request id."})
    errors = ma.fields.List(ma.fields.Nested(FieldProblemSchema))
    rules = ma.fields.List(
        ma.fields.String(),
        metadata={"description": "The rules of the business that ask for the refusal."},
    )
    duplicate = ma.fields.Dict(
        metadata={"description": "Of `duplicate-customer`: the DuplicateHit that is in the way."}
    )


class OpenApi(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest's Api with our problem documents, bearer tokens and offline page.

    The views of a registered blueprint are described when the document is first asked for: that is
    more work than all else that an application does when it starts. A view that needs no token says
    so with `@blueprint.doc(security=[])`.
    """

    ERROR_SCHEMA = ProblemSchema

    def __init__(
        self, app: flask.Flask, *, title: str, version: str, description: str = ""
    ) -> None:
        """Describe `app`, which serves the document from then on."""
        self._document: bytes | None = None
        self._only_writer = Lock()
        self._blueprints: list[flask_smorest.Blueprint] = []
        super().__init__(
            app,
            spec_kwargs={
                "title": title,
                "version": version,
                "openapi_version": "3.1.0",
                "info": {"description": description},
                "security": [{"bearer": []}],
            },
        )
        self.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})

    def register_blueprint(self, blueprint: flask_smorest.Blueprint, **options: Any) -> None:
        """Serve the views of `blueprint`, and describe them."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint, **options)
        self._blueprints.append(blueprint)

    def _register_error_handlers(self) -> None:
        """Leave errors to `api.problems`."""

    def _register_responses(self) -> None:
        """Describe every refusal as a problem document."""
        for status in HTTPStatus:
            response: dict[str, object] = {"description": status.phrase}
            if status >= HTTPStatus.BAD_REQUEST:
                response["content"] = _PROBLEM
            self.spec.components.response(status.name, response, lazy=True)
        refusal = {"description": "Refused, or failed", "content": _PROBLEM}
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, refusal, lazy=True)

    def _register_doc_blueprint(self) -> None:
        """Serve the document and the page that shows it."""
        own = Path(__file__).parent
        pages = flask.Blueprint("api_docs", __name__, template_folder=str(own / "templates"))
        swagger = str(files("flask_swagger_ui") / "dist")

        @pages.get(DOCUMENT_PATH)
        def document() -> flask.Response:
            response = flask.Response(self.document(), mimetype="application/json")
            response.headers["Cache-Control"] = "no-cache"
            response.add_etag()
            response.make_conditional(flask.request)
            return response

        @pages.get(PAGE_PATH)
        def page() -> flask.Response:
            address = flask.url_for("api_docs.document")
            text = flask.render_template("api_docs.html", title=self.spec.title, address=address)
            response = flask.Response(text)
            response.headers["Content-Security-Policy"] = PAGE_POLICY
            return response

        @pages.get(f"{PAGE_PATH}/<name>")
        def asset(name: str) -> flask.Response:
            if name not in _SWAGGER_FILES | _OWN_FILES:
                flask.abort(404)
            folder = swagger if name in _SWAGGER_FILES else own / "static" / "docs"
            return flask.send_from_directory(folder, name, max_age=86_400)

        self._app.register_blueprint(pages)

    def document(self) -> bytes:
        """Return the OpenAPI document as JSON; made once, after every blueprint is registered."""
        with self._only_writer:
            if self._document is None:
                for each in self._blueprints:
                    each.register_views_in_doc(
                        self, self._app, self.spec, name=each.name, parameters=None
                    )
                    self.spec.tag({"name": each.name, "description": each.description})
                self._document = msgspec.json.encode(self.spec.to_dict(), enc_hook=str)
            return self._document


_PROBLEM = {PROBLEM_CONTENT_TYPE: {"schema": ProblemSchema}}

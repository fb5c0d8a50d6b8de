"""The Flask application: foundation, authentication, resources; reads no environment."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request

from api import as_of
from api.browsers import principal_of_browser, remember_position
from api.foundation import lay_foundation
from api.metrics import Metrics
from api.openapi import OpenApi
from api.own_writes import POSITION_HEADER, wait_for_own_write
from api.pages.resources import install_pages
from api.public.resources import PUBLIC
from api.service import EXTENSION, Service
from api.staleness import install_staleness
from api.v1 import duplicates, health
from api.v1.resources import BLUEPRINTS
from domain.errors import DuplicateCustomerError
from projections.past import BuildingError, TooManyBuildsError

API_PREFIX = "/api/v1"


class KezhiApp(Flask):
    """Flask for views that are ordinary functions, all of them."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func`; Flask asks of every function in every request whether it is async."""
        return func


def create_app(service: Service) -> Flask:
    """Return the application that serves `service`; every view declares which grant it needs."""
    app = KezhiApp("kezhi")
    app.extensions[EXTENSION] = service
    _measure(app, service.metrics)
    lay_foundation(app)
    install_staleness(app)
    app.register_error_handler(DuplicateCustomerError, duplicates.already_known)
    app.register_error_handler(BuildingError, as_of.being_built)
    app.register_error_handler(TooManyBuildsError, as_of.too_many_builds)
    api = OpenApi(
        app,
        title="Kezhi 客志",
        version="1",
        description="Customer care as a system of record. 客户追踪、投诉与关怀。",
    )

    @app.before_request
    def authenticate() -> None:
        if request.path.startswith(API_PREFIX):
            g.principal = principal_of_browser(service) or service.authenticator.authenticate()
            if request.method == "GET":
                wait_for_own_write(service, request.headers.get(POSITION_HEADER, ""))

    @app.after_request
    def name_position(response: Response) -> Response:
        position = g.get("position", 0)
        if position:
            response.headers[POSITION_HEADER] = str(position)
            if "session" in g:
                remember_position(response, position)
        return response

    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint, url_prefix=API_PREFIX + (blueprint.url_prefix or ""))
    for blueprint in (*PUBLIC, health.blueprint):
        api.register_blueprint(blueprint)
    install_pages(app)
    service.metrics.name_endpoints(app.view_functions)
    return app


def _measure(app: Flask, metrics: Metrics) -> None:
    """Count every request that is answered, however that ends."""

    @app.before_request
    def start() -> None:
        g.started = perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        seconds = perf_counter() - g.started
        metrics.count_request(request.endpoint, response.status_code, seconds)
        return response

"""Whether the service lives (/livez), is ready (/readyz), and how it is doing (/metrics)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

import structlog
from flask import Response, jsonify, request
from marshmallow import Schema, fields
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from api import vitals
from api.blueprints import Blueprint
from api.failures import trail
from api.problems import Problem
from api.service import the_service

blueprint = Blueprint("health", "health", description="运行状态 How the service is doing")


class Life(Schema):
    """A sign of life."""

    alive = fields.Boolean(required=True)


class Check(Schema):
    """One thing that answers depend on."""

    ok = fields.Boolean(required=True)
    detail = fields.String(required=True)


class Readiness(Schema):
    """Whether requests can be answered, and what that depends on."""

    ready = fields.Boolean(required=True)
    checks = fields.Dict(fields.String(), fields.Nested(Check), required=True)


@blueprint.get("/livez", needs=None)
@blueprint.shows(200, Life)
def live() -> dict[str, Any]:
    """Answer as long as the process can; touches nothing else."""
    return {"alive": True}


@blueprint.get("/readyz", needs=None)
@blueprint.alt_response(503, schema=Readiness)
@blueprint.alt_response(200, schema=Readiness, success=True)
def ready() -> Response:
    """Tell whether database, migrations and read models are as they should be.

    The queue is told of too, but requests are answered without it.
    """
    service = the_service()
    checks = vitals.checks(service.read, service.background, service.now())
    is_ready = vitals.is_ready(checks)
    response = jsonify({"ready": is_ready, "checks": checks})
    if not is_ready:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return response


@blueprint.get("/metrics", needs=None)
@blueprint.alt_response(200, schema={"type": "string"}, content_type="text/plain", success=True)
def show_metrics() -> Response:
    """Return the figures in the format of Prometheus; by token, else to this machine only."""
    service = the_service()
    if not _may_see_metrics(service.metrics_token):
        raise Problem(404, "not-found")
    registry = CollectorRegistry()
    registry.register(_Figures())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """What the processes counted, and what stands in the database if it answers."""

    def collect(self) -> Iterable[Metric]:
        service = the_service()
        yield from service.metrics.collect()
        try:
            yield from vitals.gauges(service.read, service.background, service.now())
        except vitals.AWAY as error:
            structlog.get_logger().warning("no-gauges", **trail(error))

    def describe(self) -> Iterable[Metric]:
        return ()


def _may_see_metrics(token: str) -> bool:
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    # A proxy on this machine would make everybody look local.
    is_direct = "X-Forwarded-For" not in request.headers and "Forwarded" not in request.headers
    return is_direct and ip_address(request.remote_addr or "::").is_loopback

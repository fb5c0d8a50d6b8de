"""Puts the HTTP edge together (组装): the outermost composition, once per process."""

from __future__ import annotations

import time

from api.metrics import Metrics
from api.service import Service
from api.settings import HttpSettings
from domain.eventstore.settings import StoreSettings
from projections.bootstrap import read_side


def service(http: HttpSettings, store: StoreSettings, *, metrics: Metrics | None = None) -> Service:
    """Return what the views of one process are given; build it after a fork.

    `metrics` is what all processes of a server count into. Raises what `read_side` raises.
    """
    return Service.build(
        read_side(store, name="kezhi-http"),
        monotonic=time.monotonic,
        metrics=metrics,
        metrics_token=http.metrics_token,
    )

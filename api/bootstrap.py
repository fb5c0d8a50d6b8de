"""Puts the HTTP edge together (组装): the outermost composition, once per process."""

from __future__ import annotations

import time

from api.hourly_limits import IntakeLimits
from api.metrics import Metrics
from api.service import Service
from api.settings import HttpSettings
from domain.eventstore.settings import StoreSettings
from projections.bootstrap import read_side
from workers.settings import QueueSettings
from workers.vitals import VitalsReader


def service(
    http: HttpSettings,
    store: StoreSettings,
    queue: QueueSettings,
    *,
    metrics: Metrics | None = None,
) -> Service:
    """Return what the views of one process are given; build it after a fork.

    Without an address of the queue nothing is told of the background work. `metrics` is what all
    processes of a server count into. Raises what `read_side` raises.
    """
    read = read_side(store, name="kezhi-http")
    return Service.build(
        read,
        monotonic=time.monotonic,
        background=VitalsReader(read.database, queue) if queue.url else None,
        metrics=metrics,
        metrics_token=http.metrics_token,
        intake_limits=IntakeLimits(
            per_address=http.intake_per_address, per_form=http.intake_per_form
        ),
    )

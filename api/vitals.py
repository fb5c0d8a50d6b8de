"""How the service is doing: what /readyz judges and /metrics shows, read when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import psycopg
from eventsourcing import persistence
from prometheus_client.core import GaugeMetricFamily, Metric

from domain.eventstore.migrate import pending_migrations
from projections import positions
from projections.bootstrap import ReadSide
from projections.registry import READ_MODELS

MOST_LAG_SECONDS = 60.0
"""Lists that are older than this are no basis for a day's work."""

AWAY = (psycopg.Error, persistence.PersistenceError)


@dataclass(frozen=True, slots=True)
class Check:
    """Whether one thing that answers depend on is as it should be, and what there is to say."""

    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a live read model is behind the log, in events; None when it is not built yet."""

    name: str
    behind: int | None


def checks(read: ReadSide, now: datetime) -> dict[str, Check]:
    """Return what readiness depends on; after the database is found away, nothing else is asked."""
    try:
        head = read.log.head
        pending = pending_migrations(read.database.address)
        found = progress(read, head)
        seconds = lag_seconds(read, found, head, now)
    except AWAY:
        return {"database": Check(ok=False, detail="does not answer")}
    missing = [each.name for each in found if each.behind is None]
    behind = f"{max((each.behind or 0 for each in found), default=0)} events, {seconds:.1f} s"
    return {
        "database": Check(ok=True, detail=f"position {head}"),
        "migrations": Check(ok=not pending, detail=", ".join(pending) or "all applied"),
        "read_models": Check(ok=not missing, detail=", ".join(missing) or "all built"),
        "lag": Check(ok=seconds <= MOST_LAG_SECONDS, detail=behind),
    }


def progress(read: ReadSide, head: int) -> list[Progress]:
    """Return how far each read model of this code is behind `head`."""
    with read.database.connection() as connection:
        standings = positions.standings(connection)
    found = []
    for kind in READ_MODELS:
        standing = standings.get(kind.name)
        is_live = standing is not None and standing.version == kind.version
        behind = max(head - standing.position, 0) if standing is not None and is_live else None
        found.append(Progress(kind.name, behind))
    return found


def lag_seconds(read: ReadSide, found: Iterable[Progress], head: int, now: datetime) -> float:
    """Return how old the oldest event is that some live read model does not contain, 0 if none."""
    behind = max((each.behind or 0 for each in found), default=0)
    if not behind:
        return 0.0
    waiting = read.log.recorder.select_notifications(head - behind + 1, 1)
    events = [read.log.mapper.to_domain_event(each) for each in waiting]
    return max((now - events[0].timestamp).total_seconds(), 0.0) if events else 0.0


def gauges(read: ReadSide, now: datetime) -> list[Metric]:
    """Return what stands in the database, as Prometheus reads it."""
    head = read.log.head
    found = progress(read, head)
    behind = GaugeMetricFamily(
        "kezhi_projection_lag_events", "Events a read model does not contain.", labels=["name"]
    )
    for each in found:
        behind.add_metric([each.name], float("nan") if each.behind is None else each.behind)
    with read.database.connection() as connection:
        parked = positions.parked(connection)
    waiting = GaugeMetricFamily(
        "kezhi_parked_streams", "Streams a read model could not apply.", labels=["name"]
    )
    for each in found:
        streams = [stream for stream in parked if stream.read_model == each.name]
        waiting.add_metric([each.name], len(streams))
    return [
        GaugeMetricFamily("kezhi_log_position", "The newest event's position.", value=head),
        GaugeMetricFamily(
            "kezhi_projection_lag_seconds",
            "Age of the oldest event that some read model does not contain.",
            value=lag_seconds(read, found, head, now),
        ),
        behind,
        waiting,
    ]

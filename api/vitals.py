"""How the service is doing: what /readyz judges and /metrics shows, read when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg
from eventsourcing import persistence
from prometheus_client.core import GaugeMetricFamily, Metric

from domain.eventstore.migrate import pending_migrations
from domain.eventstore.roles import can_change_the_log
from projections.bootstrap import ReadSide
from projections.lag import Lag, lag
from projections.registry import READ_MODELS
from workers.vitals import Vitals, VitalsReader

MOST_LAG_SECONDS = 60.0
"""Lists that are older than this are no basis for a day's work."""

COUNTED_FOR = 300.0
"""Seconds for which a count of lost keys is good."""

AWAY = (psycopg.Error, persistence.PersistenceError)


@dataclass(frozen=True, slots=True)
class Check:
    """Whether something is as it should be, and what there is to say about it."""

    ok: bool
    detail: str


class _LostKeys:
    """How many data keys are lost, counted at most every few minutes: it takes the whole log."""

    def __init__(self) -> None:
        self._counted: dict[int, tuple[float, int]] = {}

    def count(self, read: ReadSide) -> int:
        now = time.monotonic()
        counted_at, lost = self._counted.get(id(read), (now - COUNTED_FOR, 0))
        if now - counted_at >= COUNTED_FOR:
            lost = read.lost_keys()
            self._counted = {id(read): (now, lost)}
        return lost


_LOST = _LostKeys()


def checks(read: ReadSide, background: VitalsReader | None, now: datetime) -> dict[str, Check]:
    """Return what to judge by; once the database is found away, nothing else is asked."""
    try:
        head = read.log.head
        pending = pending_migrations(read.database.address)
        lags = lag(read.database, read.log, READ_MODELS, now)
        vitals = background.read(now) if background is not None else None
    except AWAY:
        return {"database": Check(ok=False, detail="does not answer")}
    parked = [f"{each.read_model}: {each.parked}" for each in lags if each.parked]
    missing = [each.read_model for each in lags if each.is_missing]
    events, seconds = max(each.events for each in lags), max(each.seconds for each in lags)
    found = {
        "database": Check(ok=True, detail=f"position {head}"),
        "migrations": Check(ok=not pending, detail=", ".join(pending) or "all applied"),
        "read_models": Check(ok=not missing, detail=", ".join(missing) or "all built"),
        "lag": Check(ok=seconds <= MOST_LAG_SECONDS, detail=f"{events} events, {seconds:.1f} s"),
        "parked": Check(ok=not parked, detail=", ".join(parked) or "nothing"),
    }
    lost = _LOST.count(read)
    told = f"{lost} lost: restore the key table" if lost else "all there"
    found["keys"] = Check(ok=not lost, detail=told)
    if vitals is not None:
        is_there = vitals.queues is not None
        detail = "answers" if is_there else "away: reminders come later, requests are answered"
        found["queue"] = Check(ok=is_there, detail=detail)
    return found


def is_ready(found: Mapping[str, Check]) -> bool:
    """Tell whether requests can be answered; for that no queue is needed, nor every row or key."""
    spared = {"queue", "parked", "keys"}
    return all(check.ok for name, check in found.items() if name not in spared)


def gauges(read: ReadSide, background: VitalsReader | None, now: datetime) -> list[Metric]:
    """Return what stands in the database and the queue, as Prometheus reads it."""
    position = GaugeMetricFamily(
        "kezhi_log_position", "The newest event's position.", value=read.log.head
    )
    figures = [position, *_of_read_models(lag(read.database, read.log, READ_MODELS, now))]
    figures += _of_signing(read, now)
    figures.append(
        GaugeMetricFamily(
            "kezhi_lost_keys",
            "People whose data key cannot be had though nobody erased them.",
            value=_LOST.count(read),
        )
    )
    figures += _of_erasures(read, now)
    if background is not None:
        figures += _of_background(background.read(now), now)
    return figures


def _of_read_models(lags: list[Lag]) -> list[Metric]:
    return [
        _by(
            "kezhi_projection_lag_seconds",
            "How long the next event has waited for a read model.",
            {each.read_model: each.seconds for each in lags},
        ),
        _by(
            "kezhi_projection_lag_events",
            "Events a read model does not contain.",
            {each.read_model: each.events for each in lags},
        ),
        _by(
            "kezhi_parked_streams",
            "Streams a read model could not apply.",
            {each.read_model: each.parked for each in lags},
        ),
    ]


def _of_signing(read: ReadSide, now: datetime) -> list[Metric]:
    newest = read.checkpoints.newest()
    age = (now - newest.signed_at).total_seconds() if newest and newest.signed_at else 0.0
    with read.database.connection() as connection:
        is_kept = not can_change_the_log(connection, read.log.recorder.schema)
    return [
        GaugeMetricFamily(
            "kezhi_checkpoint_position",
            "The newest event that is signed.",
            value=newest.size if newest else 0,
        ),
        GaugeMetricFamily("kezhi_checkpoint_age_seconds", "How long ago it was signed.", value=age),
        GaugeMetricFamily(
            "kezhi_signing_refused",
            "1 when the signer found the log changed and signs no more.",
            value=read.checkpoints.is_refused(),
        ),
        GaugeMetricFamily(
            "kezhi_log_append_only",
            "1 when the database lets the service change no event.",
            value=is_kept,
        ),
    ]


def _of_erasures(read: ReadSide, now: datetime) -> list[Metric]:
    open_ones = [(now - row.erased_at).total_seconds() for row in read.erasures.unfinished()]
    return [
        GaugeMetricFamily(
            "kezhi_open_erasures", "People erased of whom not all is purged.", value=len(open_ones)
        ),
        GaugeMetricFamily(
            "kezhi_open_erasure_seconds",
            "How long the oldest of them has waited.",
            value=max(open_ones, default=0.0),
        ),
    ]


def _of_background(vitals: Vitals, now: datetime) -> list[Metric]:
    late = vitals.oldest_overdue_seconds(now)
    figures: list[Metric] = [
        _by("kezhi_open_obligations", "Obligations not decided yet.", vitals.open),
        GaugeMetricFamily(
            "kezhi_oldest_overdue_seconds", "How late the oldest obligation is.", value=late
        ),
        _by("kezhi_outbox_messages", "Messages of the last 30 days by state.", vitals.messages),
        _by("kezhi_quarantined", "What was set aside, by job.", vitals.quarantined),
    ]
    if vitals.queues is not None:
        waiting = {name: queue.waiting for name, queue in vitals.queues.items()}
        figures.append(_by("kezhi_queue_depth", "Hints that wait in the queue.", waiting))
    return figures


def _by(name: str, text: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["name"])
    for label, value in values.items():
        family.add_metric([label], value)
    return family

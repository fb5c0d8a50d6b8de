"""The actors: one for each job and lane, on a queue of the same name; nothing else is queued."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import dramatiq

from workers.lanes import Job, Lane

PRIORITIES = {Lane.URGENT: 0, Lane.NORMAL: 10, Lane.BULK: 20}
"""Orders what one process has fetched already; the lanes themselves are separate queues."""


def queue_name(job_name: str, lane: Lane) -> str:
    """Return the name of the queue, and of the actor, of a job's lane."""
    return f"{job_name}-{lane.value}"


def declare(broker: dramatiq.Broker, jobs: Iterable[Job]) -> None:
    """Let `broker` know every actor."""
    for job in jobs:
        for lane in Lane:
            if lane in job.lanes.values():
                name = queue_name(job.name, lane)
                dramatiq.Actor(
                    _heed(job),
                    broker=broker,
                    actor_name=name,
                    queue_name=name,
                    priority=PRIORITIES[lane],
                    options={"time_limit": int(job.at_most.total_seconds() * 1000)},
                )


def _heed(job: Job) -> Callable[[Sequence[str]], None]:
    def heed(keys: Sequence[str]) -> None:
        job.run([UUID(key) for key in keys])

    return heed

"""The queue of hints: Dramatiq on a Redis-protocol server, without delays, retries and results.

A message is only ever a hint, so the client fails fast: a lost one is harmless, a doubled one too.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Any
from uuid import UUID

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError
from dramatiq.middleware import AgeLimit, Middleware, TimeLimit
from redis.backoff import NoBackoff
from redis.retry import Retry

from workers.actors import queue_name
from workers.lanes import Job, Lane
from workers.settings import QueueSettings

logger = logging.getLogger(__name__)

HEARTBEAT_TIMEOUT_MS = 60_000
MAINTENANCE_CHANCE = 100_000
"""In a million commands. The library's default recovers a killed worker's hints in a quarter of an
hour, this in some seconds; the lease would bring them back in any case."""

PING_SECONDS = 10.0
EXIT_CODE = 70  # EX_SOFTWARE: the supervisor starts us again
AWAY_SECONDS = 5.0
QUEUE_AWAY = (redis.RedisError, BrokerConnectionError, OSError)


def a_client(url: str, *, timeout: float) -> redis.Redis:
    """Return a client that tries once; nothing is opened yet."""
    client: redis.Redis = redis.Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=2,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 0),
    )
    return client


def a_broker(
    settings: QueueSettings, *, middleware: Sequence[Middleware] = (), timeout: float = 30.0
) -> RedisBroker:
    """Return a broker; nothing is opened yet.

    The middleware is listed, so no release adds any: there is none for retries, and a hint that
    fails is forgotten.
    """
    broker: RedisBroker = RedisBroker(  # type: ignore[no-untyped-call]
        client=a_client(settings.url, timeout=timeout),
        middleware=[AgeLimit(), TimeLimit(), *middleware],
        namespace=settings.namespace,
        heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
        maintenance_chance=MAINTENANCE_CHANCE,
    )
    return broker


class Watchdog(Middleware):
    """Keeps a worker honest: tells the queue that it lives, and ends it when it is half dead.

    Dramatiq sends heartbeats only with other commands, so one whose hands are full would be taken
    for dead; and a consumer whose thread has died is never replaced (F2, F6 of the failures found).
    """

    def __init__(
        self, *, seconds: float = PING_SECONDS, leave: Callable[[int], Any] = os._exit
    ) -> None:
        """Look every `seconds`; `leave` ends the process without tidying up."""
        self._seconds = seconds
        self._leave = leave
        self._stop = Event()

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Begin."""
        Thread(target=self._watch, args=(broker, worker), name="watchdog", daemon=True).start()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """End: from here on threads are meant to stop."""
        _ = broker, worker
        self._stop.set()

    def _watch(self, broker: RedisBroker, worker: dramatiq.Worker) -> None:
        while not self._stop.wait(self._seconds):
            threads = [*worker.consumers.values(), *worker.workers]
            if dead := [thread.name for thread in threads if not thread.is_alive()]:
                logger.critical("threads-died", extra={"threads": dead})
                self._leave(EXIT_CODE)
                return
            try:
                for queue in broker.get_declared_queues():
                    broker.do_qsize(queue)
                    break
            except QUEUE_AWAY:
                logger.warning("queue-away")


class QueuedHints:
    """Sends hints to the queues; while the server is away it is left alone for some seconds."""

    def __init__(
        self, broker: RedisBroker, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Send through `broker`, whose actors are declared."""
        self._broker = broker
        self._monotonic = monotonic
        self._away_until = float("-inf")

    def waiting(self, job: Job, lane: Lane) -> int | None:
        """Return how many hints nobody has fetched yet; None when the queue is away."""
        queue = f"{self._broker.namespace}:{queue_name(job.name, lane)}"
        waiting: int | None = self._ask(lambda: self._broker.client.llen(queue))
        return waiting

    def send(self, job: Job, lane: Lane, keys: Sequence[UUID]) -> bool:
        """Point at `keys`; False when the queue is away."""
        actor = self._broker.get_actor(queue_name(job.name, lane))
        return self._ask(lambda: actor.send([str(key) for key in keys])) is not None

    def _ask(self, ask: Callable[[], Any]) -> Any:
        if self._monotonic() < self._away_until:
            return None
        try:
            return ask()
        except QUEUE_AWAY as error:
            self._away_until = self._monotonic() + AWAY_SECONDS
            logger.warning("queue-away", extra={"error": type(error).__name__})
            return None

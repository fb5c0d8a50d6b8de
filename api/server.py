"""The HTTP server: gunicorn with threads, each process with connections of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from werkzeug.middleware.proxy_fix import ProxyFix

from api.app import create_app
from api.bootstrap import service
from api.memory import collect_rarely
from api.metrics import Metrics
from api.service import Service
from api.settings import HttpSettings
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.settings import StoreSettings
from workers.settings import QueueSettings

ANSWER_SECONDS = 30
"""A process that has not moved for so long is replaced."""

GOODBYE_SECONDS = 20
"""What is being answered when the server is told to stop may take so long."""

KEEP_ALIVE_SECONDS = 75
"""Longer than the minute after which proxies give up idle connections: the server never hangs up
on a request that is on its way."""


def run_server(
    http: HttpSettings, store: StoreSettings, queue: QueueSettings | None = None
) -> None:
    """Serve until SIGTERM or SIGINT; what is being answered then is answered first.

    SIGHUP replaces the processes one by one. An embedded database is kept up by this process, so
    it outlives any of those that answer. `queue` is where the background work can be watched.
    """
    queue = queue or QueueSettings()
    if not store.is_embedded:
        Server(http, store, queue).run()
        return
    with EmbeddedPostgres(store.data_folder / "postgres") as engine:
        Server(http, replace(store, database_url=engine.addresses.service), queue).run()


class Server(BaseApplication):  # type: ignore[misc]  # as above
    """Gunicorn under our settings; nothing is connected before the processes are forked."""

    def __init__(self, http: HttpSettings, store: StoreSettings, queue: QueueSettings) -> None:
        """Prepare to serve `store`."""
        self._http = http
        self._store = store
        self._queue = queue
        # During a reload the old processes finish while the new ones begin.
        self._parts = 2 * http.processes
        self._metrics = Metrics(self._parts)
        self._service: Service | None = None
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what it needs to know; it reads no file and no variable."""
        options: dict[str, Any] = {
            "bind": self._http.address,
            "workers": self._http.processes,
            "worker_class": "gthread",
            "threads": self._http.threads,
            "timeout": ANSWER_SECONDS,
            "graceful_timeout": GOODBYE_SECONDS,
            "keepalive": KEEP_ALIVE_SECONDS,
            "proc_name": "kezhi-http",
            # Our own limits are stricter and answer with a problem document.
            "limit_request_line": 8_190,
            "limit_request_fields": 200,
            "limit_request_field_size": 32_768,
            "control_socket_disable": True,
            "loglevel": "warning",
            "pre_fork": self._assign_part,
            "post_fork": self._take_part,
            "worker_exit": self._close,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application, in each process after it was forked."""
        self._service = service(self._http, self._store, self._queue, metrics=self._metrics)
        app = create_app(self._service)
        if self._http.proxies:
            app.wsgi_app = ProxyFix(app.wsgi_app, x_for=self._http.proxies, x_proto=0)  # type: ignore[method-assign]  # as Flask documents it
        collect_rarely()
        return app

    def _assign_part(self, arbiter: Any, worker: Any) -> None:
        taken = {other.kezhi_part for other in arbiter.WORKERS.values()}
        free = [part for part in range(self._parts) if part not in taken]
        worker.kezhi_part = free[0] if free else self._parts - 1

    def _take_part(self, _arbiter: Any, worker: Any) -> None:
        self._metrics.count_into(worker.kezhi_part)

    def _close(self, _arbiter: Any, _worker: Any) -> None:
        if self._service is not None:
            self._service.close()

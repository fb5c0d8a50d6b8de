"""The server of `kezhi serve` with one endpoint more, which does nothing but authenticate."""

from __future__ import annotations

import os

from flask import Flask

from api.server import Server
from api.settings import HttpSettings
from domain.eventstore.settings import StoreSettings
from domain.settings import Environment
from workers.settings import QueueSettings


class MeasuredServer(Server):
    """Answers `/api/v1/authenticated` too."""

    def load(self) -> Flask:
        app = super().load()
        app.add_url_rule("/api/v1/authenticated", "authenticated", lambda: {"ok": True})
        self._metrics.name_endpoints(app.view_functions)
        return app


def serve() -> None:
    """Serve as the variables of the environment say."""
    variables = Environment(os.environ)
    MeasuredServer(
        HttpSettings.from_environment(variables),
        StoreSettings.from_environment(variables),
        QueueSettings.from_environment(variables),
    ).run()

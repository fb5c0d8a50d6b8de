"""The application for any WSGI server: `api.wsgi:application()`, configured by variables.

`kezhi serve` runs ours (`api.server`), which counts across processes and closes what it opened.
"""

from __future__ import annotations

import os

from flask import Flask

from api.app import create_app
from api.bootstrap import service
from api.settings import HttpSettings
from domain.eventstore.settings import StoreSettings
from domain.settings import Environment
from workers.settings import QueueSettings


def application() -> Flask:
    """Return the application; SettingsError names a variable that cannot be used."""
    variables = Environment(os.environ)
    http = HttpSettings.from_environment(variables)
    store, queue = (
        StoreSettings.from_environment(variables),
        QueueSettings.from_environment(variables),
    )
    return create_app(service(http, store, queue))

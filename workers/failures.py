"""Which failures are the servers' and which are ours, and what may be told about them."""

from __future__ import annotations

import traceback

import psycopg
from eventsourcing import persistence
from psycopg_pool import PoolTimeout

SERVER_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    persistence.OperationalError,
    PoolTimeout,
)
"""The database went away or is too busy; what was begun is tried again and nobody is to blame."""


def told(error: Exception) -> str:
    """Return what happened and where, without the message: that may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"

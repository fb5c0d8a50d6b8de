"""What processes log: one line each, key=value, on standard error.

A failure is told by its type and the places it passed, never by its message: that of a database
error may quote a whole row, and rows hold personal data (D12).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog

from api.failures import trail

OURS = ("api", "workers", "projections", "domain")
"""The packages whose steps are logged; of all others only what is wrong."""

QUIET = ("domain.eventstore.server_process",)
"""Modules of ours that every process of a machine would repeat."""

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class KeyValues(logging.Formatter):
    """`2026-11-22T02:03:04.567Z warning database-away logger=workers.ticker seconds=2`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, object] = {"logger": record.name}
        told |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info and record.exc_info[1] is not None:
            told |= trail(record.exc_info[1])
        pairs = " ".join(f"{name}={_quoted(value)}" for name, value in told.items())
        level = record.levelname.lower()
        return f"{at.removesuffix('+00:00')}Z {level} {_line(record.getMessage())} {pairs}"


def log_to_standard_error() -> None:
    """Have everything logged as lines of this form; to be called once, by a process's entry."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(KeyValues())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for package in OURS:
        logging.getLogger(package).setLevel(logging.INFO)
    for module in QUIET:
        logging.getLogger(module).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _quoted(value: object) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str):
        value = ", ".join(map(str, value))
    text = _line(str(value))
    return f'"{text}"' if " " in text or not text else text


def _line(text: str) -> str:
    return " ".join(text.split())

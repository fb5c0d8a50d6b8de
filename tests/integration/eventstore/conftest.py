"""The parts of the event store, each over a database of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.application import CustomerCare
from domain.eventstore.event_log import EventLog
from domain.eventstore.recorder import CareRecorder
from tests.support.event_logs import a_care, a_log, a_recorder


@pytest.fixture
def recorder(database: str) -> Iterator[CareRecorder]:
    """An empty event log, without any meaning in its events."""
    with a_recorder(database) as recorder:
        yield recorder


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    """An empty event log."""
    with a_log(database) as log:
        yield log


@pytest.fixture
def care(database: str) -> Iterator[CustomerCare]:
    """The application with the default policies."""
    with a_care(database) as care:
        yield care

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.eventstore.embedded import EmbeddedPostgres


@pytest.fixture
def server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    """An embedded PostgreSQL, not started yet."""
    server = EmbeddedPostgres(server_folder / "postgres")
    yield server
    if server.is_running:
        server.start()
        server.stop()

"""What the tests of the embedded servers say to them and about them."""

from __future__ import annotations

import psutil
import psycopg

from domain.eventstore.server_process import EmbeddedServer

IMPORTS = """
import sys
from pathlib import Path
from domain.eventstore.embedded import EmbeddedPostgres
"""
# A program that starts the server in a folder, says so, and stays until told otherwise or killed.
STAY = """
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.read()
server.stop()
print("left", flush=True)
"""


def remember(address: str, what: str) -> None:
    """Store a note durably."""
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (what text)")
        connection.execute("INSERT INTO note VALUES (%s)", (what,))


def remembered(address: str) -> list[str]:
    """Return the stored notes."""
    with psycopg.connect(address) as connection:
        return [what for (what,) in connection.execute("SELECT what FROM note ORDER BY what")]


def main_process(server: EmbeddedServer) -> psutil.Process:
    """Return the server's main process, never one that has ended and was not buried yet."""
    process = server._main_process()
    assert process is not None
    return process

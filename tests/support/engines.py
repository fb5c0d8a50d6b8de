"""What the tests of the embedded PostgreSQL say to it and about it."""

from __future__ import annotations

import psutil
import psycopg

from domain.eventstore.embedded import EmbeddedPostgres

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


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    """Return the server's main process."""
    return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))

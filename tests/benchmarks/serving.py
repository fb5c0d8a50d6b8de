"""The service as `kezhi serve` and `kezhi project` run it, in processes of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from tests.support.programs import ROOT
from tests.support.services import a_free_port
from tests.support.waiting import eventually

PROJECT = ("-c", "from api.cli.main import main; main()", "project")
SERVE = ("-c", "from tests.benchmarks.measured_server import serve; serve()")


class Running:
    """A server and a projector at work on one database."""

    def __init__(self, port: int, database: str, server: int, projector: int) -> None:
        self.address = ("127.0.0.1", port)
        self._database = database
        self._processes = {"web": server, "projector": projector}

    def cpu_seconds(self) -> Counter[str]:
        """Return the CPU time so far of both, and of PostgreSQL for each of them."""
        seconds: Counter[str] = Counter()
        for name, pid in self._processes.items():
            process = psutil.Process(pid)
            for each in (process, *process.children(recursive=True)):
                seconds[name] += _seconds(each.pid)
        with psycopg.connect(self._database, autocommit=True) as connection:
            backends = connection.execute(
                "SELECT pid, coalesce(nullif(application_name, ''), backend_type)"
                " FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            ).fetchall()
        for pid, name in backends:
            seconds[f"PostgreSQL for {name}"] += _seconds(pid)
        return seconds


@contextmanager
def a_running_service(database: str, key_file: Path) -> Iterator[Running]:
    """Run server and projector on `database` until the block ends."""
    port = a_free_port()
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        "KEZHI_DATABASE_URL": database,
        "KEZHI_MASTER_KEY_FILE": str(key_file),
        "KEZHI_HTTP_PORT": str(port),
    }
    with _a_process(PROJECT, environment) as projector, _a_process(SERVE, environment) as server:
        eventually(lambda: _listens(port), within=60)
        yield Running(port, database, server, projector)


@contextmanager
def _a_process(program: Sequence[str], environment: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, *program], cwd=ROOT, env=environment)
    with process:
        try:
            yield process.pid
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def _seconds(pid: int) -> float:
    with suppress(psutil.NoSuchProcess):
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
    return 0.0

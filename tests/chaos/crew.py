"""Processes that are started again whenever they die, as a supervisor would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Self

ROOT = Path(__file__).parents[2]


class Crew:
    """Keeps `roles` running until it is told to stop."""

    def __init__(
        self, roles: Mapping[str, tuple[str, ...]], environment: Mapping[str, str], log: Path
    ) -> None:
        self._roles = dict(roles)
        self._environment = environment
        self._log = log.open("ab")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._paused: dict[subprocess.Popen[bytes], float] = {}
        self._lock = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for process in self._processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()

    @property
    def names(self) -> list[str]:
        """Who is in the crew."""
        return sorted(self._roles)

    def kill(self, name: str) -> None:
        """Kill one of them without warning."""
        with self._lock:
            self._processes[name].kill()

    def pause(self, name: str, seconds: float) -> None:
        """Stop one of them where it stands; later it goes on as if no time had passed."""
        with self._lock:
            process = self._processes[name]
            process.send_signal(signal.SIGSTOP)
            self._paused.setdefault(process, monotonic() + seconds)

    def dismiss(self, name: str) -> None:
        """Let one finish and not start it again."""
        with self._lock:
            del self._roles[name]
            process = self._processes.pop(name)
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(15)

    def _keep(self) -> None:
        while not self._stop.wait(0.05):
            with self._lock:
                for process in [p for p, until in self._paused.items() if until <= monotonic()]:
                    del self._paused[process]
                    process.send_signal(signal.SIGCONT)
                for name, arguments in self._roles.items():
                    process = self._processes.get(name)
                    if process is None or process.poll() is not None:
                        self._processes[name] = subprocess.Popen(
                            [sys.executable, "-m", "tests.support.roles", *arguments],
                            cwd=ROOT,
                            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **self._environment},
                            stdout=self._log,
                            stderr=self._log,
                        )

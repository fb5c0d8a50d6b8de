"""`kezhi up` as somebody starts it: one program, an empty folder, a port of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.pages import Shell
from tests.support.programs import ROOT
from tests.support.waiting import eventually

COMMAND = [sys.executable, "-c", "from api.cli.main import main; main()"]
CURL = re.compile(r'curl -H "Authorization: Bearer (kezhi_[\w-]{43})" (http://\S+)')


class Service:
    """A running `kezhi up` with what it has printed so far."""

    def __init__(self, folder: Path, port: int, *options: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.settings = {"KEZHI_DATA": str(folder), "KEZHI_HTTP_PORT": str(port)}
        self.process = subprocess.Popen(
            [*COMMAND, "--language", "en", "up", *options],
            cwd=ROOT,
            env={"PATH": os.defpath, "PYTHONUNBUFFERED": "1", **self.settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed: list[str] = []

    def wait_until_ready(self) -> None:
        """Read what it prints until it says that it is ready."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line.rstrip("\n"))
            if "Ctrl-C stops everything" in line:
                return
        message = "\n".join(["ended without being ready:", *self.printed])
        raise AssertionError(message)

    @property
    def children(self) -> list[psutil.Process]:
        """The processes of ours that it runs; the servers outlive it when it is killed."""
        started = psutil.Process(self.process.pid).children(recursive=True)
        return [process for process in started if COMMAND[2] in process.cmdline()]

    def logins(self) -> dict[str, str]:
        """Return role to token, as printed."""
        found = (re.match(r" +(\w+) +\w+ +(kezhi_[\w-]{43})$", line) for line in self.printed)
        return {match[1]: match[2] for match in found if match}

    def answer_to_the_printed_curl(self) -> Any:
        """Send the request that it prints for people to try, and return what comes back."""
        (token, address) = next(match.groups() for match in map(CURL.search, self.printed) if match)
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def stop(self) -> int:
        """Press Ctrl-C and return its exit code."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.stdout is not None
        self.printed += self.process.stdout.read().splitlines()
        return self.process.wait(60)

    def kill(self) -> None:
        """Kill it so that it cannot tidy up; return when its processes are gone."""
        children = self.children
        self.process.kill()
        self.process.wait()
        eventually(lambda: not any(child.is_running() for child in children))


@contextmanager
def a_service(folder: Path, port: int, *options: str) -> Iterator[Service]:
    """Lend a service that is ready; whatever becomes of it, nothing of it is left in the end."""
    service = Service(folder, port, *options)
    with service.process:
        try:
            service.wait_until_ready()
            yield service
        finally:
            if service.process.poll() is None:
                service.stop()


@contextmanager
def a_shell(service: Service, folder: Path) -> Iterator[Shell]:
    """Lend a shell with the command `kezhi`, whose folder is `folder`."""
    if shutil.which("curl") is None:
        pytest.skip("the pages use curl, which this machine does not have")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        "LC_ALL": "C.UTF-8",
        **service.settings,
    }
    with Shell(folder, environment, f'kezhi() {{ {shlex.join(COMMAND)} "$@"; }}') as shell:
        yield shell


def a_free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])

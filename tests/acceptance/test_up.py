"""What somebody sees who starts Kezhi for the first time, and after a crash."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.programs import ROOT
from tests.support.services import COMMAND, a_free_port, a_service
from tests.support.waiting import eventually

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


def test_everything_starts_survives_a_crash_and_stops(server_folder: Path) -> None:
    port = a_free_port()
    with a_service(server_folder, port) as service:
        first = service.answer_to_the_printed_curl()
        logins = service.logins()
        eventually((server_folder / "checkpoints.txt").exists)
        service.kill()

    with a_service(server_folder, port) as service:
        second = service.answer_to_the_printed_curl()
        assert service.logins() == logins
        servers = processes_in(server_folder)
        status = service.stop()

    assert first["items"]
    # Workers may open tasks and climb ladders between the two, and lose nothing.
    assert as_people_left_it(second) == as_people_left_it(first)
    assert tasks_in(second) >= tasks_in(first)
    assert set(logins) == {"rep", "manager", "auditor", "administrator", "integration"}
    assert status == 0
    assert servers
    assert not any(server.is_running() for server in servers)


def test_a_port_that_is_taken_is_told_before_anything_is_started(server_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = {"KEZHI_DATA": str(server_folder), "KEZHI_HTTP_PORT": str(port)}
        ended = subprocess.run(
            [*COMMAND, "--language", "en", "up"],
            cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert ended.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert not list(server_folder.iterdir())


def as_people_left_it(answer: Any) -> list[dict[str, Any]]:
    """Return the customers on a due list without what is decided on them by itself."""
    decided = {"tasks": None, "version": None, "follow_up_level": None}
    return [{**item, **decided} for item in answer["items"]]


def tasks_in(answer: Any) -> set[str]:
    """Return the ids of the tasks on a due list."""
    return {task["task_id"] for item in answer["items"] for task in item["tasks"]}


def processes_in(folder: Path) -> list[psutil.Process]:
    """Return the servers that keep their data in a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if str(folder) in " ".join(process.info["cmdline"] or ()):
            found += [process, *process.children(recursive=True)]
    return found

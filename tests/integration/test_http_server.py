from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from api.auth import new_token
from domain import commands
from domain.access import Grant
from domain.ids import new_id
from projections.registry import READ_MODELS
from tests.support.care import Company, a_company
from tests.support.programs import ROOT
from tests.support.waiting import eventually

SERVE = """
import sys
from api.server import run_server
from api.settings import HttpSettings
from domain.eventstore.settings import StoreSettings
from workers.settings import QueueSettings

port, database, keys, queue = sys.argv[1:]
run_server(
    HttpSettings(port=int(port), processes=2, threads=4),
    StoreSettings.from_environment({"KEZHI_DATABASE_URL": database, "KEZHI_MASTER_KEY_FILE": keys}),
    QueueSettings(url=queue),
)
"""


class Server:
    """A server in processes of its own."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self._port = port

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            is_json = "json" in answer.headers["Content-Type"]
            return answer.status, json.loads(text) if is_json else text
        finally:
            connection.close()

    def lives(self) -> bool:
        try:
            return self.get("/livez") == (200, {"alive": True})
        except OSError:
            return False


@contextmanager
def a_server(database: str, keys: Path, queue: str) -> Iterator[Server]:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port), database, str(keys), queue],
        cwd=ROOT,
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )
    with process:
        try:
            server = Server(process, port)
            eventually(server.lives, within=60)
            yield server
        finally:
            process.kill()


def children(process: subprocess.Popen[bytes]) -> set[int]:
    text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("utf-8")
    return set(map(int, text.split()))


def a_token(company: Company) -> str:
    """Return a token with which Chen may read for years."""
    token, digest = new_token()
    command = commands.IssueToken(
        rep_id=company.chen,
        token_id=new_id(),
        token_sha256=digest,
        label="test",
        grants=frozenset({Grant.READ}),
        expires_at=company.now.replace(year=2200),
    )
    company.does(command)
    return token


@pytest.mark.slow
def test_a_server_answers_counts_together_and_says_goodbye(database: str, queue_url: str) -> None:
    with a_company(database) as company:
        token = a_token(company)
        company.project(*READ_MODELS)
        with a_server(database, company.key_file, queue_url) as server:
            status, ready = server.get("/readyz")
            assert (status, ready["ready"]) == (200, True), ready
            assert ready["checks"]["queue"] == {"ok": True, "detail": "answers"}

            for _ in range(20):
                assert server.get("/api/v1/me", Authorization=f"Bearer {token}")[0] == 200
            _, figures = server.get("/metrics")
            assert 'kezhi_request_seconds_count{endpoint="me.get_me",status="200"} 20.0' in figures
            assert re.search(r"^kezhi_queue_depth\{.*\} 0.0$", figures, re.MULTILINE)

            first = children(server.process)
            os.kill(min(first), signal.SIGKILL)
            eventually(lambda: len(children(server.process) - first) == 1)
            _, figures = server.get("/metrics")
            assert 'kezhi_request_seconds_count{endpoint="me.get_me",status="200"} 20.0' in figures

            server.process.terminate()
            assert server.process.wait(30) == 0

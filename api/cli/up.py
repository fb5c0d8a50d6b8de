"""`kezhi up`: everything on one machine, in one command, with demonstration data."""

from __future__ import annotations

import json
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread
from typing import Any

import click

from api.cli.banner import banner
from api.cli.child_process import Child
from api.cli.demo import DEMO_FILE, is_empty, load_demo
from api.cli.refusals import RefusedError, exit_code, sentence
from api.cli.session import Session
from api.cli.supervisor import Server, Supervisor
from api.settings import HttpSettings
from domain.eventstore.embedded import EmbeddedPostgres
from workers.settings import QueueSettings
from workers.valkey import EmbeddedValkey

READY_WITHIN = 120.0
"""Seconds after which somebody is told that it takes too long; it goes on all the same."""

LOOK_EVERY = 0.1
_PROCESSES = ("project", "serve", "tick", "work", "sign")


@click.command("up")
@click.option("--demo/--no-demo", default=True, help="Load demonstration data into an empty store.")
@click.pass_obj
def up_command(session: Session, *, demo: bool) -> None:
    """Start everything on this machine.

    Prints address, logins and tokens once it answers; Ctrl-C stops it, the data stays. PostgreSQL
    and Valkey run embedded in KEZHI_DATA unless their addresses are given.
    """
    http = HttpSettings.from_environment(session.environment)
    store, queue = session.store, QueueSettings.from_environment(session.environment)
    _require_free(http)
    with ExitStack() as stack:
        servers: list[Server] = []
        addresses = {}
        if store.is_embedded:
            postgres = EmbeddedPostgres(store.data_folder / "postgres")
            stack.enter_context(postgres)
            servers.append(postgres)
        if queue.is_embedded:
            valkey = EmbeddedValkey(store.data_folder / "valkey")
            addresses["KEZHI_QUEUE_URL"] = stack.enter_context(valkey).address
            servers.append(valkey)
        with session.opened("kezhi-up", settled=False) as read:
            wants_demo = demo and is_empty(read)
        variables = {**session.variables, **addresses}
        supervisor = Supervisor(
            [_child(name, variables) for name in _PROCESSES],
            servers=servers,
            language=session.language,
        )
        # Beside the processes that start meanwhile, so that nobody waits for both.
        ended = Event()
        welcome = Thread(target=_welcome, args=(session, http, wants_demo, ended), daemon=True)
        welcome.start()
        status = supervisor.run()
        # It uses the database too, which is stopped only by its last user.
        ended.set()
        welcome.join()
    sys.exit(status)


def _child(name: str, variables: Mapping[str, str]) -> Child:
    command = [sys.executable, "-c", "from api.cli.main import main; main()", name]
    return Child(name=name, command=command, environment=variables)


def _require_free(http: HttpSettings) -> None:
    """Raise RefusedError when somebody else listens where we are to listen."""
    family = socket.AF_INET6 if ":" in http.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((http.host, http.port))
        except OSError as error:
            raise RefusedError("port-taken", address=http.address, error=error.strerror) from error


def _welcome(session: Session, http: HttpSettings, wants_demo: bool, ended: Event) -> None:  # noqa: FBT001
    """Load the demonstration data, wait until the service shows it, and print where it is.

    Gives up when everything has `ended` before that.
    """
    try:
        with session.opened("kezhi-up", settled=False) as read:
            if wants_demo:
                load_demo(session, read)
            began = time.monotonic()
            while not (_is_ready(http) and read.watch.wait_for(read.log.head, LOOK_EVERY)):
                if ended.wait(LOOK_EVERY):
                    return
                if time.monotonic() - began > READY_WITHIN:
                    session.answers.say("up-not-ready", seconds=READY_WITHIN)
                    began = time.monotonic()
            address = f"http://{_reachable(http)}"
            click.echo(banner(session.language, address, session.store, _logins(session)))
    except Exception as error:
        if exit_code(error) is None:
            raise
        click.echo(sentence(error, session.language), err=True)


def _logins(session: Session) -> list[dict[str, Any]]:
    file: Path = session.store.data_folder / DEMO_FILE
    return list(json.loads(file.read_text("utf-8"))) if file.exists() else []


def _is_ready(http: HttpSettings) -> bool:
    try:
        with urllib.request.urlopen(f"http://{_reachable(http)}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's word for yes
    except (urllib.error.URLError, OSError):
        return False


def _reachable(http: HttpSettings) -> str:
    """Return host and port by which this machine reaches a server that listens everywhere."""
    local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(http.host)  # noqa: S104 - read, not bound
    return f"{local}:{http.port}" if local else http.address

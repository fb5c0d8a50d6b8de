"""`kezhi up`: everything on one machine, in one command, with demonstration data."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import click

from api.cli.child_process import Child
from api.cli.demo import DEMO_FILE, load_demo
from api.cli.session import Session
from api.cli.supervisor import Server, Supervisor
from api.settings import HttpSettings
from domain.eventstore.embedded import EmbeddedPostgres
from workers.settings import QueueSettings
from workers.valkey import EmbeddedValkey

READY_WITHIN = 60.0
_PROCESSES = ("serve", "project", "tick", "work")


@click.command("up")
@click.option("--demo/--no-demo", default=True, help="Load demonstration data into an empty store.")
@click.pass_obj
def up_command(session: Session, *, demo: bool) -> None:
    """Start everything on this machine and print where it is; Ctrl-C stops it.

    PostgreSQL and Valkey run embedded in KEZHI_DATA unless their addresses are given.
    """
    http = HttpSettings.from_environment(session.environment)
    store, queue = session.store, QueueSettings.from_environment(session.environment)
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
        with session.opened() as read:
            if demo and not read.people.active_reps():
                load_demo(session, read)
        address = f"http://{http.host}:{http.port}"
        Thread(target=_announce, args=(address, store.data_folder), daemon=True).start()
        variables = {**session.variables, **addresses}
        status = Supervisor(
            [_child(name, variables) for name in _PROCESSES],
            servers=servers,
            language=session.language,
        ).run()
    sys.exit(status)


def _child(name: str, variables: Mapping[str, str]) -> Child:
    command = [sys.executable, "-c", "from api.cli.main import main; main()", name]
    return Child(name=name, command=command, environment=variables)


def _announce(address: str, data_folder: Path) -> None:
    """Print address and logins once the service answers that it is ready."""
    deadline = time.monotonic() + READY_WITHIN
    while not _is_ready(address):
        if time.monotonic() > deadline:
            click.echo(f"Not ready after {READY_WITHIN:.0f} s; see what the processes say above.")
            return
        time.sleep(0.1)
    lines = [
        "",
        f"Kezhi 客志 is ready: {address}",
        f"  API documents   {address}/api/docs",
        f"  OpenAPI         {address}/api/openapi.json",
        f"  Data            {data_folder}",
    ]
    file = data_folder / DEMO_FILE
    if file.exists():
        lines.append("  Demonstration logins and their tokens:")
        lines += [
            f"    {each['role']:<14} {each['login']:<12} {each['token']}"
            for each in json.loads(file.read_text("utf-8"))
        ]
        first = json.loads(file.read_text("utf-8"))[0]
        lines += [
            "  Try:",
            f'    curl -H "Authorization: Bearer {first["token"]}" {address}/api/v1/due-list',
        ]
    lines += ["  Ctrl-C stops everything; the data stays.", ""]
    click.echo("\n".join(lines))


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's word for yes
    except (urllib.error.URLError, OSError):
        return False

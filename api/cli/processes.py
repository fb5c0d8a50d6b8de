"""One process each, for production: migrate, serve, project, tick, work, sign."""

from __future__ import annotations

import logging
import signal
from threading import Event
from types import FrameType

import click

from api.cli.logs import log_to_standard_error
from api.cli.parent_watch import exit_with_parent
from api.cli.session import Session
from api.memory import collect_rarely
from domain.access import Principal
from domain.eventstore.niceness import CLAIMS, DECISIONS, LISTS, stand_back
from domain.eventstore.roles import can_change_the_log
from projections import positions
from projections.bootstrap import ReadSide, install, read_side
from projections.projector import Projector
from projections.registry import READ_MODELS
from workers.settings import QueueSettings

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""How often a process looks whether the lists it works from have been built."""


@click.command("migrate")
@click.pass_obj
def migrate_command(session: Session) -> None:
    """Prepare the database.

    Makes tables, keys beside an embedded database and the default policies, where missing; with
    KEZHI_OWNER_DATABASE_URL the roles of service and signer too. May be repeated, and run from many
    machines at once.
    """
    _install(session)
    with (
        read_side(session.store, name="kezhi-migrate") as read,
        read.database.connection() as connection,
    ):
        if can_change_the_log(connection, read.log.recorder.schema):
            session.answers.note("log-changeable")


@click.command("serve")
@click.pass_obj
def serve_command(session: Session) -> None:
    """Serve HTTP until told to stop."""
    from api.server import run_server  # noqa: PLC0415 - the other processes need no HTTP
    from api.settings import HttpSettings  # noqa: PLC0415

    _begin(session)
    http = HttpSettings.from_environment(session.environment)
    run_server(http, session.store, QueueSettings.from_environment(session.environment))


@click.command("project")
@click.pass_obj
def project_command(session: Session) -> None:
    """Keep the lists up to date until told to stop.

    One process leads; others stand by and take over by themselves when it dies.
    """
    stop = stop_signal()
    _begin(session)
    with read_side(session.store, name="kezhi-projector", background=LISTS) as read:
        collect_rarely()
        stand_back(LISTS)
        Projector(read.log, read.database, READ_MODELS).run(stop)


@click.command("tick")
@click.pass_obj
def tick_command(session: Session) -> None:
    """Point workers at what is due, until told to stop.

    Does the work itself, more slowly, while the queue is away.
    """
    from api.transfer.background import judge  # noqa: PLC0415 - needs all that reads sheets
    from workers.bootstrap import backstage, run_ticker  # noqa: PLC0415 - needs the queue

    stop = stop_signal()
    _begin(session)
    with backstage(session.environment, judge) as stage:
        _await_lists(stage.read, stop)
        stand_back(CLAIMS)
        run_ticker(stage, stop)


@click.command("work")
@click.pass_obj
def work_command(session: Session) -> None:
    """Decide and send what is due and import what was uploaded, until told to stop.

    Start as many as you like, on any number of machines.
    """
    from api.transfer.background import judge  # noqa: PLC0415 - needs all that reads sheets
    from workers.bootstrap import backstage, run_workers  # noqa: PLC0415 - needs the queue

    stop = stop_signal()
    _begin(session)
    with backstage(session.environment, judge) as stage:
        _await_lists(stage.read, stop)
        stand_back(DECISIONS)
        run_workers(stage, stop)


@click.command("sign")
@click.pass_obj
def sign_command(session: Session) -> None:
    """Sign what the log looks like, once a minute, until told to stop.

    Run one, with a key and a database role of its own. It refuses to sign a log that was changed.
    """
    from workers.signing.bootstrap import a_signer  # noqa: PLC0415 - needs mail and webhooks

    stop = stop_signal()
    exit_with_parent(session.variables)
    log_to_standard_error()
    if session.store.is_embedded:
        _install(session)
    with a_signer(session.environment, stop) as signer:
        signer.run(stop)


def stop_signal() -> Event:
    """Return an event that SIGINT or SIGTERM sets."""
    stop = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return stop


def _begin(session: Session) -> None:
    exit_with_parent(session.variables)
    log_to_standard_error()
    _install(session)


def _install(session: Session) -> None:
    principal = Principal.system("install")
    install(session.store, session.provenance(principal, through="install"))


def _await_lists(read: ReadSide, stop: Event) -> None:
    """Wait until every read model is there: the projector of a new store is still building them."""
    is_told = False
    while not stop.is_set():
        with read.database.connection() as connection:
            live = positions.standings(connection)
        missing = [kind.name for kind in READ_MODELS if kind.name not in live]
        if not missing:
            return
        if not is_told:
            logger.info("awaiting-lists", extra={"missing": missing})
            is_told = True
        stop.wait(LOOK_SECONDS)

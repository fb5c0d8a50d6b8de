"""For operators: rebuild read models, mend what waits in them, check the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import click

from api.cli.session import Session
from api.memory import collect_rarely
from projections import positions
from projections.parking import retry_parked
from projections.read_model import ReadModel
from projections.rebuild import rebuild
from projections.registry import READ_MODELS

_KINDS: dict[str, type[ReadModel]] = {kind.name: kind for kind in READ_MODELS}


@click.command("rebuild")
@click.argument("names", nargs=-1, type=click.Choice(sorted(_KINDS)), metavar="[LIST]...")
@click.pass_obj
def rebuild_command(session: Session, names: tuple[str, ...]) -> None:
    """Build lists anew from the event log.

    All of them, or those that are named. Everybody goes on reading the old ones until the new ones
    take their place. Interrupted, it goes on where it stood when started again.
    """
    kinds = [_KINDS[name] for name in names] or list(READ_MODELS)
    with (
        session.opened("kezhi-rebuild", settled=False) as read,
        session.progress() as bar,
    ):
        collect_rarely()
        task = bar.add_task("Events", total=max(read.log.head, 1))
        position = rebuild(
            read.log,
            read.database,
            kinds,
            lambda done, head: bar.update(task, completed=done, total=head),
        )
    session.show({"rebuilt": [kind.name for kind in kinds], "position": position})


@click.command("parked")
@click.argument("names", nargs=-1, type=click.Choice(sorted(_KINDS)), metavar="[LIST]...")
@click.option("--retry", is_flag=True, help="Replay them first: what was wrong has been mended.")
@click.pass_obj
def parked_command(session: Session, names: tuple[str, ...], *, retry: bool) -> None:
    """List the streams that a list could not take, each with its error.

    Their rows stand still, and every answer made of the list says so, until they are replayed with
    --retry. Everything else goes on. What is shown after --retry still waits.
    """
    kinds = [_KINDS[name] for name in names] or list(READ_MODELS)
    with session.opened("kezhi-parked", settled=False) as read:
        if retry:
            collect_rarely()
            for kind in kinds:
                retry_parked(read.log, read.database, kind)
        with read.database.connection() as connection:
            waiting = positions.parked(connection, [kind.name for kind in kinds])
    columns = ("read_model", "originator_id", "since_position", "parked_at", "error")
    session.show(waiting, columns=columns)


@click.command("config")
@click.option("--check", is_flag=True, help="Only say whether the settings can be used.")
@click.pass_obj
def config_command(session: Session, *, check: bool) -> None:
    """Print the settings in force.

    Secrets are not shown; a misspelt setting is an error.
    """
    from api.settings import HttpSettings  # noqa: PLC0415 - read only here
    from workers.channels.settings import ChannelSettings  # noqa: PLC0415
    from workers.settings import QueueSettings, WorkSettings  # noqa: PLC0415
    from workers.signing.settings import HolderSettings  # noqa: PLC0415

    layers: dict[str, Any] = {
        "store": session.store,
        "queue": QueueSettings.from_environment(session.environment),
        "work": WorkSettings.from_environment(session.environment),
        "channels": ChannelSettings.from_environment(session.environment),
        "http": HttpSettings.from_environment(session.environment),
        "holders": HolderSettings.from_environment(session.environment),
    }
    session.environment.refuse_unknown()
    if check:
        session.show({"settings": "ok"})
        return
    session.show(dict(_told(layers)))


def _told(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each setting under its full name, with a word in the place of every secret."""
    for name, value in settings.items():
        if not is_dataclass(value):
            yield name, str(value)
            continue
        for field in fields(value):
            inner = getattr(value, field.name)
            is_secret = inner and not field.repr
            yield from _told({f"{name}.{field.name}": "(secret)" if is_secret else inner})

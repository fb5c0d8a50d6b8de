"""For operators: rebuild read models, check the settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from api.cli.memory import collect_rarely
from api.cli.session import Session
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


@click.command("config")
@click.option("--check", is_flag=True, help="Only say whether the settings can be used.")
@click.pass_obj
def config_command(session: Session, *, check: bool) -> None:
    """Print the settings in force.

    Secrets are not shown; a misspelt setting is an error.
    """
    from api.settings import HttpSettings  # noqa: PLC0415 - read only here
    from workers.channels.settings import ChannelSettings  # noqa: PLC0415
    from workers.settings import QueueSettings  # noqa: PLC0415

    layers: dict[str, Any] = {
        "store": session.store,
        "queue": QueueSettings.from_environment(session.environment),
        "channels": ChannelSettings.from_environment(session.environment),
        "http": HttpSettings.from_environment(session.environment),
    }
    session.environment.refuse_unknown()
    if check:
        session.show({"settings": "ok"})
        return
    shown: dict[str, Any] = {}
    for layer, settings in layers.items():
        hidden = {f.name for f in settings.__dataclass_fields__.values() if not f.repr}
        for name, value in asdict(settings).items():
            secret = name in hidden and value
            shown[f"{layer}.{name}"] = "(secret)" if secret else str(value)
    session.show(shown)

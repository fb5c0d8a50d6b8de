"""Which channels messages get out by, on the command line (可用渠道)."""

from __future__ import annotations

import click

from api.cli.session import Session
from workers.ways_out import WaysOutTable


@click.command("channels")
@click.pass_obj
def channels_command(session: Session) -> None:
    """List every channel and whether it is set up, as the worker that started last has told.

    Of a channel that takes some kinds of message only, these are named.
    """
    with session.opened() as read:
        rows = WaysOutTable(read.database).read().rows()
    session.show(rows, columns=("channel", "is_set_up", "kinds", "told_at"))

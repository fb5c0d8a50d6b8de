"""Which channels this installation has (可用渠道): workers tell, everybody else asks (D7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg.errors import UndefinedTable
from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from domain.channel import Channel
from workers.work_table import WorkTable

_TOLD = SQL("SELECT kinds, told_at FROM work.ways_out")
_TELL = (
    "INSERT INTO work.ways_out (kinds, told_at) VALUES (%(kinds)s, clock_timestamp())"
    " ON CONFLICT (is_told) DO UPDATE SET kinds = excluded.kinds, told_at = excluded.told_at"
)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """Whether messages get out by a channel; `is_set_up` is None when no worker has told yet.

    `kinds` are the kinds of message that it takes, None when it takes every kind; `told_at` is when
    the newest worker has told.
    """

    channel: str
    is_set_up: bool | None
    kinds: list[str] | None
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaysOut:
    """The channels that are set up, each with the kinds of message it takes, None for all of them.

    `told_at` is None when no worker has told yet; until then nothing is taken for missing.
    """

    kinds: Mapping[Channel, frozenset[str] | None]
    told_at: datetime | None = None

    def are_there_for(self, kind: str) -> frozenset[Channel]:
        """Return the channels by which messages of a kind get out."""
        return frozenset(
            channel for channel, kinds in self.kinds.items() if kinds is None or kind in kinds
        )

    def rows(self) -> list[ChannelRow]:
        """Return every channel that there could be."""
        return [
            ChannelRow(
                channel.value,
                channel in self.kinds if self.told_at else None,
                sorted(kinds) if (kinds := self.kinds.get(channel)) is not None else None,
                self.told_at,
            )
            for channel in Channel
        ]


NOT_TOLD = WaysOut(dict.fromkeys(Channel))
"""What is assumed before a worker was there."""


class WaysOutTable(WorkTable):
    """Keeps what the worker that started last has told; safe to share between threads.

    In the database and not in settings of everybody: the password of the mail server is known to
    workers alone.
    """

    def tell(self, ways: WaysOut) -> None:
        """Put `ways` in the place of what was told before."""
        kinds = {
            channel.value: None if kinds is None else sorted(kinds)
            for channel, kinds in ways.kinds.items()
        }
        told = {"kinds": Jsonb(kinds)}
        self._database.persist(lambda connection, _: connection.execute(_TELL, told))

    def read(self) -> WaysOut:
        """Return what was told last; needs no right to write."""
        try:
            told = self._given.fetch(_TOLD.format(), ())
        except UndefinedTable:
            return NOT_TOLD
        if not told:
            return NOT_TOLD
        kinds, told_at = told[0]
        return WaysOut(
            {
                Channel(channel): None if names is None else frozenset(names)
                for channel, names in kinds.items()
            },
            told_at,
        )

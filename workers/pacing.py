"""How fast each sender may send (限速): token buckets in PostgreSQL, shared by all processes.

A bucket is two moments. `full_at` is when it is full again if nobody takes from it, so the tokens
in it follow from the time that is left until then. Whoever finds it empty is promised a moment,
each the next one that has a token to spare: a hundred thousand messages that wait for one sender
come back one by one, and not all together at the next token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.sql import SQL

from domain.channel import ENDPOINTS, Channel
from domain.eventstore.database import Database
from workers.lanes import Lane

SMALLEST_PACE = 4
"""Messages a minute: a bucket of two, refilled by two."""

_TAKE = SQL(
    "INSERT INTO work.bucket AS b (sender, full_at, promised_at)"
    " VALUES (%(sender)s, %(now)s::timestamptz + %(step)s, %(now)s)"
    " ON CONFLICT (sender) DO UPDATE SET full_at = greatest(b.full_at, %(now)s) + %(step)s"
    " WHERE b.full_at <= %(now)s::timestamptz + %(slack)s"
    " RETURNING sender"
).format()

_PROMISE = SQL(
    "UPDATE work.bucket SET promised_at = greatest(promised_at + %(step)s, full_at - %(slack)s)"
    " WHERE sender = %(sender)s RETURNING promised_at"
).format()

_NEXT = SQL("SELECT full_at - %(slack)s FROM work.bucket WHERE sender = %(sender)s").format()


@dataclass(frozen=True, slots=True)
class Pace:
    """So many messages in any minute, whenever it begins; at most a thirtieth of them at once.

    Feishu's bots, which take 100 a minute, take no more than 5 in a second.
    """

    per_minute: int

    @property
    def size(self) -> int:
        """How many tokens the bucket holds."""
        return max(self.per_minute // 30, 2)

    @property
    def step(self) -> timedelta:
        """How long it takes until there is another token."""
        return timedelta(minutes=1) / (self.per_minute - self.size)


class Pacing:
    """The buckets; each endpoint is a sender of its own, other channels are one sender each."""

    def __init__(self, database: Database, paces: Mapping[Channel, int]) -> None:
        """Hold senders to `paces`, messages a minute; a channel without one is not held up."""
        self._database = database
        self._paces = {channel: Pace(number) for channel, number in paces.items() if number}

    def take(self, channel: Channel, address: str, lane: Lane, now: datetime) -> datetime | None:
        """Take a token; None when there was one, else when to come back for it.

        The last token is kept for what is urgent, which waits behind nobody.
        """
        pace = self._paces.get(channel)
        if pace is None:
            return None
        is_urgent = lane is Lane.URGENT
        arguments = {
            "sender": sender(channel, address),
            "now": now,
            "step": pace.step,
            "slack": (pace.size - (1 if is_urgent else 2)) * pace.step,
        }
        if self._database.fetch(_TAKE, arguments):
            return None
        found = self._database.fetch(_NEXT if is_urgent else _PROMISE, arguments)
        until: datetime = found[0][0]
        return max(until, now)


def sender(channel: Channel, address: str) -> str:
    """Return the name of a bucket; of an address it holds a digest, for the key is part of it."""
    if channel not in ENDPOINTS:
        return channel.value
    return f"{channel.value}/{hashlib.sha256(address.encode()).hexdigest()[:32]}"

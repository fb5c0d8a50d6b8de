"""Whom a message goes to, and where he is reached now (收件人)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.channel import ENDPOINTS, Channel
from projections.outbox.queries import MessageRow
from projections.people.queries import PeopleQueries


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody and the place where one message finds him, which he chose at `since`; personal.

    `address` is empty when he takes nothing through the message's channel any more.
    """

    address: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    since: datetime


class Recipients:
    """Finds recipients: representatives, each by the addresses that he chose."""

    def __init__(self, people: PeopleQueries) -> None:
        """Look among `people`."""
        self._people = people

    def find(self, message: MessageRow) -> Recipient | None:
        """Return whoever `message` is for; None when he has left."""
        person = self._people.get(message.recipient_id)
        if person is None or person.left_on is not None:
            return None
        channel = message.channel
        if channel is Channel.EMAIL:
            return Recipient(person.email, (), person.chosen_at)
        secret = ""
        if channel in ENDPOINTS:
            secret = self._people.secret_of(person.rep_id, channel)
        return Recipient(
            person.addresses.get(channel, ""), (secret,) if secret else (), person.chosen_at
        )

    def are_in_group(self, channel: Channel, address: str, rep_ids: Iterable[UUID]) -> bool:
        """Tell whether one of `rep_ids` has his messages posted by the bot at `address`, too."""
        people = map(self._people.get, rep_ids)
        return any(person and person.addresses.get(channel) == address for person in people)

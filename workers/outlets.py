"""Brings a message to its channel: whom it goes to, and how it is put."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from projections.intents import Channel
from projections.outbox.queries import MessageRow
from projections.people.queries import PeopleQueries, PersonRow
from workers.channels import base
from workers.channels.base import Outcome
from workers.channels.email import EmailChannel
from workers.channels.http_client import HttpClient
from workers.channels.settings import ChannelSettings
from workers.channels.webhook import WebhookChannel
from workers.texts.writing import Writer

WEBHOOK_TYPES = {
    "escalation": "complaint.escalated",
    "item": "reminder.item_issued",
}
"""What a receiver knows each kind of message as: the topic of the event it tells of."""


class Outlets:
    """The channels there are; each batch of messages gets its own, with its own connection."""

    def __init__(
        self,
        settings: ChannelSettings,
        people: PeopleQueries,
        writer: Writer,
        machine_time: Callable[[], datetime],
    ) -> None:
        """Send as `settings` say; without a mail server there is no mail."""
        self._settings = settings
        self._people = people
        self._writer = writer
        self._machine_time = machine_time

    @contextmanager
    def opened(self) -> Iterator[Batch]:
        """Lend channels for one batch."""
        batch = Batch(self._settings, self._people, self._writer, self._machine_time)
        try:
            yield batch
        finally:
            batch.close()


class Batch:
    """Channels for a few messages, one after the other; connections are kept in between."""

    def __init__(
        self,
        settings: ChannelSettings,
        people: PeopleQueries,
        writer: Writer,
        machine_time: Callable[[], datetime],
    ) -> None:
        """Open nothing yet."""
        self._people = people
        self._writer = writer
        client = HttpClient(
            allow_private=settings.webhook_allow_private, allow_http=settings.webhook_allow_http
        )
        self._channels: dict[Channel, base.Channel] = {
            Channel.WEBHOOK: WebhookChannel(client, clock=machine_time)
        }
        if settings.mail_server is not None:
            self._channels[Channel.EMAIL] = EmailChannel(settings.mail_server, clock=machine_time)

    def send(
        self, message: MessageRow, person: PersonRow, *, zone: ZoneInfo, today: date
    ) -> Outcome | None:
        """Make one attempt; None when there is no way to this person any more."""
        channel = self._channels.get(message.channel)
        address = person.email if message.channel is Channel.EMAIL else person.webhook_url
        if channel is None or not address:
            return None
        if message.channel is Channel.EMAIL:
            facts = {**message.facts, "today": today.isoformat()}
            text = self._writer.write(message.kind, facts, zone)
            said = base.Message(
                recipient=address, subject=text.subject, text=text.body, language=text.language
            )
        else:
            secret = self._people.webhook_secret_of(person.rep_id)
            said = base.Message(
                recipient=address,
                subject="",
                text="",
                payload=_payload(message),
                secrets=(secret,) if secret else (),
            )
        return channel.send(str(message.key), said)

    def close(self) -> None:
        """Let go of the connections."""
        for channel in self._channels.values():
            channel.close()


def _payload(message: MessageRow) -> dict[str, object]:
    """Return what a program is told: ids, numbers and instants, as Standard Webhooks frame it."""
    return {
        "type": WEBHOOK_TYPES[message.kind],
        "timestamp": message.due_at.isoformat(),
        "data": message.facts,
    }

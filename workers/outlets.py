"""Brings a message to its channel, put in the way that suits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.channel import Channel
from projections.outbox.queries import MessageRow
from workers.channels import base
from workers.channels.accounts import SmsAccount, SmsProvider
from workers.channels.aliyun_sms import AliyunSmsChannel
from workers.channels.base import Outcome
from workers.channels.dingtalk_bot import DingtalkBotChannel
from workers.channels.email import EmailChannel
from workers.channels.feishu_bot import FeishuBotChannel
from workers.channels.http_client import HttpClient
from workers.channels.settings import DINGTALK_URL, FEISHU_URLS, WECOM_URL, ChannelSettings
from workers.channels.tencent_sms import TencentSmsChannel
from workers.channels.webhook import WebhookChannel
from workers.channels.wecom import WecomChannel
from workers.channels.wecom_bot import WecomBotChannel
from workers.customer_words import Words
from workers.recipients import Recipient
from workers.texts.writing import TAGS, Writer
from workers.ways_out import WaysOut

WEBHOOK_TYPES = {
    "escalation": "complaint.escalated",
    "item": "reminder.item_issued",
}
"""What a receiver knows each kind of message as: the topic of the event it tells of."""

PROVIDER_SECONDS = 7.0
"""So long a provider may take: the four requests that a message of WeCom's app may need, begun
before half of the lease is over, end within it."""

Channels = Mapping[Channel, base.Channel]
Clock = Callable[[], datetime]


class Outlets:
    """The channels there are; each batch of messages gets a connection to the mail server."""

    def __init__(self, settings: ChannelSettings, writer: Writer, machine_time: Clock) -> None:
        """Send as `settings` say; what they do not name is not there."""
        self._settings = settings
        self._writer = writer
        self._machine_time = machine_time
        self._channels = _lasting(settings, machine_time)

    @property
    def ways_out(self) -> WaysOut:
        """Which channels are set up, and of text messages for which kinds."""
        sms, has_mail = self._settings.sms, self._settings.mail_server is not None
        there = [*self._channels, *([Channel.EMAIL] if has_mail else ())]
        texted = frozenset(sms.templates) if sms else None
        return WaysOut({each: texted if each is Channel.SMS else None for each in there})

    @contextmanager
    def opened(self) -> Iterator[Batch]:
        """Lend channels for one batch."""
        channels = dict(self._channels)
        if self._settings.mail_server is not None:
            server = self._settings.mail_server
            channels[Channel.EMAIL] = EmailChannel(server, clock=self._machine_time)
        batch = Batch(channels, self._writer, self.ways_out)
        try:
            yield batch
        finally:
            batch.close()


class Batch:
    """Channels for a few messages, one after the other; connections are kept in between."""

    def __init__(self, channels: Channels, writer: Writer, ways_out: WaysOut) -> None:
        """Send through `channels` what gets out by them."""
        self._channels = channels
        self._writer = writer
        self._ways_out = ways_out

    def takes(self, message: MessageRow) -> bool:
        """Tell whether there is a way out for `message` at all."""
        return message.channel in self._ways_out.are_there_for(message.kind)

    def send(
        self, message: MessageRow, recipient: Recipient, *, zone: ZoneInfo, today: date
    ) -> Outcome:
        """Make one attempt."""
        said = self._put(message, recipient, zone, today)
        return self._channels[message.channel].send(str(message.key), said)

    def close(self) -> None:
        """Let go of the connections."""
        for channel in self._channels.values():
            channel.close()

    def _put(
        self, message: MessageRow, recipient: Recipient, zone: ZoneInfo, today: date
    ) -> base.Message:
        """Return what is said: a letter by mail, fewer words in a chat, facts to a program."""
        facts = {**message.facts, "today": today.isoformat()}
        channel, to = message.channel, recipient.address
        if recipient.words is not None:
            return _to_customer(message.kind, to, recipient.words)
        if channel is Channel.WEBHOOK:
            payload = _payload(message)
            return base.Message(
                recipient=to, subject="", text="", payload=payload, secrets=recipient.secrets
            )
        if channel is Channel.SMS:
            words = self._writer.parameters(message.kind, facts, zone)
            return base.Message(
                recipient=to, subject="", text="", kind=message.kind, parameters=words
            )
        text = self._writer.write(message.kind, facts, zone)
        return base.Message(
            recipient=to,
            subject=text.subject,
            text=text.letter if channel is Channel.EMAIL else text.body,
            language=text.language,
            secrets=recipient.secrets,
        )


def _to_customer(kind: str, to: str, words: Words) -> base.Message:
    return base.Message(
        recipient=to,
        subject=words.subject,
        text=words.body,
        language=TAGS[words.language],
        kind=kind,
        parameters=words.parameters,
    )


def _lasting(settings: ChannelSettings, clock: Clock) -> dict[Channel, base.Channel]:
    """Return the channels that keep no connection, and may be shared by all threads."""
    hooks = HttpClient(
        allow_private=settings.webhook_allow_private, allow_http=settings.webhook_allow_http
    )
    wecom = _client(is_usual=settings.wecom_url == WECOM_URL)
    dingtalk = _client(is_usual=settings.dingtalk_url == DINGTALK_URL)
    feishu = _client(is_usual=set(settings.feishu_urls) <= set(FEISHU_URLS))
    channels: dict[Channel, base.Channel] = {
        Channel.WEBHOOK: WebhookChannel(hooks, clock=clock),
        Channel.WECOM_BOT: WecomBotChannel(wecom, settings.wecom_url, clock=clock),
        Channel.DINGTALK_BOT: DingtalkBotChannel(dingtalk, settings.dingtalk_url, clock=clock),
        Channel.FEISHU_BOT: FeishuBotChannel(feishu, settings.feishu_urls, clock=clock),
    }
    if settings.wecom_app is not None:
        app = settings.wecom_app
        channels[Channel.WECOM] = WecomChannel(wecom, settings.wecom_url, app, clock=clock)
    if settings.sms is not None:
        channels[Channel.SMS] = _sms(settings.sms, clock)
    return channels


def _sms(account: SmsAccount, clock: Clock) -> base.Channel:
    client = _client(is_usual=account.is_usual)
    if account.provider is SmsProvider.ALIYUN:
        return AliyunSmsChannel(client, account, clock=clock)
    return TencentSmsChannel(client, account, clock=clock)


def _client(*, is_usual: bool) -> HttpClient:
    """Return a client for a provider; a server that the operator named himself is trusted."""
    return HttpClient(allow_private=not is_usual, allow_http=not is_usual, timeout=PROVIDER_SECONDS)


def _payload(message: MessageRow) -> dict[str, object]:
    """Return what a program is told: ids, numbers and instants, as Standard Webhooks frame it."""
    return {
        "type": WEBHOOK_TYPES[message.kind],
        "timestamp": message.due_at.isoformat(),
        "data": message.facts,
    }

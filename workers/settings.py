"""Settings of the background work: where the queue is, how much is taken up at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from domain.channel import Channel
from domain.settings import read
from workers.pacing import SMALLEST_PACE

_SCHEMES = ("redis://", "rediss://", "unix://")
_MOST_THREADS = 64
_SHORTEST_LEASE, _LONGEST_LEASE = 5, 600
_HIGHEST_CAP = 1_000
_FASTEST = 1_000_000
LANGUAGES = ("zh", "en")
PACES = {Channel.WECOM_BOT: 20, Channel.DINGTALK_BOT: 20, Channel.FEISHU_BOT: 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """Where hints are queued.

    KEZHI_QUEUE_URL: a Redis-protocol server (Redis 7, Valkey 8 or newer) as redis://host:6379/0,
    rediss:// or unix:///path; without it Valkey runs embedded in the data folder.
    KEZHI_QUEUE_NAMESPACE: what the names of its keys begin with, by default kezhi.
    """

    url: str = field(default="", repr=False)
    namespace: str = "kezhi"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; SettingsError says which one cannot be used."""
        return cls(
            url=read(environment, "KEZHI_QUEUE_URL", _queue_url, ""),
            namespace=read(environment, "KEZHI_QUEUE_NAMESPACE", str, "kezhi"),
        )

    @property
    def is_embedded(self) -> bool:
        """Whether Valkey runs in the data folder instead of somewhere else."""
        return not self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSettings:
    """How the background work goes about it.

    KEZHI_WORK_THREADS: threads of a worker process, by default 8.
    KEZHI_WORK_LEASE: seconds after which work that was taken up and not finished is taken up by
    somebody else, by default 60.
    KEZHI_LANGUAGE: language of messages to representatives, zh (default) or en.
    KEZHI_PACES: how many messages a minute each sender may send, by channel, 0 for any number; by
    default wecom_bot=20 dingtalk_bot=20 feishu_bot=100, as the providers allow. A webhook and a bot
    are senders of their own; email, sms and wecom are one each.
    KEZHI_CUSTOMER_DAILY_CAP: how many greetings and messages of campaigns a customer gets in a day
    at most, by default 5.
    """

    threads: int = 8
    lease_seconds: int = 60
    language: str = "zh"
    paces: Mapping[Channel, int] = field(default_factory=lambda: PACES)
    customer_daily_cap: int = 5
    decisions_at_once: int = 200
    bulk_decisions_a_second: int = 3_700
    """A process decides no more where very many may be due at once, greetings and whom campaigns go
    to, so that people find a processor meanwhile."""

    deliveries_at_once: int = 20
    hints_in_a_lane: int = 25

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; SettingsError says which one cannot be used."""
        return cls(
            threads=read(environment, "KEZHI_WORK_THREADS", _threads, 8),
            lease_seconds=read(environment, "KEZHI_WORK_LEASE", _lease, 60),
            language=read(environment, "KEZHI_LANGUAGE", _language, "zh"),
            paces={**PACES, **read(environment, "KEZHI_PACES", _paces, {})},
            customer_daily_cap=read(environment, "KEZHI_CUSTOMER_DAILY_CAP", _cap, 5),
        )


def _queue_url(text: str) -> str:
    if not text.startswith(_SCHEMES):
        msg = "write redis://host:6379/0, rediss://... or unix:///path"
        raise ValueError(msg)
    return text


def _threads(text: str) -> int:
    return _number(text, 1, _MOST_THREADS)


def _lease(text: str) -> int:
    return _number(text, _SHORTEST_LEASE, _LONGEST_LEASE)


def _cap(text: str) -> int:
    return _number(text, 0, _HIGHEST_CAP)


def _paces(text: str) -> dict[Channel, int]:
    paces = {}
    for word in text.split():
        name, _, number = word.partition("=")
        if name not in set(Channel):
            msg = f"write channel=number; the channels are {', '.join(Channel)}"
            raise ValueError(msg)
        paces[Channel(name)] = 0 if number == "0" else _number(number, SMALLEST_PACE, _FASTEST)
    return paces


def _number(text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        msg = f"write a whole number from {least} to {most}"
        raise ValueError(msg)
    return int(text)


def _language(text: str) -> str:
    if text not in LANGUAGES:
        msg = f"write one of {', '.join(LANGUAGES)}"
        raise ValueError(msg)
    return text

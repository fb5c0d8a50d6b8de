"""The channels (渠道): the ways to reach a person outside the house, and what each address is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.card import phone_number
from domain.errors import InvalidError


class Channel(StrEnum):
    """A way out of the house; all but mail need an address that its owner chose.

    A webhook is a program of his; SMS goes to a phone, WeCom to a member by his user id; a bot
    posts into a group of WeCom, DingTalk or Feishu.
    """

    EMAIL = "email"
    WEBHOOK = "webhook"
    SMS = "sms"
    WECOM = "wecom"
    WECOM_BOT = "wecom_bot"
    DINGTALK_BOT = "dingtalk_bot"
    FEISHU_BOT = "feishu_bot"


CHOSEN = tuple(channel for channel in Channel if channel is not Channel.EMAIL)
"""The channels that somebody gives an address for."""

BOTS = frozenset({Channel.WECOM_BOT, Channel.DINGTALK_BOT, Channel.FEISHU_BOT})

ENDPOINTS = BOTS | {Channel.WEBHOOK}
"""The channels that end at a server of the recipient's own choice, which may cease to answer."""

_LONGEST = 2_000
_FORMS: Mapping[Channel, re.Pattern[str]] = {
    Channel.WEBHOOK: re.compile(r"https?://\S+"),
    Channel.WECOM: re.compile(r"[A-Za-z0-9][\w.@-]{0,63}", re.ASCII),
    Channel.WECOM_BOT: re.compile(r"https?://[^/?#\s]+/cgi-bin/webhook/send\?key=[\w-]+", re.ASCII),
    Channel.DINGTALK_BOT: re.compile(r"https?://[^/?#\s]+/robot/send\?access_token=\w+", re.ASCII),
    Channel.FEISHU_BOT: re.compile(r"https?://[^/?#\s]+/open-apis/bot/v2/hook/[\w-]+", re.ASCII),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where somebody is reached through one channel; personal, and so is its `secret`.

    `secret` is what messages there are signed with, if they are. A phone number is kept in E.164
    form. InvalidError when `to` cannot be an address of that channel; whether a host may be
    reached is for whoever sends.
    """

    channel: Channel
    to: str = field(repr=False)
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no address of the channel."""
        if self.channel is Channel.SMS:
            object.__setattr__(self, "to", _phone(self.to))
        elif self.channel not in _FORMS or not _FORMS[self.channel].fullmatch(self.to):
            raise _not_an_address(self.channel)
        if max(len(self.to), len(self.secret)) > _LONGEST:
            raise InvalidError(field="addresses", problem="too-long", limit=_LONGEST)


def shortened(to: str) -> str:
    """Return an address as it may be shown: of one that holds a key, its host and its end."""
    scheme, mark, rest = to.partition("://")
    return f"{scheme}{mark}{rest.partition('/')[0]}/…{to[-4:]}" if mark else to


def _phone(text: str) -> str:
    # The parser would find a number in an address of the web, too.
    if any(character.isalpha() for character in text):
        raise _not_an_address(Channel.SMS)
    try:
        return phone_number(text)
    except InvalidError:
        raise _not_an_address(Channel.SMS) from None


def _not_an_address(channel: Channel) -> InvalidError:
    return InvalidError(field="addresses", problem="not-an-address", channel=channel.value)

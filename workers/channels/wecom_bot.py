"""WeCom group bots (企业微信群机器人, 消息推送): text into the group that a bot was added to.

Messages and the limit of 20 a minute: https://developer.work.weixin.qq.com/document/path/91770
Codes: https://developer.work.weixin.qq.com/document/path/90313
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from workers.channels.base import (
    BAD_ADDRESS,
    GONE,
    Accepted,
    Message,
    Outcome,
    Rejected,
    check_key,
)
from workers.channels.http_client import HttpClient
from workers.channels.provider import Verdicts, chat_text, post

PATH = "/cgi-bin/webhook/send?key="
_MOST_BYTES = 2_048

VERDICTS = Verdicts(
    provider="wecom",
    pauses={"-1": None, "6000": None, "45009": 60.0, "45033": None},
    # The address is none or the bot was removed; it was stopped; it is not in the group.
    ends={"93000": GONE, "93004": GONE, "93008": GONE},
)


class WecomBotChannel:
    """Posts to a bot's webhook, whose key is all that protects it.

    There is nothing by which WeCom would recognise a repetition.
    """

    def __init__(self, client: HttpClient, base: str, *, clock: Callable[[], datetime]) -> None:
        """Reach bots under `base` only, https://qyapi.weixin.qq.com outside of tests."""
        self._client = client
        self._prefix = f"{base}{PATH}"
        self._clock = clock

    def send(self, key: str, message: Message) -> Outcome:
        """Posts one text."""
        check_key(key)
        if not message.recipient.startswith(self._prefix):
            return Rejected(BAD_ADDRESS, "the address is not that of a WeCom bot")
        body = {"msgtype": "text", "text": {"content": chat_text(message, _MOST_BYTES)}}
        said = post(self._client, message.recipient, body, now=self._clock())
        if not isinstance(said, dict):
            return said
        if said.get("errcode") == 0:
            return Accepted()
        return VERDICTS.of(said.get("errcode"), said.get("errmsg"), message)

    def close(self) -> None:
        """Has nothing to end: connections are not kept."""

"""Feishu and Lark group bots (飞书群自定义机器人): text into the group that a bot was added to.

Messages, signature, the limits of 100 a minute and 5 a second, and codes:
https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from workers.channels.base import (
    BAD_ADDRESS,
    BAD_SECRET,
    GONE,
    Accepted,
    Message,
    Outcome,
    Rejected,
    Retry,
    check_key,
)
from workers.channels.http_client import HttpClient
from workers.channels.provider import Verdicts, chat_text, post

PATH = "/open-apis/bot/v2/hook/"
_MOST_BYTES = 15_000

_PAUSE = 60.0
VERDICTS = Verdicts(
    provider="feishu",
    pauses={"11232": _PAUSE, "99991400": _PAUSE},
    ends={
        "19001": GONE,  # there is no such token
        "19021": BAD_SECRET,  # the signature does not fit, or is an hour old
    },
)
_BAD_REQUEST = "9499"


class FeishuBotChannel:
    """Posts to a bot's webhook, signed where the bot has a secret.

    There is nothing by which Feishu would recognise a repetition.
    """

    def __init__(
        self, client: HttpClient, bases: Collection[str], *, clock: Callable[[], datetime]
    ) -> None:
        """Reach bots under `bases` only: those of Feishu and of Lark outside of tests."""
        self._client = client
        self._prefixes = tuple(f"{base}{PATH}" for base in bases)
        self._clock = clock

    def send(self, key: str, message: Message) -> Outcome:
        """Posts one text."""
        check_key(key)
        if not message.recipient.startswith(self._prefixes):
            return Rejected(BAD_ADDRESS, "the address is not that of a Feishu or Lark bot")
        now = self._clock()
        body: dict[str, Any] = {
            "msg_type": "text",
            "content": {"text": chat_text(message, _MOST_BYTES)},
        }
        for secret in message.secrets[:1]:
            timestamp = str(int(now.timestamp()))
            body |= {"timestamp": timestamp, "sign": sign(timestamp, secret)}
        said = post(self._client, message.recipient, body, now=now)
        if not isinstance(said, dict):
            return said
        # Bots of the first generation answer with the other pair of names.
        code = said.get("code", said.get("StatusCode"))
        if code == 0:
            return Accepted()
        words = str(said.get("msg", said.get("StatusMessage")))
        if str(code) == _BAD_REQUEST and "too many" in words:
            return Retry(_PAUSE, f"feishu answered {code}: too many requests")
        return VERDICTS.of(code, words, message)

    def close(self) -> None:
        """Has nothing to end: connections are not kept."""


def sign(timestamp: str, secret: str) -> str:
    """Answers the signature of a moment, in seconds since 1970: of nothing, under both as key."""
    key = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.digest(key, b"", "sha256")).decode("ascii")

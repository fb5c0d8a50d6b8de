"""DingTalk group bots (钉钉群自定义机器人): text into the group that a bot was added to.

Messages, the limit of 20 a minute and codes:
https://open.dingtalk.com/document/orgapp/custom-robot-access
Signature: https://open.dingtalk.com/document/orgapp/customize-robot-security-settings
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote_plus

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

PATH = "/robot/send?access_token="
_MOST_BYTES = 20_000

# Whoever sends more than 20 a minute is left out for ten.
_LEFT_OUT = 600.0

VERDICTS = Verdicts(
    provider="dingtalk",
    pauses={"-1": None, "130101": _LEFT_OUT, "410100": _LEFT_OUT, "660026": _LEFT_OUT},
    ends={
        "300005": GONE,  # there is no such token
        "400013": GONE,  # the group was dissolved
        "400101": GONE,  # there is no such token
        "400102": GONE,  # the bot was stopped
        "400106": GONE,  # the bot is not in the group
    },
)
_SAFETY = "310000"


class DingtalkBotChannel:
    """Posts to a bot's webhook, signed where the bot has a secret.

    There is nothing by which DingTalk would recognise a repetition.
    """

    def __init__(self, client: HttpClient, base: str, *, clock: Callable[[], datetime]) -> None:
        """Reach bots under `base` only, https://oapi.dingtalk.com outside of tests."""
        self._client = client
        self._prefix = f"{base}{PATH}"
        self._clock = clock

    def send(self, key: str, message: Message) -> Outcome:
        """Posts one text."""
        check_key(key)
        if not message.recipient.startswith(self._prefix):
            return Rejected(BAD_ADDRESS, "the address is not that of a DingTalk bot")
        now = self._clock()
        url = message.recipient
        for secret in message.secrets[:1]:
            timestamp = int(now.timestamp() * 1000)
            url += f"&timestamp={timestamp}&sign={quote_plus(sign(timestamp, secret))}"
        body = {"msgtype": "text", "text": {"content": chat_text(message, _MOST_BYTES)}}
        said = post(self._client, url, body, now=now)
        if not isinstance(said, dict):
            return said
        if said.get("errcode") == 0:
            return Accepted()
        return _judged(VERDICTS.of(said.get("errcode"), said.get("errmsg"), message))

    def close(self) -> None:
        """Has nothing to end: connections are not kept."""


def sign(timestamp: int, secret: str) -> str:
    """Answers the signature of a moment, in milliseconds since 1970."""
    text = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), text, "sha256")).decode("ascii")


def _judged(outcome: Outcome) -> Outcome:
    """Answers what a refusal by the bot's safety settings means: one code stands for four."""
    if not isinstance(outcome, Rejected) or outcome.code != f"{VERDICTS.provider}-{_SAFETY}":
        return outcome
    if "timestamp" in outcome.reason:
        return Retry(None, outcome.reason)
    if "sign" in outcome.reason:
        return Rejected(BAD_SECRET, outcome.reason)
    return outcome

"""Messages of the company's WeCom app to its members (企业微信应用消息).

Messages: https://developer.work.weixin.qq.com/document/path/90236
Access tokens: https://developer.work.weixin.qq.com/document/path/91039
Codes: https://developer.work.weixin.qq.com/document/path/90313
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from workers.channels.accounts import WecomApp
from workers.channels.base import (
    BAD_ADDRESS,
    Accepted,
    Message,
    Outcome,
    Rejected,
    Retry,
    check_key,
)
from workers.channels.http_client import HttpClient
from workers.channels.provider import Verdicts, ask, chat_text, on_our_account, post
from workers.channels.redaction import redacted

_MOST_BYTES = 2_048
_EXPIRED = frozenset({40014, 42001})
_SPARE_SECONDS = 60
# As long as WeCom can remember what it has shown a member.
_REPEATS_KNOWN_FOR = 4 * 3600

# Our own papers are not in order, whoever the message is for.
_OURS = ("40001", "40013", "40056", "40091", "41001", "48002", "60020", "301002")

VERDICTS = Verdicts(
    provider="wecom",
    pauses={"-1": None, "6000": None, "45009": 60.0, "45033": None, **dict.fromkeys(_OURS)},
    # There is no such member, or he may not see the app.
    ends=dict.fromkeys(("40003", "40031", "60111", "81013"), BAD_ADDRESS),
)


class WecomChannel:
    """Sends as the company's app; the recipient is a member's user id.

    The access token is shared by all threads and fetched anew when it is about to expire, or when
    WeCom says that it did. WeCom shows a member the same text once in four hours, so a repetition
    after an unknown outcome does no harm.
    """

    def __init__(
        self, client: HttpClient, base: str, app: WecomApp, *, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._base = base
        self._app = app
        self._clock = clock
        self._held: str | Retry = ""
        self._held_until: datetime | None = None
        self._lock = Lock()

    def send(self, key: str, message: Message) -> Outcome:
        """Sends one text, if need be again with a new token."""
        check_key(key)
        for _ in range(2):
            token = self._access_token()
            if not isinstance(token, str):
                return token
            url = f"{self._base}/cgi-bin/message/send?access_token={quote(token, safe='')}"
            said = post(self._client, url, self._body(message), now=self._clock())
            if not isinstance(said, dict):
                return on_our_account(said)
            if said.get("errcode") not in _EXPIRED:
                return _judged(said, message)
            self._forget(token)
        return Retry(None, "wecom takes no access token of ours, not even a new one")

    def close(self) -> None:
        """Has nothing to end: connections are not kept."""

    def _body(self, message: Message) -> dict[str, Any]:
        return {
            "touser": message.recipient,
            "msgtype": "text",
            "agentid": self._app.agent_id,
            "text": {"content": chat_text(message, _MOST_BYTES)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _REPEATS_KNOWN_FOR,
        }

    def _access_token(self) -> str | Retry:
        """Answers a token that is good for another while, or why there is none.

        Either is kept: WeCom shuts out whoever asks for tokens too often.
        """
        with self._lock:
            now = self._clock()
            if self._held_until is None or now >= self._held_until:
                self._held, seconds = self._fetch(now)
                self._held_until = now + timedelta(seconds=seconds)
            return self._held

    def _fetch(self, now: datetime) -> tuple[str | Retry, float]:
        query = urlencode({"corpid": self._app.corp_id, "corpsecret": self._app.secret})
        said = ask(self._client, "GET", f"{self._base}/cgi-bin/gettoken?{query}", now=now)
        if not isinstance(said, dict):
            why = "" if isinstance(said, Accepted) else said.reason
            return Retry(None, f"no access token: {why}"), 0.0
        token, seconds = said.get("access_token"), said.get("expires_in")
        if said.get("errcode") == 0 and isinstance(token, str) and isinstance(seconds, int):
            return token, max(seconds - _SPARE_SECONDS, 0.0)
        told = redacted(f"no access token: {said.get('errcode')} {said.get('errmsg')}")
        return Retry(_SPARE_SECONDS, told), _SPARE_SECONDS

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._held == token:
                self._held_until = None


def _judged(said: dict[str, Any], message: Message) -> Outcome:
    if said.get("errcode") != 0:
        return VERDICTS.of(said.get("errcode"), said.get("errmsg"), message)
    if said.get("invaliduser"):
        return Rejected(BAD_ADDRESS, "wecom knows no such member who may see the app")
    if said.get("unlicenseduser"):
        return Rejected("wecom-unlicensed", "wecom has no licence for this member")
    number = said.get("msgid")
    return Accepted(number if isinstance(number, str) else None)

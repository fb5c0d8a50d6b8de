"""What the adapters of providers share: JSON both ways, and answers that say no with HTTP 200."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workers.channels.base import Message, Outcome, Rejected, Retry, Unknown
from workers.channels.http_client import Answer, HttpClient
from workers.channels.redaction import redacted

_MOST_BYTES = 64 * 1024
JSON = {"Content-Type": "application/json; charset=utf-8"}

_CODE = re.compile(r"[\w.-]{1,80}", re.ASCII)
_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What a provider's codes mean (返回码).

    `pauses` are worth another try, after so many seconds where the provider says how many; `ends`
    are the codes that mean one of `base.DEAD`. A name stands also for all names behind its dot.
    Any other code refuses this one message for good.
    """

    provider: str
    pauses: Mapping[str, float | None] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)

    def of(self, code: object, words: object, message: Message) -> Outcome:
        """Answers what a refusal means; its words lose what is personal."""
        name = str(code) if isinstance(code, (int, str)) else ""
        if not _CODE.fullmatch(name):
            return Unknown(f"{self.provider} answered without a code")
        reason = f"{self.provider} answered {name}: {redacted(str(words), message.recipient)}"
        for each in (name, name.partition(".")[0]):
            if each in self.pauses:
                return Retry(self.pauses[each], reason)
        return Rejected(self.ends.get(name, f"{self.provider}-{name}"), reason)


def post(
    client: HttpClient,
    url: str,
    body: Mapping[str, Any],
    *,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any] | Outcome:
    """Posts `body` as JSON; answers the JSON object that came back, or what became of it."""
    content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8")
    return ask(client, "POST", url, content, now=now, headers={**JSON, **(headers or {})})


def ask(
    client: HttpClient,
    method: str,
    url: str,
    content: bytes = b"",
    *,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any] | Outcome:
    """Makes one request; answers the JSON object that came back, or what became of it.

    An object counts whatever the status, for some providers refuse with 400. Without one a
    redirect and a refusal by status mean that nothing was done; for the rest nobody can tell.
    """
    answer = client.send(method, url, headers or {}, content, most_bytes=_MOST_BYTES)
    if not isinstance(answer, Answer):
        return answer
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else _unreadable(answer, now)


def on_our_account(outcome: Outcome) -> Outcome:
    """Answers what becomes of a message when it is we who cannot get in: it waits for an operator.

    For requests to servers that the company chose, and with its own keys.
    """
    return Retry(None, outcome.reason) if isinstance(outcome, Rejected) else outcome


def chat_text(message: Message, most_bytes: int) -> str:
    """Answers a message as a chat shows it, at most so long in UTF-8.

    A chat takes `<at …>` and `<a …>` for commands, so no sign of that kind is left.
    """
    text = f"{message.subject}\n{message.text}".strip().replace("<", "＜")
    whole = text.encode("utf-8")
    if len(whole) <= most_bytes:
        return text
    return whole[: most_bytes - 3].decode("utf-8", "ignore") + "…"


def _unreadable(answer: Answer, now: datetime) -> Outcome:
    status = answer.status
    reason = f"the provider answered {status} without saying what it means"
    was_refused = 300 <= status < 500  # noqa: PLR2004  # RFC 9110: redirections, refusals
    if was_refused or status == _UNAVAILABLE:
        return Retry(answer.pause(now), reason)
    return Unknown(reason)

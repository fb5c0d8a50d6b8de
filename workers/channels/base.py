"""What every channel takes, does and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

GONE = "gone"
BAD_ADDRESS = "bad-address"
BAD_SECRET = "bad-secret"  # noqa: S105 - a code

DEAD = frozenset({GONE, BAD_ADDRESS, BAD_SECRET})
"""The codes of a Rejected after which nothing will ever be delivered to that address."""

_KEY = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took responsibility; `provider_id` is its own name for the message, if any."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing was delivered and a later attempt may succeed.

    `after_seconds` is what the other side asked us to wait, None when it did not say.
    """

    after_seconds: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Nothing was delivered and this message never will be.

    `code` is stable. Of those in `DEAD`, "gone" means that the recipient wants nothing more or is
    no longer there, the others that his address or the secret of it is none.
    """

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message left us and no answer came: it may or may not have been delivered."""

    reason: str


Outcome = Accepted | Retry | Rejected | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be said, to whom, in which language (BCP 47).

    Channels for people send `subject` and `text`; channels for programs send `payload`, plain
    values that JSON can carry; channels that know the text already (SMS) send the `parameters` of
    the template for messages of this `kind`, in its order. `secrets` are what the recipient's own
    channel is signed with, two while one replaces the other. Holds personal data: never logged.
    """

    recipient: str
    subject: str
    text: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    language: str = "zh-CN"
    kind: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)


class Channel(Protocol):
    """One way out (渠道).

    Reasons in outcomes are for operators and hold no personal data. Threads may share a channel.
    """

    def send(self, key: str, message: Message) -> Outcome:
        """Makes one attempt; never raises for what the network or the other side does.

        The key stays the same for every attempt, so that a recipient can recognise a repetition
        (D7). ValueError when it is not 1 to 200 printable ASCII characters.
        """
        ...

    def close(self) -> None:
        """Ends a batch: lets go of connections. The channel can be used again."""
        ...


def check_key(key: str) -> None:
    """Refuses a key that cannot stand in a header."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no delivery key: 1 to 200 printable ASCII characters")

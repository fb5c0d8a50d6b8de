"""Takes what is personal out of other servers' words, before they are recorded for ever (D12)."""

from __future__ import annotations

import re

_LONGEST = 200
_SHORTEST_NAME = 3

_MAIL = re.compile(r"[^\s<>\"'(),:;\[\]]+@[\w.-]*\w")
# E.164 allows 15 digits; a longer run is somebody's own number for something.
_PHONE = re.compile(r"(?<!\d)\+?\d(?:[ -]?\d){6,14}(?!\d)")


def redacted(words: str, *known: str, numbers: bool = True) -> str:
    """Return `words` in one line of at most 200 characters, each personal piece replaced by "…".

    Those are mail addresses, what is `known` to be personal (of a mail address also the part
    before the @), and phone numbers. Without `numbers` these stay, for receipts are numbers too.
    """
    line = " ".join(words.split())
    for personal in known:
        for piece in (personal, personal.partition("@")[0]):
            if len(piece) >= _SHORTEST_NAME:
                line = re.sub(rf"(?<!\w){re.escape(piece)}(?!\w)", "…", line, flags=re.IGNORECASE)
    line = _MAIL.sub("…", line)
    if numbers:
        line = _PHONE.sub("…", line)
    return line[:_LONGEST]

"""Shows messages on a terminal instead of sending them, for demonstrations."""

from __future__ import annotations

import sys
from typing import TextIO

from workers.channels.base import Accepted, Message, Outcome, check_key


class ConsoleChannel:
    """Prints each message (演示渠道); accepts everything."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    def send(self, key: str, message: Message) -> Outcome:
        """Prints the message."""
        check_key(key)
        lines = [f"✉ {message.recipient}  {message.subject}  [{key}]", *message.text.splitlines()]
        print("\n  ".join(lines), file=self._out, flush=True)
        return Accepted()

    def close(self) -> None:
        """Has nothing to end."""

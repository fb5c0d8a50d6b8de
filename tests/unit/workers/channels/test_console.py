from __future__ import annotations

import io

import pytest

from workers.channels.base import Accepted, Message
from workers.channels.console import ConsoleChannel


def test_a_message_is_shown_with_its_recipient_and_key() -> None:
    out = io.StringIO()
    message = Message(recipient="王", subject="今天要联系的客户", text="张三\n李四")

    assert ConsoleChannel(out).send("digest/1", message) == Accepted()
    assert out.getvalue() == "✉ 王  今天要联系的客户  [digest/1]\n  张三\n  李四\n"


def test_a_key_no_other_channel_would_take_is_refused_here_too() -> None:
    with pytest.raises(ValueError, match="no delivery key"):
        ConsoleChannel(io.StringIO()).send("", Message(recipient="", subject="", text=""))

"""Every message can be written in both languages, for every channel that takes it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from domain.channel import CHOSEN
from workers.channels.base import DEAD
from workers.manners import MANNERS
from workers.texts.writing import TAGS, Writer

ZONE = ZoneInfo("Asia/Shanghai")
DUE = datetime(2026, 3, 2, 1, 52, tzinfo=UTC).isoformat()
FACTS: dict[str, dict[str, Any]] = {
    "assignment": {"complaint_id": str(uuid4())},
    "digest": {
        "due_count": 3, "overdue_count": 1, "task_count": 2, "day": "2026-03-02",
        "escalated_count": 1, "returning_count": 1,
    },
    "receivables": {
        "count": 2,
        "receivables": [
            {
                "contract_id": str(uuid4()), "number": 2, "due_on": "2026-02-27",
                "outstanding": "1000.00", "currency": "CNY", "days_overdue": 3,
            }
        ],
    },
    "complaint": {"complaint_id": str(uuid4())},
    "intake": {"item_id": str(uuid4()), "is_complaint": True},
    "task": {"task_id": str(uuid4()), "due_on": "2026-03-03"},
    "escalation": {
        "complaint_id": str(uuid4()), "clock": "acknowledge", "percent": 75, "level": 1,
        "due_at": DUE,
    },
    "channel_disabled": {"channel": "dingtalk_bot", "code": "gone"},
    "second_factor_off": {"by": str(uuid4())},
}  # fmt: skip
WITHOUT_WORDS = {"item", "greeting", "campaign"}
"""Calls for programs, and what is written for each campaign."""


def test_every_kind_that_people_read_is_here() -> None:
    assert FACTS.keys() | WITHOUT_WORDS == MANNERS.keys()


@pytest.mark.parametrize("language", TAGS)
@pytest.mark.parametrize("kind", FACTS)
def test_a_message_has_a_subject_a_body_and_a_letter_around_it(kind: str, language: str) -> None:
    text = Writer(language).write(kind, {**FACTS[kind], "today": "2026-03-02"}, ZONE)

    assert text.subject
    assert "\n" not in text.subject
    assert text.body == text.body.strip()
    assert text.letter.startswith(("您好", "Hello"))
    assert text.body in text.letter
    assert not text.body.startswith(("您好", "Hello"))


@pytest.mark.parametrize("language", TAGS)
def test_what_fills_a_text_message_is_short_and_in_the_same_order_in_both_languages(
    language: str,
) -> None:
    writer = Writer(language)
    escalation = writer.parameters("escalation", FACTS["escalation"], ZONE)

    assert list(escalation) == ["level", "clock", "percent", "due_at"]
    assert escalation["clock"] in {"受理", "acknowledge"}
    assert (escalation["level"], escalation["percent"]) == ("1", "75")
    assert escalation["due_at"] == "2026-03-02 09:52"
    assert writer.parameters("assignment", FACTS["assignment"], ZONE) == {}


@pytest.mark.parametrize("language", TAGS)
@pytest.mark.parametrize("code", [*sorted(DEAD), "failing"])
def test_every_channel_and_every_reason_has_a_name(language: str, code: str) -> None:
    facts = [{"channel": channel.value, "code": code} for channel in CHOSEN]
    texts = [Writer(language).write("channel_disabled", each, ZONE) for each in facts]

    assert all(one.subject != other.subject for one, other in pairwise(texts))
    assert all(each["channel"] not in text.subject for each, text in zip(facts, texts, strict=True)
               if each["channel"].endswith("bot"))  # fmt: skip


def test_a_text_message_about_a_channel_names_it() -> None:
    facts = FACTS["channel_disabled"]

    assert Writer("zh").parameters("channel_disabled", facts, ZONE) == {"channel": "钉钉群机器人"}

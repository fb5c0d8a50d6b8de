"""Everything that somebody can be told has a sentence in his inbox."""

from __future__ import annotations

import re

import pytest

from api.texts.page_inbox import PAGE_INBOX_TEXTS
from projections.intents import INTENTS, Intent
from tests.support.history import a_history

OF_A_CUSTOMER = {"greeting", "campaign"}


def intents() -> list[Intent]:
    return [INTENTS[type(event)](event) for event in a_history() if type(event) in INTENTS]


@pytest.mark.parametrize("intent", intents(), ids=lambda intent: intent.kind)
def test_it_says_only_what_is_known_of_it(intent: Intent) -> None:
    if intent.kind in OF_A_CUSTOMER:
        return
    for text in PAGE_INBOX_TEXTS[f"told-{intent.kind}"]:
        assert set(re.findall(r"\{(\w+)\}", text)) <= intent.facts.keys()


def test_every_kind_is_among_them() -> None:
    assert {type(event) for event in a_history()} >= INTENTS.keys()

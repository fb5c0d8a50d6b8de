from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from api.messages import Language
from api.pages.wording import Wording
from api.sentences import history_sentence
from projections.journal.history import HistoryEntry

TODAY = date(2026, 3, 2)
PURCHASE = HistoryEntry(
    position=1,
    stream_id=UUID(int=1),
    version=1,
    topic="customer.purchase_recorded",
    recorded_at=datetime(2026, 3, 2, tzinfo=UTC),
    is_system=False,
    happened_on=TODAY,
    facts={
        "product": "2025-12-31 款地板",
        "quantity": "4",
        "amount": "1248",
        "currency": "CNY",
        "purchased_on": "2026-02-20",
    },
)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.CHINESE, "购买 2025-12-31 款地板 × 4，金额 CNY 1,248.00，2月20日 周五"),
        (Language.ENGLISH, "Bought 2025-12-31 款地板 × 4 for CNY 1,248.00 on Fri 20 Feb"),
    ],
)
def test_a_page_says_days_and_amounts_of_a_history_as_everywhere_else_and_what_was_typed_as_it_is(
    language: Language, said: str
) -> None:
    wording = Wording(language, ZoneInfo("Asia/Shanghai"), TODAY)

    assert history_sentence(PURCHASE, lambda _: "王芳", language, wording.day) == said


def test_a_program_is_told_days_as_the_calendar_writes_them() -> None:
    told = history_sentence(PURCHASE, lambda _: "王芳", Language.ENGLISH)

    assert told.endswith("on 2026-02-20")

"""Tomorrow foreseen by the workers' own decisions: the same as comes true, and nothing written."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain import commands
from domain.card import Purchase
from domain.errors import InvalidError
from domain.eventstore.database import SESSION_OPTIONS, Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.grade import Grade
from domain.policies.book import PolicyKind
from projections.bootstrap import ReadSide
from tests.support.care import Company
from tests.support.shift import Shift
from workers.forecast import Forecast, Foreseen

TUESDAY = date(2026, 3, 3)
SUNDAY_CARE = {"birthday": "1990-03-03", "email": "wang@example.com"}


def everything_is_due(company: Company) -> None:
    """Let a company come to the evening before a day on which everything falls due."""
    company.does(
        commands.AmendPolicy(
            kind=PolicyKind.GREETINGS,
            content={
                "occasions": ["birthday"],
                "courtesies": [
                    {"kind": "gift", "occasion": "birthday", "grades": ["C"], "days_before": 7}
                ],
            },
        )
    )
    company.now = datetime(2026, 2, 2, 2, 0, tzinfo=UTC)
    wang = company.registers(company.chen, "王小明", **SUNDAY_CARE)
    consent = commands.ChooseCare(customer_id=wang, choices={"consents": {"email": True}})
    company.does(consent, why="form")
    company.registers(company.li, "李小红", **SUNDAY_CARE)
    soon = company.registers(company.li, "赵小刚", birthday="1990-03-11")
    company.does(commands.RegradeCustomer(customer_id=soon, grade=Grade.C), company.li)
    company.now = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    line = Purchase(
        purchased_on=date(2026, 3, 1), product="地板", quantity=Decimal(1), amount=Decimal(9)
    )
    company.does(commands.RecordPurchase(customer_id=wang, purchase=line))
    company.signs(wang, "HT-1")


def outcomes(foreseen: list[Foreseen]) -> Counter[tuple[str, str]]:
    return Counter((each.decision, each.reason) for each in foreseen)


def test_what_was_foreseen_the_evening_before_comes_true(company: Company, shift: Shift) -> None:
    everything_is_due(company)
    shift.works_until(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    foreseen = Forecast(shift.read).page(TUESDAY, company.now, limit=1_000)
    before = company.log.head
    for hour in (2, 15):
        shift.works_until(datetime(2026, 3, 3, hour, 0, tzinfo=UTC))

    notifications = company.log.recorder.select_notifications(
        before, 1_000, inclusive_of_start=False
    )
    events = company.log.mapper.to_domain_events(notifications)
    came = Counter(
        (event.TOPIC, getattr(event, "reason", ""))
        for event in events
        if not event.TOPIC.startswith("delivery")
    )
    assert outcomes(foreseen) == came
    assert {each.kind for each in foreseen} >= {
        "digest", "greeting", "gift", "return_visit", "follow_up", "receivables"
    }  # fmt: skip


def test_a_forecast_needs_no_right_to_write(company: Company, shift: Shift) -> None:
    everything_is_due(company)
    shift.project()
    head = company.log.head
    reading = Database(
        company.database.address, options=f"{SESSION_OPTIONS} -c default_transaction_read_only=on"
    )
    with ReadSide.over(EventLog(reading, MasterKeys.read(company.key_file))) as read:
        foreseen = Forecast(read).page(TUESDAY, company.now, limit=1_000)

    assert foreseen == Forecast(shift.read).page(TUESDAY, company.now, limit=1_000)
    assert company.log.head == head


def test_page_after_page_is_the_same_as_all_at_once(company: Company, shift: Shift) -> None:
    everything_is_due(company)
    shift.project()
    forecast, after, pages = Forecast(shift.read), None, []
    while page := forecast.page(TUESDAY, company.now, after=after, limit=2):
        pages += page
        after = page[-1].due_at, page[-1].key

    assert pages == forecast.page(TUESDAY, company.now, limit=1_000)
    greeted = [each for each in pages if each.decision == "greeting.issued"]
    assert [(each.customer_name, each.is_customer_told, each.channels) for each in greeted] == [
        ("王小明", True, ["email"])
    ]


def test_a_day_gone_by_is_not_foreseen(company: Company, shift: Shift) -> None:
    with pytest.raises(InvalidError):
        Forecast(shift.read).page(company.now.date() - timedelta(days=1), company.now)

"""Which channels an installation has: what has no way out is foreseen, and said when decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest

from api.audiences import forecast
from domain import commands
from domain.channel import BOTS, Channel
from domain.eventstore.database import SESSION_OPTIONS, Database
from domain.greeting import Greeting
from domain.policies.book import PolicyKind
from tests.integration.workers.test_campaigns import decided, launched
from tests.support.care import Company
from tests.support.shift import Shift
from workers.bootstrap import run_workers
from workers.channels.accounts import SMS_URLS, SmsAccount, SmsProvider
from workers.forecast import Forecast
from workers.ways_out import NOT_TOLD, WaysOut, WaysOutTable

MAIL_ONLY = WaysOut({Channel.EMAIL: None})
SMS_FOR_REPS = WaysOut({Channel.EMAIL: None, Channel.SMS: frozenset({"escalation"})})
ALIYUN = SmsAccount(
    provider=SmsProvider.ALIYUN,
    url=SMS_URLS[SmsProvider.ALIYUN],
    key_id="id",
    key_secret="secret",
    sign_name="客志",
    templates={"escalation": "SMS_1"},
)
BOTH = {"consents": {"email": True, "sms": True}, "wants_greetings": True}


@pytest.fixture(autouse=True)
def sms_goes_first(company: Company) -> None:
    content = {"occasions": ["birthday"], "spread_minutes": 0, "channels": ["sms", "email"]}
    company.does(commands.AmendPolicy(kind=PolicyKind.GREETINGS, content=content))


def a_customer(company: Company, name: str, **card: Any) -> UUID:
    """Register a customer who may be told by mail and by SMS, and was born on a 3rd of March."""
    customer = company.registers(company.chen, name, birthday="1990-03-03", **card)
    company.does(commands.ChooseCare(customer_id=customer, choices=BOTH), why="form")
    return customer


def outcome(event: Any) -> str:
    return str(getattr(event, "channel", "") or event.reason)


@pytest.mark.parametrize("told", [MAIL_ONLY, SMS_FOR_REPS])
def test_who_is_reached_by_no_channel_that_is_set_up_is_foreseen_and_skipped_with_that_reason(
    company: Company, shift: Shift, told: WaysOut
) -> None:
    WaysOutTable(company.database).tell(told)
    by_phone = a_customer(company, "王小明", phones=("13800138000",))
    by_both = a_customer(company, "李小红", phones=("13900139000",), email="li@example.com")
    by_nothing = a_customer(company, "赵小刚")
    whom = (by_phone, by_both, by_nothing)
    shift.project()
    expected = {by_phone: "no-channel", by_both: "email", by_nothing: "no-address"}

    foreseen = forecast(shift.read, whom)
    birthdays = Forecast(shift.read).page(date(2026, 3, 3), company.now, limit=1_000)
    launched(company, *whom)
    shift.works()
    company.now = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
    shift.works()

    assert (foreseen.reachable, foreseen.not_set_up) == (1, ["sms"])
    assert foreseen.skipped_for == {"no-channel": 1, "no-address": 1}
    greetings = [each for each in birthdays if each.kind == "greeting"]
    assert {
        each.customer_id: "".join(each.channels) or each.reason for each in greetings
    } == expected
    for events in (decided(shift), shift.events(Greeting.Decided)):
        assert {event.customer_id: outcome(event) for event in events} == expected


def test_nothing_is_taken_for_missing_before_a_worker_has_told(
    company: Company, shift: Shift
) -> None:
    customer = a_customer(company, "王小明", phones=("13800138000",))
    reading = Database(
        company.database.address, options=f"{SESSION_OPTIONS} -c default_transaction_read_only=on"
    )

    assert WaysOutTable(reading).read() == NOT_TOLD
    shift.project()
    assert forecast(shift.read, [customer]).not_set_up == []
    reading.close()


def test_the_worker_that_started_last_tells_what_it_has(
    begin: Callable[..., Shift], company: Company, queue_url: str
) -> None:
    def told_by(shift: Shift) -> WaysOut:
        stop = Event()
        thread = Thread(target=run_workers, args=(shift.stage, stop))
        stop.set()
        thread.start()
        thread.join(30)
        return WaysOutTable(company.database).read()

    without = told_by(begin(queue_url=queue_url))
    equipped = told_by(begin(queue_url=queue_url, mail_port=25, sms=ALIYUN))

    assert set(without.kinds) == BOTS | {Channel.WEBHOOK}
    assert set(equipped.kinds) == BOTS | {Channel.WEBHOOK, Channel.EMAIL, Channel.SMS}
    assert Channel.SMS in equipped.are_there_for("escalation")
    assert Channel.SMS not in equipped.are_there_for("greeting")
    assert without.told_at is not None
    assert equipped.told_at is not None
    assert without.told_at < equipped.told_at

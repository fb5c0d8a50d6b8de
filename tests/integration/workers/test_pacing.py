from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from random import Random

import pytest
from pytest_httpserver import HTTPServer

from domain import commands
from domain.channel import Address, Channel
from domain.delivery import Delivery
from domain.eventstore.database import Database
from tests.support.care import MONDAY, Company
from tests.support.shift import Shift
from workers import worklist
from workers.lanes import Lane
from workers.pacing import Pace, Pacing, sender
from workers.settings import WorkSettings

BOT = "https://oapi.dingtalk.com/robot/send?access_token=566cc6"
ANOTHER = "https://oapi.dingtalk.com/robot/send?access_token=7a7a7a"


@pytest.fixture
def pacing(database: str) -> Iterator[Pacing]:
    """Twenty a minute for bots: two at once, and another one every three and a third seconds."""
    with closing(Database(database)) as connections:
        worklist.prepare(connections)
        yield Pacing(connections, {Channel.DINGTALK_BOT: 20, Channel.SMS: 600, Channel.EMAIL: 0})


def take(
    pacing: Pacing, now: datetime = MONDAY, *, address: str = BOT, lane: Lane = Lane.URGENT
) -> datetime | None:
    return pacing.take(Channel.DINGTALK_BOT, address, lane, now)


def test_a_bucket_is_emptied_at_once_and_refilled_by_the_clock(pacing: Pacing) -> None:
    step = timedelta(minutes=1) / 18
    assert [take(pacing), take(pacing)] == [None, None]

    assert take(pacing) == MONDAY + step
    assert take(pacing, MONDAY + step - timedelta(milliseconds=1)) == MONDAY + step
    assert take(pacing, MONDAY + step) is None
    assert take(pacing, MONDAY + step) == MONDAY + 2 * step


@pytest.mark.parametrize("per_minute", [4, 20, 100, 600])
def test_in_no_minute_more_are_sent_than_may_be(database: str, per_minute: int) -> None:
    rng, now = Random(per_minute), MONDAY
    sent: list[datetime] = []
    with closing(Database(database)) as connections:
        worklist.prepare(connections)
        pacing = Pacing(connections, {Channel.DINGTALK_BOT: per_minute})
        while len(sent) < 2 * per_minute or now < MONDAY + timedelta(minutes=2):
            if take(pacing, now) is None:
                sent.append(now)
            # Sometimes in a rush, sometimes after a long rest.
            mean = 60 / per_minute / 4 if rng.random() < 0.99 else 40
            now += timedelta(seconds=rng.expovariate(1 / mean))

    for first in sent:
        minute = [at for at in sent if first <= at < first + timedelta(minutes=1)]
        assert len(minute) <= per_minute
    assert Pace(per_minute).size <= max(2, per_minute // 30)


def test_all_processes_take_from_the_same_bucket(database: str) -> None:
    with closing(Database(database, size=8)) as first, closing(Database(database)) as second:
        worklist.prepare(first)
        processes = [Pacing(each, {Channel.SMS: 600}) for each in (first, second)]
        with ThreadPoolExecutor(8) as threads:
            answers = list(
                threads.map(
                    lambda number: processes[number % 2].take(Channel.SMS, "", Lane.URGENT, MONDAY),
                    range(60),
                )
            )

    assert answers.count(None) == Pace(600).size == 20


def test_whoever_waits_is_promised_a_moment_of_his_own_and_finds_a_token_then(
    pacing: Pacing,
) -> None:
    assert take(pacing, lane=Lane.BULK) is None
    promised = [take(pacing, lane=Lane.BULK) for _ in range(10)]

    step = timedelta(minutes=1) / 18
    assert promised == [MONDAY + number * step for number in range(1, 11)]
    for moment in promised:
        assert moment is not None
        assert take(pacing, moment, lane=Lane.BULK) is None


def test_what_is_urgent_waits_behind_nobody(pacing: Pacing) -> None:
    for _ in range(1_000):
        take(pacing, lane=Lane.BULK)

    assert take(pacing) is None
    later = take(pacing)
    assert later is not None
    assert later <= MONDAY + timedelta(seconds=4)


def test_each_bot_is_a_sender_of_its_own_and_the_company_s_phone_is_one(pacing: Pacing) -> None:
    take(pacing)
    take(pacing)
    assert take(pacing) is not None
    assert take(pacing, address=ANOTHER) is None

    assert sender(Channel.SMS, "+8613800138000") == "sms"
    assert "566cc6" not in sender(Channel.DINGTALK_BOT, BOT)
    assert sender(Channel.DINGTALK_BOT, BOT) != sender(Channel.DINGTALK_BOT, ANOTHER)


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.WEBHOOK])
def test_a_sender_without_a_pace_is_not_held_up(pacing: Pacing, channel: Channel) -> None:
    assert [pacing.take(channel, "x", Lane.BULK, MONDAY) for _ in range(99)] == [None] * 99


def test_a_message_that_has_to_wait_is_sent_later_and_waiting_is_no_attempt(
    begin: Callable[..., Shift], company: Company, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robot/send").respond_with_json({"errcode": 0})
    base = httpserver.url_for("").rstrip("/")
    shift = begin(work=WorkSettings(paces={Channel.DINGTALK_BOT: 4}), dingtalk_url=base)
    bot = Address(channel=Channel.DINGTALK_BOT, to=f"{base}/robot/send?access_token=566cc6")
    company.does(
        commands.ChooseNotifications(rep_id=company.chen, wants_email=False, addresses=(bot,))
    )
    for number in range(6):
        complaint = shift.complains(company.registers(company.li, f"客户{number}"))
        company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=company.chen))
    shift.works()
    assert len(httpserver.log) == 2
    assert len(shift.events(Delivery.Sent)) == 2

    for _ in range(8):
        company.wait(seconds=31)
        shift.works()
    sent = [e for e in shift.events(Delivery.Sent) if e.channel == "dingtalk_bot"]
    assert len(sent) == len(httpserver.log) >= 6
    assert {event.attempts for event in sent} == {1}

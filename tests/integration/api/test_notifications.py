from __future__ import annotations

from typing import Any

import pytest

from domain.access import Grant, Role, Scope
from domain.channel import Channel
from domain.representative import Representative
from tests.support.http import Caller, Front
from tests.support.problems import problem_of

BOT = "https://open.feishu.cn/open-apis/bot/v2/hook/b43e7bea-88fd"
SECRET = "SEC240d7bb4c0"


def choose(front: Front, caller: Caller, **body: Any) -> Any:
    path = f"/representatives/{front.company.chen}"
    version = front.company.log.get(front.company.chen).version
    return caller.post(f"{path}/notifications", {"wants_email": False, **body}, if_match=version)


def test_a_rep_chooses_where_he_is_reminded_and_sees_it_without_keys(
    front: Front, chen: Caller
) -> None:
    addresses = [
        {"channel": "sms", "address": "138 0013 8000"},
        {"channel": "wecom", "address": "ChenMin"},
        {"channel": "feishu_bot", "address": BOT, "secret": SECRET},
    ]
    assert choose(front, chen, addresses=addresses).status_code == 201
    front.settle()

    shown = chen.get(f"/representatives/{front.company.chen}/notifications")
    assert shown.get_json() == {
        "wants_email": False,
        "each_item": False,
        "addresses": [
            {"channel": "sms", "address": "+8613800138000"},
            {"channel": "wecom", "address": "ChenMin"},
            {"channel": "feishu_bot", "address": "https://open.feishu.cn/…88fd"},
        ],
        "chosen_at": "2026-03-02T01:30:00Z",
    }
    assert SECRET not in shown.text
    assert shown.headers["ETag"] == f'"v{front.company.log.get(front.company.chen).version}"'


def test_what_was_chosen_is_sealed_in_the_log(front: Front, chen: Caller) -> None:
    addresses = [{"channel": "feishu_bot", "address": BOT, "secret": SECRET}]
    choose(front, chen, addresses=addresses)
    stored = front.company.log.recorder.select_notifications(1, 1_000)[-1]
    event: Any = front.company.log.mapper.to_domain_event(stored)

    assert isinstance(event, Representative.NotificationsChosen)
    assert event.reached_at == {Channel.FEISHU_BOT: BOT}
    assert event.signed_with == {Channel.FEISHU_BOT: SECRET}
    assert b"b43e7bea" not in stored.state
    assert SECRET.encode() not in stored.state


def test_an_administrator_sees_and_chooses_for_all_and_nobody_else_does(
    front: Front, li: Caller
) -> None:
    qian = front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))
    path = f"/representatives/{front.company.chen}/notifications"
    front.settle()

    assert qian.get(path).get_json()["addresses"] == []
    assert choose(front, qian, wants_email=True).status_code == 201
    problem_of(li.get(path), 403, "forbidden")
    problem_of(choose(front, li), 403, "forbidden")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"addresses": [{"channel": "email", "address": "a@b.cn"}]}, "/addresses/0/channel"),
        ({"addresses": [{"channel": "sms"}]}, "/addresses/0/address"),
        ({"addresses": [{"channel": "sms", "address": "12"}]}, "/addresses"),
        ({"addresses": [{"channel": "wecom", "address": "@all"}]}, "/addresses"),
        ({"addresses": [{"channel": "wecom_bot", "address": BOT}]}, "/addresses"),
        ({"addresses": [{"channel": "wecom", "address": "a"}] * 2}, "/addresses"),
        ({"each_item": True}, "/addresses"),
        ({"webhook_url": "https://example.com"}, "/webhook_url"),
    ],
)
def test_what_is_no_address_is_refused_and_nothing_recorded(
    front: Front, chen: Caller, body: dict[str, Any], pointer: str
) -> None:
    before = front.head
    told = problem_of(choose(front, chen, **body), 422, "invalid")

    assert [error["pointer"] for error in told["errors"]] == [pointer]
    assert front.head == before


def test_a_token_that_only_reads_leads_no_reminder_elsewhere(front: Front) -> None:
    reader = front.caller(front.company.chen, Grant.READ)
    before = front.head

    problem_of(choose(front, reader, addresses=[]), 403, "forbidden")

    assert front.head == before


def test_an_auditor_who_never_writes_chooses_his_reminders(front: Front) -> None:
    he = front.company.joins("he", role=Role.AUDITOR, scope=Scope.ALL)
    auditor = front.caller(he)

    chosen = auditor.post(
        f"/representatives/{he}/notifications",
        {"wants_email": True, "addresses": []},
        if_match=front.company.log.get(he).version,
    )

    assert chosen.status_code == 201

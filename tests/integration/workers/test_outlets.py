"""A message looks different in every channel, and goes only to those that were chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from pytest_httpserver import HTTPServer

from domain import commands
from domain.channel import Address, Channel
from domain.complaint import Complaint
from domain.delivery import Delivery
from domain.representative import Representative
from tests.integration.channels.post_office import opened
from tests.integration.channels.providers import APP, GETTOKEN, SIGN_SECRET, TOKEN, an_account
from tests.support.care import Company
from tests.support.shift import Shift
from workers.channels.accounts import SmsProvider

OK = {"errcode": 0, "code": 0, "Code": "OK"}


class Providers:
    """The servers of all providers in one, and a shift that knows them."""

    def __init__(self, server: HTTPServer, begin: Callable[..., Shift]) -> None:
        self.server = server
        self.base = server.url_for("").rstrip("/")
        server.expect_request(GETTOKEN).respond_with_json(TOKEN)
        self.shift = begin(
            wecom_url=self.base,
            dingtalk_url=self.base,
            feishu_urls=(self.base,),
            wecom_app=APP,
            sms=an_account(SmsProvider.ALIYUN, self.base),
        )

    def answer(self, path: str, body: dict[str, Any]) -> None:
        self.server.expect_request(path).respond_with_json(body)

    def address(self, channel: Channel) -> Address:
        to = {
            Channel.SMS: "13800138000",
            Channel.WECOM: "ZhangSan",
            Channel.WECOM_BOT: f"{self.base}/cgi-bin/webhook/send?key=693a",
            Channel.DINGTALK_BOT: f"{self.base}/robot/send?access_token=566c",
            Channel.FEISHU_BOT: f"{self.base}/open-apis/bot/v2/hook/b43e",
        }
        return Address(channel=channel, to=to[channel], secret=SIGN_SECRET)

    def said(self) -> list[Any]:
        requests = [request for request, _ in self.server.log if request.path != GETTOKEN]
        return [request.get_json(silent=True) or request.args for request in requests]


@pytest.fixture
def providers(httpserver: HTTPServer, begin: Callable[..., Shift]) -> Providers:
    return Providers(httpserver, begin)


def choose(company: Company, *addresses: Address, wants_email: bool = False) -> None:
    company.does(
        commands.ChooseNotifications(
            rep_id=company.chen, wants_email=wants_email, addresses=addresses
        )
    )


def warn_chen(company: Company, shift: Shift) -> None:
    """Let a complaint of Chen's reach its first rung."""
    shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=23)
    shift.works()


WARNING = "客志：投诉预警，受理时限已用 75%\n投诉 "


@pytest.mark.parametrize(
    ("channel", "text_of"),
    [
        (Channel.WECOM, lambda body: body["text"]["content"]),
        (Channel.WECOM_BOT, lambda body: body["text"]["content"]),
        (Channel.DINGTALK_BOT, lambda body: body["text"]["content"]),
        (Channel.FEISHU_BOT, lambda body: body["content"]["text"]),
    ],
)
def test_a_chat_shows_few_words_and_nobody_s_name(
    providers: Providers, company: Company, channel: Channel, text_of: Callable[[Any], str]
) -> None:
    for path in ("/cgi-bin/message/send", "/cgi-bin/webhook/send", "/robot/send"):
        providers.answer(path, OK)
    providers.answer("/open-apis/bot/v2/hook/b43e", OK)
    choose(company, providers.address(channel))
    warn_chen(company, providers.shift)

    (said,) = providers.said()
    text = text_of(said)
    assert text.startswith(WARNING)
    assert "请尽快处理" in text
    assert "您好" not in text
    assert "王小明" not in text
    (sent,) = providers.shift.events(Delivery.Sent)
    assert sent.channel == channel


def test_a_bot_with_a_secret_is_signed_with_it(providers: Providers, company: Company) -> None:
    providers.answer("/robot/send", OK)
    choose(company, providers.address(Channel.DINGTALK_BOT))
    warn_chen(company, providers.shift)

    ((request, _),) = providers.server.log
    assert set(parse_qs(request.query_string.decode())) == {"access_token", "timestamp", "sign"}


def test_a_text_message_is_a_template_and_what_fills_it(
    providers: Providers, company: Company
) -> None:
    providers.answer("/", OK)
    choose(company, providers.address(Channel.SMS))
    warn_chen(company, providers.shift)

    (said,) = providers.said()
    (sent,) = providers.shift.events(Delivery.Sent)
    assert said["OutId"] == str(sent.originator_id)
    assert (said["PhoneNumbers"], said["TemplateCode"]) == ("8613800138000", "SMS_1001")
    assert said["TemplateParam"] == (
        '{"level": "0", "clock": "受理", "percent": "75", "due_at": "2026-03-02 09:52"}'
    )


def test_a_kind_without_a_template_is_no_text_message(
    providers: Providers, company: Company
) -> None:
    choose(company, providers.address(Channel.SMS))
    complaint = providers.shift.complains(company.registers(company.li, "王小明"))
    company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=company.chen))
    providers.shift.works()

    skipped = providers.shift.events(Delivery.Skipped)
    assert [(e.channel, e.reason) for e in skipped] == [("sms", "no-channel")]
    assert providers.server.log == []


def test_a_list_of_the_day_is_no_text_message(providers: Providers, company: Company) -> None:
    choose(company, providers.address(Channel.SMS))
    company.registers(company.chen, "王小明", promised_on=company.now.date())
    providers.shift.project()
    company.wait(days=1)
    providers.shift.works()

    assert providers.shift.events(Delivery.Ended) == []


def test_every_chosen_channel_gets_the_message_once(providers: Providers, company: Company) -> None:
    providers.answer("/robot/send", OK)
    providers.answer("/", OK)
    choose(company, *map(providers.address, (Channel.DINGTALK_BOT, Channel.SMS)))
    warn_chen(company, providers.shift)
    providers.shift.works()

    assert sorted(e.channel for e in providers.shift.events(Delivery.Sent)) == [
        "dingtalk_bot",
        "sms",
    ]
    assert len(providers.server.log) == 2


def test_a_group_is_told_once_however_many_of_it_are_told(
    providers: Providers, company: Company
) -> None:
    providers.answer("/robot/send", OK)
    bot = providers.address(Channel.DINGTALK_BOT)
    for rep_id in (company.chen, company.zhao):
        command = commands.ChooseNotifications(rep_id=rep_id, wants_email=False, addresses=(bot,))
        company.does(command)
    shift = providers.shift
    shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=31)
    shift.works()

    (climbed,) = [e for e in shift.events(Complaint.Escalated) if e.level == 1]
    assert sorted(climbed.to_ids) == sorted([company.chen, company.zhao])
    assert len(providers.server.log) == 1
    about = {e.recipient_id: e for e in shift.events(Delivery.Ended)
             if e.intent_version == climbed.originator_version}  # fmt: skip
    kinds = sorted(type(e).__name__ for e in about.values())
    assert kinds == ["Sent", "Skipped"]
    (skipped,) = [e for e in about.values() if isinstance(e, Delivery.Skipped)]
    assert skipped.reason == "same-group"


def test_a_phone_number_that_is_none_is_given_up_and_its_owner_told_by_mail(
    httpserver: HTTPServer, begin: Callable[..., Shift], company: Company
) -> None:
    httpserver.expect_request("/").respond_with_json(
        {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "13800138000invalid mobile number"}
    )
    base = httpserver.url_for("").rstrip("/")
    with opened() as office:
        shift = begin(mail_port=office.port, sms=an_account(SmsProvider.ALIYUN, base))
        phone = Address(channel=Channel.SMS, to="13800138000")
        choose(company, phone, wants_email=True)
        warn_chen(company, shift)
        shift.works()

        (disabled,) = shift.events(Representative.ChannelDisabled)
        assert (disabled.channel, disabled.code) == ("sms", "bad-address")
        (failed,) = shift.events(Delivery.Failed)
        assert "13800138000" not in failed.reason
        assert len(office.mail) == 2
    assert company.log.get(company.chen).addresses == {}

from __future__ import annotations

import pytest

from domain.channel import CHOSEN, Address, Channel, shortened
from domain.errors import InvalidError
from tests.support.scenario import refused

GOOD = {
    Channel.WEBHOOK: "https://example.com/kezhi?x=1",
    Channel.SMS: "+8613800138000",
    Channel.WECOM: "zhang.san@hq",
    Channel.WECOM_BOT: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx",
    Channel.DINGTALK_BOT: "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec",
    Channel.FEISHU_BOT: "https://open.larksuite.com/open-apis/bot/v2/hook/b43e7bea-88fd",
}


def test_every_channel_but_mail_takes_an_address() -> None:
    assert {channel: Address(channel=channel, to=to).to for channel, to in GOOD.items()} == GOOD
    assert set(GOOD) == set(CHOSEN)


@pytest.mark.parametrize("channel", CHOSEN)
def test_the_address_of_another_channel_is_a_mistake(channel: Channel) -> None:
    for other, to in GOOD.items():
        # A webhook may be anywhere.
        if other is not channel and (channel is not Channel.WEBHOOK or "://" not in to):
            with refused(InvalidError, problem="not-an-address", channel=channel.value):
                Address(channel=channel, to=to)


@pytest.mark.parametrize(
    ("channel", "to"),
    [
        (Channel.EMAIL, "li@example.com"),
        (Channel.WEBHOOK, "example.com"),
        (Channel.WEBHOOK, "https://example.com/a b"),
        (Channel.SMS, "12"),
        (Channel.WECOM, "@all"),
        (Channel.WECOM, "ZhangSan|LiSi"),
        (Channel.WECOM, "张三"),
        (Channel.WECOM_BOT, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"),
        (Channel.WECOM_BOT, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a&debug=1"),
        (Channel.DINGTALK_BOT, "https://oapi.dingtalk.com/robot/send?access_token=a&at=1"),
        (Channel.FEISHU_BOT, "https://open.feishu.cn/open-apis/bot/v2/hook/../x"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(channel: Channel, to: str) -> None:
    with pytest.raises(InvalidError) as error:
        Address(channel=channel, to=to)

    assert error.value.fields == {
        "field": "addresses",
        "problem": "not-an-address",
        "channel": channel.value,
    }


def test_a_phone_number_is_kept_in_one_form() -> None:
    assert Address(channel=Channel.SMS, to="１３８ 0013-8000").to == "+8613800138000"


def test_an_address_has_an_end() -> None:
    with refused(InvalidError, problem="too-long"):
        Address(channel=Channel.WEBHOOK, to=f"https://example.com/{'a' * 2_000}")


def test_an_address_and_its_secret_are_not_shown() -> None:
    address = Address(channel=Channel.WEBHOOK, to="https://example.com/x", secret="hush")

    assert "example" not in repr(address)
    assert "hush" not in repr(address)


def test_of_an_address_with_a_key_only_the_host_and_the_end_are_shown() -> None:
    assert shortened(GOOD[Channel.DINGTALK_BOT]) == "https://oapi.dingtalk.com/…82ec"
    assert shortened("+8613800138000") == "+8613800138000"

from __future__ import annotations

import pytest

from domain.channel import Channel
from domain.settings import SettingsError
from workers.settings import WorkSettings

BOTS = {Channel.WECOM_BOT: 20, Channel.DINGTALK_BOT: 20, Channel.FEISHU_BOT: 100}


def paces(text: str) -> dict[Channel, int]:
    return dict(WorkSettings.from_environment({"KEZHI_PACES": text}).paces)


def test_bots_go_at_the_pace_that_their_providers_allow() -> None:
    assert dict(WorkSettings.from_environment({}).paces) == BOTS
    assert dict(WorkSettings().paces) == BOTS


def test_a_pace_is_set_channel_by_channel() -> None:
    assert paces("sms=600  wecom_bot=0") == {**BOTS, Channel.SMS: 600, Channel.WECOM_BOT: 0}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("pigeon=20", "write channel=number; the channels are email, webhook, sms"),
        ("sms", "write a whole number from 4 to"),
        ("sms=3", "write a whole number from 4 to"),
        ("sms=-1", "write a whole number from 4 to"),
        ("sms=fast", "write a whole number from 4 to"),
    ],
)
def test_a_pace_that_cannot_be_kept_is_refused(text: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=f"KEZHI_PACES cannot be used: {hint}"):
        paces(text)


def test_customers_get_five_greetings_a_day_unless_told_otherwise() -> None:
    assert WorkSettings.from_environment({}).customer_daily_cap == 5
    told = WorkSettings.from_environment({"KEZHI_CUSTOMER_DAILY_CAP": "2"})
    assert told.customer_daily_cap == 2

from __future__ import annotations

from pathlib import Path

import pytest

from domain.settings import SettingsError
from workers.channels.accounts import SmsProvider
from workers.channels.settings import ChannelSettings

WECOM = {"KEZHI_WECOM_CORP_ID": "ww7e42", "KEZHI_WECOM_AGENT_ID": "1000002"}
SMS = {"KEZHI_SMS_KEY_ID": "LTAI5", "KEZHI_SMS_SIGN": "客志"}


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "secret"
    file.write_text("hush-hush\n", encoding="utf-8")
    return str(file)


def settings(environment: dict[str, str]) -> ChannelSettings:
    return ChannelSettings.from_environment(environment)


def test_the_wecom_app_is_three_settings(secret: str) -> None:
    app = settings({**WECOM, "KEZHI_WECOM_SECRET_FILE": secret}).wecom_app

    assert app is not None
    assert (app.corp_id, app.agent_id, app.secret) == ("ww7e42", 1000002, "hush-hush")


def test_text_messages_are_sent_by_the_provider_that_is_named(secret: str) -> None:
    chosen = {
        **SMS,
        "KEZHI_SMS_PROVIDER": "aliyun",
        "KEZHI_SMS_SECRET_FILE": secret,
        "KEZHI_SMS_TEMPLATES": "escalation=SMS_1001  assignment=SMS_1002",
    }
    account = settings(chosen).sms

    assert account is not None
    assert account.provider is SmsProvider.ALIYUN
    assert (account.url, account.is_usual) == ("https://dysmsapi.aliyuncs.com", True)
    assert (account.key_id, account.key_secret, account.sign_name) == ("LTAI5", "hush-hush", "客志")
    assert account.templates == {"escalation": "SMS_1001", "assignment": "SMS_1002"}


def test_tencent_knows_the_company_by_an_app(secret: str) -> None:
    chosen = {**SMS, "KEZHI_SMS_PROVIDER": "tencent", "KEZHI_SMS_SECRET_FILE": secret}
    with pytest.raises(SettingsError, match="KEZHI_SMS_APP_ID must be set as well"):
        settings(chosen)

    account = settings({**chosen, "KEZHI_SMS_APP_ID": "1400006666"}).sms
    assert account is not None
    assert (account.url, account.region) == ("https://sms.tencentcloudapi.com", "ap-guangzhou")


def test_a_server_of_one_s_own_is_told_from_the_provider_s(secret: str) -> None:
    chosen = settings(
        {
            **SMS,
            "KEZHI_SMS_PROVIDER": "aliyun",
            "KEZHI_SMS_SECRET_FILE": secret,
            "KEZHI_SMS_URL": "http://10.0.0.7:8080/",
            "KEZHI_WECOM_URL": "https://wecom.example.com/private/",
            "KEZHI_FEISHU_URLS": "https://open.feishu.cn https://lark.example.com",
        }
    )

    assert chosen.sms is not None
    assert (chosen.sms.url, chosen.sms.is_usual) == ("http://10.0.0.7:8080", False)
    assert chosen.wecom_url == "https://wecom.example.com/private"
    assert chosen.feishu_urls == ("https://open.feishu.cn", "https://lark.example.com")


@pytest.mark.parametrize(
    ("environment", "hint"),
    [
        (WECOM, "KEZHI_WECOM_SECRET_FILE must be set as well"),
        ({"KEZHI_WECOM_CORP_ID": "ww 42"}, "KEZHI_WECOM_CORP_ID cannot be used"),
        ({"KEZHI_WECOM_AGENT_ID": "one"}, "KEZHI_WECOM_AGENT_ID cannot be used"),
        ({"KEZHI_WECOM_SECRET_FILE": "no/such/file"}, "the file cannot be read"),
        ({"KEZHI_WECOM_URL": "qyapi.weixin.qq.com"}, "write https://host"),
        ({"KEZHI_WECOM_URL": "https://me:pw@host"}, "write https://host"),
        ({"KEZHI_WECOM_URL": "https://host/?a"}, "write https://host"),
        ({"KEZHI_FEISHU_URLS": "https://a.cn, https://b.cn"}, "write https://host"),
        ({"KEZHI_SMS_PROVIDER": "huawei"}, "write one of aliyun, tencent"),
        ({"KEZHI_SMS_PROVIDER": "aliyun"}, "KEZHI_SMS_KEY_ID must be set as well"),
        ({**SMS, "KEZHI_SMS_PROVIDER": "aliyun"}, "KEZHI_SMS_SECRET_FILE must be set as well"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_the_way_out(
    environment: dict[str, str], hint: str
) -> None:
    with pytest.raises(SettingsError, match=hint):
        settings(environment)


def test_templates_are_pairs(secret: str) -> None:
    chosen = {**SMS, "KEZHI_SMS_PROVIDER": "aliyun", "KEZHI_SMS_SECRET_FILE": secret}

    with pytest.raises(SettingsError, match="write kind=code"):
        settings({**chosen, "KEZHI_SMS_TEMPLATES": "escalation:SMS_1"})


def test_secrets_are_never_shown(secret: str) -> None:
    chosen = {**SMS, **WECOM, "KEZHI_SMS_PROVIDER": "aliyun"}
    files = {"KEZHI_SMS_SECRET_FILE": secret, "KEZHI_WECOM_SECRET_FILE": secret}

    assert "hush-hush" not in repr(settings(chosen | files))

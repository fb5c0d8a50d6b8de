"""The company's accounts with providers: the WeCom app, and whoever sends its text messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.settings import SettingsError, first_line, read

_BASE = re.compile(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?(/[A-Za-z0-9._\-]+)*", re.ASCII)
_WORD = re.compile(r"[!-~]+")
_TEMPLATE = re.compile(r"([a-z_]+)=([A-Za-z0-9_]+)", re.ASCII)


class SmsProvider(StrEnum):
    """Who sends text messages (短信服务商)."""

    ALIYUN = "aliyun"
    TENCENT = "tencent"


SMS_URLS = {
    SmsProvider.ALIYUN: "https://dysmsapi.aliyuncs.com",
    SmsProvider.TENCENT: "https://sms.tencentcloudapi.com",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomApp:
    """The app that messages to members come from (企业微信自建应用)."""

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsAccount:
    """With whom and in whose name text messages are sent.

    `templates` are the codes of approved templates by kind of message; a kind without one is not
    sent. `app_id` and `region` are Tencent's.
    """

    provider: SmsProvider
    url: str
    key_id: str
    key_secret: str = field(repr=False)
    sign_name: str
    templates: Mapping[str, str]
    app_id: str = ""
    region: str = "ap-guangzhou"

    @property
    def is_usual(self) -> bool:
        """Whether it is the provider's own server, and not one that the operator vouches for."""
        return self.url == SMS_URLS[self.provider]


def base_url(text: str) -> str:
    """Return where an API is, without a slash at the end; ValueError when it is no plain URL."""
    base = text.rstrip("/")
    if not _BASE.fullmatch(base):
        raise ValueError("write https://host, without a user, a question mark or anything behind")
    return base


def wecom_app(environment: Mapping[str, str]) -> WecomApp | None:
    """Read the app's settings; None without any, SettingsError when only some are there."""
    corp_id = read(environment, "KEZHI_WECOM_CORP_ID", _word, "")
    agent_id = read(environment, "KEZHI_WECOM_AGENT_ID", _number, 0)
    secret = read(environment, "KEZHI_WECOM_SECRET_FILE", first_line, "")
    if not (corp_id or agent_id or secret):
        return None
    _require_all(
        KEZHI_WECOM_CORP_ID=corp_id, KEZHI_WECOM_AGENT_ID=agent_id, KEZHI_WECOM_SECRET_FILE=secret
    )
    return WecomApp(corp_id=corp_id, agent_id=agent_id, secret=secret)


def sms_account(environment: Mapping[str, str]) -> SmsAccount | None:
    """Read the account's settings; None without a provider, SettingsError for what is missing."""
    provider = read(environment, "KEZHI_SMS_PROVIDER", _provider, None)
    if provider is None:
        return None
    key_id = read(environment, "KEZHI_SMS_KEY_ID", _word, "")
    secret = read(environment, "KEZHI_SMS_SECRET_FILE", first_line, "")
    sign_name = read(environment, "KEZHI_SMS_SIGN", str, "")
    app_id = read(environment, "KEZHI_SMS_APP_ID", _word, "")
    _require_all(
        KEZHI_SMS_KEY_ID=key_id,
        KEZHI_SMS_SECRET_FILE=secret,
        KEZHI_SMS_SIGN=sign_name,
        KEZHI_SMS_APP_ID=app_id or provider is not SmsProvider.TENCENT,
    )
    return SmsAccount(
        provider=provider,
        url=read(environment, "KEZHI_SMS_URL", base_url, SMS_URLS[provider]),
        key_id=key_id,
        key_secret=secret,
        sign_name=sign_name,
        templates=read(environment, "KEZHI_SMS_TEMPLATES", _templates, {}),
        app_id=app_id,
        region=read(environment, "KEZHI_SMS_REGION", _word, "ap-guangzhou"),
    )


def _require_all(**settings: object) -> None:
    missing = [name for name, value in settings.items() if not value]
    if missing:
        raise SettingsError(f"{missing[0]} must be set as well")


def _word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise ValueError("write it in ASCII and without blanks")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("write a whole number")
    return int(text[:12])


def _provider(text: str) -> SmsProvider | None:
    if text not in set(SmsProvider):
        raise ValueError(f"write one of {', '.join(SmsProvider)}")
    return SmsProvider(text)


def _templates(text: str) -> dict[str, str]:
    templates = {}
    for word in text.split():
        found = _TEMPLATE.fullmatch(word)
        if found is None:
            raise ValueError("write kind=code, such as escalation=SMS_1001 assignment=SMS_1002")
        templates[found[1]] = found[2]
    return templates

"""Settings of the channels: the mail server, the providers, and what a webhook may reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import ip_address
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from domain.settings import SettingsError, first_line, read
from workers.channels.accounts import (
    SmsAccount,
    WecomApp,
    base_url,
    sms_account,
    wecom_app,
)

WECOM_URL = "https://qyapi.weixin.qq.com"
DINGTALK_URL = "https://oapi.dingtalk.com"
FEISHU_URLS = ("https://open.feishu.cn", "https://open.larksuite.com")

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


class ChannelSettingsError(SettingsError):
    """A setting cannot be used; the message names it, says why and what to write instead."""


class Encryption(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


_DEFAULT_PORTS = {Encryption.NONE: 25, Encryption.STARTTLS: 587, Encryption.TLS: 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and from whom it comes."""

    host: str
    port: int
    sender: str
    encryption: Encryption = Encryption.NONE
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def domain(self) -> str:
        """The sender's domain, which also names our side of the conversation."""
        return parseaddr(self.sender)[1].rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """What the channels need; without `mail_server` no e-mail is sent.

    KEZHI_SMTP_URL: the mail server, as smtp://host:port, smtp://user:password@host:587?starttls or
    smtps://user:password@host:465; characters such as @ in a password are written as %40.
    KEZHI_SMTP_PASSWORD_FILE: a file whose first line is the password, instead of in the URL.
    KEZHI_MAIL_FROM: the sender, as 客志 <care@example.com>.
    KEZHI_WEBHOOK_ALLOW_PRIVATE: 1 lets webhooks reach private and local addresses.
    KEZHI_WEBHOOK_ALLOW_HTTP: 1 lets webhooks go over unencrypted http.
    KEZHI_WECOM_CORP_ID: the company's id in WeCom (企业微信), for messages of its app.
    KEZHI_WECOM_AGENT_ID: the number of the app.
    KEZHI_WECOM_SECRET_FILE: a file whose first line is the app's secret.
    KEZHI_WECOM_URL: WeCom's server, by default https://qyapi.weixin.qq.com; any other one is
    trusted, as the three below are, and may be private and unencrypted.
    KEZHI_DINGTALK_URL: DingTalk's server (钉钉), by default https://oapi.dingtalk.com.
    KEZHI_FEISHU_URLS: the servers of Feishu and Lark (飞书), by default https://open.feishu.cn
    https://open.larksuite.com.
    KEZHI_SMS_PROVIDER: who sends text messages (短信), aliyun or tencent; without it nobody does.
    KEZHI_SMS_KEY_ID: the AccessKey ID of Aliyun, or the SecretId of Tencent.
    KEZHI_SMS_SECRET_FILE: a file whose first line is the secret of that key.
    KEZHI_SMS_SIGN: the approved name that text messages are signed with (短信签名).
    KEZHI_SMS_TEMPLATES: codes of approved templates by kind of message, as
    escalation=SMS_1001 assignment=SMS_1002; a kind without one is not sent.
    KEZHI_SMS_APP_ID: the SdkAppId, which only Tencent has.
    KEZHI_SMS_REGION: Tencent's region, by default ap-guangzhou.
    KEZHI_SMS_URL: the provider's server, by default https://dysmsapi.aliyuncs.com or
    https://sms.tencentcloudapi.com.
    """

    mail_server: MailServer | None = None
    webhook_allow_private: bool = False
    webhook_allow_http: bool = False
    wecom_app: WecomApp | None = None
    sms: SmsAccount | None = None
    wecom_url: str = WECOM_URL
    dingtalk_url: str = DINGTALK_URL
    feishu_urls: tuple[str, ...] = FEISHU_URLS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Reads the settings; ChannelSettingsError says which one cannot be used."""
        return cls(
            mail_server=_mail_server(environment),
            webhook_allow_private=_switch(environment, "KEZHI_WEBHOOK_ALLOW_PRIVATE"),
            webhook_allow_http=_switch(environment, "KEZHI_WEBHOOK_ALLOW_HTTP"),
            wecom_app=wecom_app(environment),
            sms=sms_account(environment),
            wecom_url=read(environment, "KEZHI_WECOM_URL", base_url, WECOM_URL),
            dingtalk_url=read(environment, "KEZHI_DINGTALK_URL", base_url, DINGTALK_URL),
            feishu_urls=read(environment, "KEZHI_FEISHU_URLS", _base_urls, FEISHU_URLS),
        )


def _base_urls(text: str) -> tuple[str, ...]:
    return tuple(map(base_url, text.split()))


def _mail_server(environment: Mapping[str, str]) -> MailServer | None:
    text = environment.get("KEZHI_SMTP_URL", "").strip()
    if not text:
        return None
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        # The text may hold a password, so it is not repeated.
        raise ChannelSettingsError(f"KEZHI_SMTP_URL is no address: {error}") from None
    encryption = _encryption(url)
    if not url.hostname:
        raise ChannelSettingsError("KEZHI_SMTP_URL names no host; write smtp://host:port")
    server = MailServer(
        host=url.hostname,
        port=port or _DEFAULT_PORTS[encryption],
        sender=_sender(environment),
        encryption=encryption,
        user=unquote(url.username) if url.username else None,
        password=_password(environment, url),
    )
    if bool(server.user) != bool(server.password):
        raise ChannelSettingsError(
            "KEZHI_SMTP_URL needs both a user and a password (or KEZHI_SMTP_PASSWORD_FILE), or none"
        )
    if server.user and encryption is Encryption.NONE and not _is_this_machine(server.host):
        raise ChannelSettingsError(
            "KEZHI_SMTP_URL would send the password unencrypted; write smtps:// or add ?starttls"
        )
    return server


def _encryption(url: SplitResult) -> Encryption:
    options = parse_qsl(url.query, keep_blank_values=True)
    match (url.scheme, options):
        case ("smtp", []):
            return Encryption.NONE
        case ("smtp", [("starttls", "" | "1" | "true")]):
            return Encryption.STARTTLS
        case ("smtps", []):
            return Encryption.TLS
        case _:
            raise ChannelSettingsError(
                "KEZHI_SMTP_URL must be smtp://host:port, with ?starttls if wanted, or smtps://"
            )


def _password(environment: Mapping[str, str], url: SplitResult) -> str | None:
    name = environment.get("KEZHI_SMTP_PASSWORD_FILE", "").strip()
    if not name:
        return unquote(url.password) if url.password else None
    if url.password:
        raise ChannelSettingsError("KEZHI_SMTP_URL and KEZHI_SMTP_PASSWORD_FILE both give one")
    try:
        return first_line(name)
    except ValueError as error:
        raise ChannelSettingsError(f"KEZHI_SMTP_PASSWORD_FILE cannot be used: {error}") from None


def _sender(environment: Mapping[str, str]) -> str:
    sender = environment.get("KEZHI_MAIL_FROM", "").strip()
    name, address = parseaddr(sender)
    local, _, domain = address.rpartition("@")
    if not local or not domain or not address.isascii() or not (name + address).isprintable():
        raise ChannelSettingsError(
            "KEZHI_MAIL_FROM must name the sender once KEZHI_SMTP_URL is set: care@example.com or"
            " 客志 <care@example.com>"
        )
    return sender


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _switch(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "").strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise ChannelSettingsError(f"{name} must be 1 or 0")

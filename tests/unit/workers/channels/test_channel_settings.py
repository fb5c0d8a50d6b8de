from __future__ import annotations

from pathlib import Path

import pytest

from workers.channels.settings import (
    ChannelSettings,
    ChannelSettingsError,
    Encryption,
    MailServer,
)

SENDER = "客志 <care@example.com>"


def settings(**environment: str) -> ChannelSettings:
    return ChannelSettings.from_environment({"KEZHI_MAIL_FROM": SENDER, **environment})


def test_without_any_setting_no_mail_is_sent_and_webhooks_stay_outside() -> None:
    chosen = ChannelSettings.from_environment({})

    assert chosen == ChannelSettings()
    assert (chosen.mail_server, chosen.wecom_app, chosen.sms) == (None, None, None)
    assert (chosen.webhook_allow_private, chosen.webhook_allow_http) == (False, False)


@pytest.mark.parametrize(
    ("url", "host", "port", "encryption"),
    [
        ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Encryption.NONE),
        ("smtp://[::1]:1025", "::1", 1025, Encryption.NONE),
        ("smtp://mail", "mail", 25, Encryption.NONE),
        ("smtp://mail?starttls", "mail", 587, Encryption.STARTTLS),
        ("smtp://mail:2525?starttls=1", "mail", 2525, Encryption.STARTTLS),
        ("smtps://mail", "mail", 465, Encryption.TLS),
    ],
)
def test_one_url_says_where_mail_is_handed_over(
    url: str, host: str, port: int, encryption: Encryption
) -> None:
    assert settings(KEZHI_SMTP_URL=url).mail_server == MailServer(
        host=host, port=port, sender=SENDER, encryption=encryption
    )


@pytest.mark.parametrize(
    ("url", "user", "password"),
    [
        ("smtps://me:pass@mail", "me", "pass"),
        ("smtp://me%40a.cn:p%40ss%3A@mail?starttls", "me@a.cn", "p@ss:"),
        ("smtp://me:pass@localhost", "me", "pass"),
        ("smtp://me:pass@127.0.0.1", "me", "pass"),
    ],
)
def test_the_url_may_hold_the_login(url: str, user: str, password: str) -> None:
    server = settings(KEZHI_SMTP_URL=url).mail_server

    assert server is not None
    assert (server.user, server.password) == (user, password)


def test_the_password_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss:wörd\n", encoding="utf-8")
    server = settings(
        KEZHI_SMTP_URL="smtps://me@mail", KEZHI_SMTP_PASSWORD_FILE=str(file)
    ).mail_server

    assert server is not None
    assert server.password == "p@ss:wörd"


def test_the_password_is_never_shown() -> None:
    assert "s3cret" not in repr(settings(KEZHI_SMTP_URL="smtps://me:s3cret@mail"))
    with pytest.raises(ChannelSettingsError) as refused:
        settings(KEZHI_SMTP_URL="smtp://me:s3cret@mail:port")
    assert "s3cret" not in str(refused.value)


def test_the_domain_is_the_sender_s() -> None:
    server = settings(KEZHI_SMTP_URL="smtp://mail").mail_server

    assert server is not None
    assert server.domain == "example.com"


@pytest.mark.parametrize(
    ("environment", "hint"),
    [
        ({"KEZHI_SMTP_URL": "mail:25"}, "smtp://host:port"),
        ({"KEZHI_SMTP_URL": "http://mail"}, "smtp://host:port"),
        ({"KEZHI_SMTP_URL": "smtp://"}, "names no host"),
        ({"KEZHI_SMTP_URL": "smtp://mail:99999"}, "no address"),
        ({"KEZHI_SMTP_URL": "smtp://[::1"}, "no address"),
        ({"KEZHI_SMTP_URL": "smtp://mail?startls"}, "starttls"),
        ({"KEZHI_SMTP_URL": "smtps://mail?starttls"}, "starttls"),
        ({"KEZHI_SMTP_URL": "smtp://me:pass@mail"}, "unencrypted"),
        ({"KEZHI_SMTP_URL": "smtps://me@mail"}, "both a user and a password"),
        ({"KEZHI_SMTP_URL": "smtps://:pass@mail"}, "both a user and a password"),
        ({"KEZHI_SMTP_URL": "smtp://mail", "KEZHI_MAIL_FROM": ""}, "KEZHI_MAIL_FROM"),
        ({"KEZHI_SMTP_URL": "smtp://mail", "KEZHI_MAIL_FROM": "care"}, "KEZHI_MAIL_FROM"),
        ({"KEZHI_SMTP_URL": "smtp://mail", "KEZHI_MAIL_FROM": "客@a.cn"}, "KEZHI_MAIL_FROM"),
        (
            {"KEZHI_SMTP_URL": "smtps://me:p@mail", "KEZHI_SMTP_PASSWORD_FILE": "f"},
            "both give one",
        ),
        (
            {"KEZHI_SMTP_URL": "smtps://me@mail", "KEZHI_SMTP_PASSWORD_FILE": "no/such/file"},
            "cannot be read",
        ),
        ({"KEZHI_WEBHOOK_ALLOW_PRIVATE": "perhaps"}, "KEZHI_WEBHOOK_ALLOW_PRIVATE must be 1 or 0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_the_way_out(
    environment: dict[str, str], hint: str
) -> None:
    with pytest.raises(ChannelSettingsError, match=hint):
        settings(**environment)


def test_an_empty_password_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("\n", encoding="utf-8")

    with pytest.raises(ChannelSettingsError, match="is empty"):
        settings(KEZHI_SMTP_URL="smtps://me@mail", KEZHI_SMTP_PASSWORD_FILE=str(file))


@pytest.mark.parametrize(
    ("text", "allowed"), [("1", True), ("true", True), ("YES", True), ("0", False), ("", False)]
)
def test_webhooks_may_be_let_into_the_own_network(text: str, *, allowed: bool) -> None:
    chosen = settings(KEZHI_WEBHOOK_ALLOW_PRIVATE=text, KEZHI_WEBHOOK_ALLOW_HTTP=text)

    assert chosen.webhook_allow_private is allowed
    assert chosen.webhook_allow_http is allowed

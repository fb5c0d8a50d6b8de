from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as readable
from pathlib import Path
from typing import cast

import pytest

from tests.integration.channels.post_office import CUT, WAIT, PostOffice, opened
from tests.support.certificates import tls_for
from workers.channels.base import Accepted, Message, Rejected, Retry, Unknown
from workers.channels.email import EmailChannel
from workers.channels.settings import Encryption, MailServer

SENT_AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
KEY = "5f0c7c1e-2f0a-5c39-9df3-5ad1f9a2c001"
MESSAGE = Message(
    recipient="wang@example.com",
    subject="今天要联系的客户：3 位",
    text="王经理，您好：\n.\n张三 13800138000\n",
)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with opened() as post_office:
        yield post_office


@pytest.fixture
def channel(office: PostOffice) -> Iterator[EmailChannel]:
    with closing(channel_to(office.port)) as email:
        yield email


def channel_to(
    port: int,
    *,
    host: str = "127.0.0.1",
    encryption: Encryption = Encryption.NONE,
    login: tuple[str, str] | None = None,
    timeout: float = 5.0,
    tls: ssl.SSLContext | None = None,
) -> EmailChannel:
    user, password = login or (None, None)
    server = MailServer(
        host=host,
        port=port,
        sender="客志 <care@example.com>",
        encryption=encryption,
        user=user,
        password=password,
    )
    return EmailChannel(server, clock=lambda: SENT_AT, timeout=timeout, tls=tls)


def received(office: PostOffice, number: int = 0) -> EmailMessage:
    content = office.mail[number].content
    assert isinstance(content, bytes)
    return cast("EmailMessage", message_from_bytes(content, policy=readable))


def test_a_mail_arrives_as_it_was_written(office: PostOffice, channel: EmailChannel) -> None:
    outcome = channel.send(KEY, MESSAGE)
    mail = received(office)

    assert outcome == Accepted("250 2.0.0 queued as 4Bx7")
    assert office.mail[0].rcpt_tos == ["wang@example.com"]
    assert office.mail[0].mail_from == "care@example.com"
    assert mail["Subject"] == "今天要联系的客户：3 位"
    assert mail["From"] == "客志 <care@example.com>"
    assert mail["To"] == "wang@example.com"
    assert mail["Date"].datetime == SENT_AT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "zh-CN"
    assert mail.get_content().splitlines() == MESSAGE.text.splitlines()


def test_everything_on_the_wire_is_ascii_in_short_lines(
    office: PostOffice, channel: EmailChannel
) -> None:
    channel.send(KEY, MESSAGE)
    content = office.mail[0].content

    assert isinstance(content, bytes)
    assert content.isascii()
    assert max(len(line) for line in content.splitlines()) <= 100


@pytest.mark.parametrize(
    ("key", "message_id"),
    [
        (KEY, f"<{KEY}@example.com>"),
        ("reminder/42/2026-03-02/1", "<reminder/42/2026-03-02/1@example.com>"),
        ("a@b:<c>.d", "<a%40b%3A%3Cc%3E.d@example.com>"),
        ("k" * 200, f"<{'k' * 200}@example.com>"),
    ],
)
def test_the_key_is_the_message_id_and_stays_in_one_piece(
    office: PostOffice, channel: EmailChannel, key: str, message_id: str
) -> None:
    channel.send(key, MESSAGE)
    content = office.mail[0].content

    assert isinstance(content, bytes)
    assert content.splitlines()[0].decode() == f"Message-ID: {message_id}"


@pytest.mark.parametrize(
    "key", ["", "two words", "line\r\nBcc: all@example.com", "客户", "k" * 201]
)
def test_a_key_that_cannot_stand_in_a_header_is_a_mistake_of_ours(
    channel: EmailChannel, key: str
) -> None:
    with pytest.raises(ValueError, match="no delivery key"):
        channel.send(key, MESSAGE)


def test_a_line_break_in_a_subject_adds_no_header(
    office: PostOffice, channel: EmailChannel
) -> None:
    subject = "提醒\r\nBcc: everybody@example.com"

    channel.send(KEY, Message(recipient="wang@example.com", subject=subject, text=""))

    assert received(office)["Bcc"] is None
    assert received(office)["Subject"] == "提醒 Bcc: everybody@example.com"


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "wang",
        "wang@",
        "wang@example.com, li@example.com",
        "wang@example.com\r\nRCPT TO:<li@example.com>",
        "Wang <wang@example.com>",
        "王@example.com",
    ],
)
def test_what_is_no_single_address_is_rejected_without_asking_the_server(
    office: PostOffice, channel: EmailChannel, recipient: str
) -> None:
    outcome = channel.send(KEY, Message(recipient=recipient, subject="s", text="t"))

    assert isinstance(outcome, Rejected)
    assert outcome.code == "bad-address"
    assert office.connections == []


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("MAIL", "451 4.3.0 try later", Retry(None, "451 4.3.0 try later")),
        ("MAIL", "553 5.1.8 unwanted", Rejected("smtp-553", "553 5.1.8 unwanted")),
        ("MAIL", "530 5.7.0 log in first", Retry(None, "530 5.7.0 log in first")),
        ("RCPT", "450 4.2.0 greylisted", Retry(None, "450 4.2.0 greylisted")),
        ("RCPT", "550 5.1.1 nobody", Rejected("recipient-refused", "550 5.1.1 nobody")),
        ("RCPT", "421 4.3.2 closing", Retry(None, "421 4.3.2 closing")),
        ("DATA", "452 4.2.2 full", Retry(None, "452 4.2.2 full")),
        ("DATA", "554 5.6.0 spam", Rejected("smtp-554", "554 5.6.0 spam")),
    ],
)
def test_the_server_s_refusal_says_whether_to_try_again(
    office: PostOffice,
    channel: EmailChannel,
    step: str,
    answer: str,
    expected: Retry | Rejected,
) -> None:
    office.answers[step] = answer

    assert channel.send(KEY, MESSAGE) == expected


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("550 5.1.1 <WANG@example.com>: user unknown", "550 5.1.1 <…>: user unknown"),
        ("550 5.7.1 forwarded to li@elsewhere.example", "550 5.7.1 forwarded to …"),
        ("550 5.1.1 wang is not here, call 13800138000", "550 5.1.1 … is not here, call …"),
    ],
)
def test_nobody_s_address_gets_into_the_reason(
    office: PostOffice, channel: EmailChannel, answer: str, reason: str
) -> None:
    office.answers["RCPT"] = answer

    assert channel.send(KEY, MESSAGE) == Rejected("recipient-refused", reason)


def test_the_receipt_names_no_address_and_keeps_its_numbers(
    office: PostOffice, channel: EmailChannel
) -> None:
    office.answers["DATA"] = "250 2.0.0 <li@elsewhere.example> queued as 20260302013000"

    assert channel.send(KEY, MESSAGE) == Accepted("250 2.0.0 <…> queued as 20260302013000")


def test_a_refused_mail_does_not_spoil_the_next_one(
    office: PostOffice, channel: EmailChannel
) -> None:
    office.answers["RCPT"] = "550 5.1.1 nobody"
    channel.send(KEY, MESSAGE)
    office.answers.clear()

    assert isinstance(channel.send(KEY, MESSAGE), Accepted)
    assert office.mail[0].rcpt_tos == ["wang@example.com"]
    assert len(office.connections) == 1


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT"])
def test_a_connection_cut_before_the_message_means_another_try(
    office: PostOffice, channel: EmailChannel, step: str
) -> None:
    office.answers[step] = CUT

    assert isinstance(channel.send(KEY, MESSAGE), Retry)
    assert office.mail == []


def test_a_connection_cut_after_the_message_leaves_it_unknown_and_the_id_unchanged(
    office: PostOffice, channel: EmailChannel
) -> None:
    office.answers["DATA"] = CUT
    first = channel.send(KEY, MESSAGE)
    office.answers.clear()
    second = channel.send(KEY, MESSAGE)

    assert isinstance(first, Unknown)
    assert isinstance(second, Accepted)
    assert received(office, 0)["Message-ID"] == received(office, 1)["Message-ID"]


def test_an_answer_that_makes_no_sense_leaves_the_mail_unknown(
    office: PostOffice, channel: EmailChannel
) -> None:
    office.answers["DATA"] = "hello there"

    assert isinstance(channel.send(KEY, MESSAGE), Unknown)


def test_after_an_answer_that_makes_no_sense_the_conversation_starts_anew(
    office: PostOffice, channel: EmailChannel
) -> None:
    office.answers["MAIL"] = "199 hello"
    first = channel.send(KEY, MESSAGE)
    office.answers.clear()

    assert first == Retry(None, "199 hello")
    assert isinstance(channel.send(KEY, MESSAGE), Accepted)
    assert len(office.connections) == 2


@pytest.mark.parametrize(("step", "kind"), [("RCPT", Retry), ("DATA", Unknown)])
def test_a_server_that_never_answers_is_not_waited_for_for_ever(
    office: PostOffice, step: str, kind: type
) -> None:
    office.answers[step] = WAIT
    with closing(channel_to(office.port, timeout=0.3)) as channel:
        assert isinstance(channel.send(KEY, MESSAGE), kind)


def test_a_batch_goes_over_one_connection(office: PostOffice, channel: EmailChannel) -> None:
    for number in range(5):
        channel.send(f"{KEY}-{number}", MESSAGE)
    assert len(office.mail) == 5
    assert len(office.connections) == 1

    channel.close()
    channel.send(KEY, MESSAGE)
    assert len(office.connections) == 2


def test_a_connection_that_the_server_dropped_meanwhile_is_replaced(
    office: PostOffice, channel: EmailChannel
) -> None:
    channel.send(KEY, MESSAGE)
    office.hang_up()

    assert isinstance(channel.send(KEY, MESSAGE), Accepted)
    assert len(office.connections) == 2


def test_a_server_that_is_not_there_means_another_try() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

        assert isinstance(channel_to(port).send(KEY, MESSAGE), Retry)


def test_starttls_and_login_protect_the_mail(tmp_path: Path) -> None:
    server_tls, client_tls = tls_for("localhost", tmp_path)
    login = ("care", "p@ss:word")
    with (
        opened(starttls=server_tls) as office,
        closing(
            channel_to(
                office.port,
                host="localhost",
                encryption=Encryption.STARTTLS,
                login=login,
                tls=client_tls,
            )
        ) as channel,
    ):
        assert isinstance(channel.send(KEY, MESSAGE), Accepted)
        assert office.encrypted == [True]


def test_tls_from_the_first_byte_protects_the_mail(tmp_path: Path) -> None:
    server_tls, client_tls = tls_for("localhost", tmp_path)
    with (
        opened(implicit_tls=server_tls) as office,
        closing(
            channel_to(office.port, host="localhost", encryption=Encryption.TLS, tls=client_tls)
        ) as channel,
    ):
        assert isinstance(channel.send(KEY, MESSAGE), Accepted)
        assert office.encrypted == [True]


def test_a_wrong_password_is_our_fault_and_rejects_no_mail(tmp_path: Path) -> None:
    server_tls, client_tls = tls_for("localhost", tmp_path)
    with opened(starttls=server_tls) as office:
        channel = channel_to(
            office.port,
            host="localhost",
            encryption=Encryption.STARTTLS,
            login=("care", "wrong"),
            tls=client_tls,
        )
        outcome = channel.send(KEY, MESSAGE)

    assert isinstance(outcome, Retry)
    assert "535" in outcome.reason
    assert "wrong" not in outcome.reason


def test_without_the_promised_encryption_nothing_is_sent(office: PostOffice) -> None:
    with closing(channel_to(office.port, encryption=Encryption.STARTTLS)) as channel:
        outcome = channel.send(KEY, MESSAGE)

    assert isinstance(outcome, Retry)
    assert "STARTTLS" in outcome.reason
    assert office.mail == []


@pytest.mark.parametrize("encryption", [Encryption.TLS, Encryption.STARTTLS])
def test_a_server_nobody_vouches_for_gets_no_mail(tmp_path: Path, encryption: Encryption) -> None:
    server_tls, _ = tls_for("localhost", tmp_path)
    side = "implicit_tls" if encryption is Encryption.TLS else "starttls"
    with (
        opened(**{side: server_tls}) as office,
        closing(channel_to(office.port, host="localhost", encryption=encryption)) as channel,
    ):
        outcome = channel.send(KEY, MESSAGE)

        assert isinstance(outcome, Retry)
        assert "CERTIFICATE_VERIFY_FAILED" in outcome.reason
        assert office.mail == []

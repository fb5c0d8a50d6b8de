"""What is each group bot's own: its signature, its text, its addresses and its ways to refuse."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from pytest_httpserver import HTTPServer

from tests.integration.channels.posting import INSIDE, KEY, NOW, Clock, received
from tests.integration.channels.providers import SIGN_SECRET
from workers.channels.base import (
    BAD_ADDRESS,
    BAD_SECRET,
    Accepted,
    Channel,
    Message,
    Outcome,
    Rejected,
    Retry,
)
from workers.channels.dingtalk_bot import DingtalkBotChannel
from workers.channels.feishu_bot import FeishuBotChannel
from workers.channels.http_client import HttpClient
from workers.channels.settings import DINGTALK_URL, FEISHU_URLS, WECOM_URL
from workers.channels.wecom_bot import WecomBotChannel

WECOM = "/cgi-bin/webhook/send?key=693axxx6"
DINGTALK = "/robot/send?access_token=566cc6"
FEISHU = "/open-apis/bot/v2/hook/b43e7bea"
BOTS = ("wecom", "dingtalk", "feishu")
PATHS = dict(zip(BOTS, (WECOM, DINGTALK, FEISHU), strict=True))


def a_bot(kind: str, base: str, clock: Clock | None = None) -> Channel:
    client, now = HttpClient(**INSIDE), clock or Clock(NOW)
    if kind == "feishu":
        return FeishuBotChannel(client, [base], clock=now)
    channel = WecomBotChannel if kind == "wecom" else DingtalkBotChannel
    return channel(client, base, clock=now)


@pytest.fixture
def base(httpserver: HTTPServer) -> Iterator[str]:
    httpserver.expect_request("/cgi-bin/webhook/send").respond_with_json({"errcode": 0})
    httpserver.expect_request("/robot/send").respond_with_json({"errcode": 0})
    httpserver.expect_request(FEISHU).respond_with_json({"code": 0})
    return httpserver.url_for("").rstrip("/")


def say(kind: str, base: str, *secrets: str, text: str = "请尽快处理。") -> Outcome:
    return a_bot(kind, base).send(KEY, a_text(f"{base}{PATHS[kind]}", *secrets, text=text))


def a_text(recipient: str, *secrets: str, text: str = "请尽快处理。") -> Message:
    return Message(recipient=recipient, subject="客志：投诉预警", text=text, secrets=secrets)


def hmac_sha256(key: bytes, text: bytes) -> bytes:
    """The definition (RFC 2104), so that no library agrees with itself."""
    block = (
        key.ljust(64, b"\0") if len(key) <= 64 else hashlib.sha256(key).digest().ljust(64, b"\0")
    )
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + text).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()


def said(server: HTTPServer, kind: str) -> str:
    body: Any = received(server)[-1].get_json()
    return str(body["content"]["text"] if kind == "feishu" else body["text"]["content"])


def test_wecom_shows_the_text_as_it_is_written(httpserver: HTTPServer, base: str) -> None:
    assert say("wecom", base) == Accepted()
    assert received(httpserver)[0].get_json() == {
        "msgtype": "text",
        "text": {"content": "客志：投诉预警\n请尽快处理。"},
    }
    assert received(httpserver)[0].args["key"] == "693axxx6"


def test_dingtalk_can_verify_the_signature(httpserver: HTTPServer, base: str) -> None:
    assert say("dingtalk", base, SIGN_SECRET) == Accepted()
    query = parse_qs(received(httpserver)[0].query_string.decode())
    (timestamp,), (sign,) = query["timestamp"], query["sign"]

    text = f"{timestamp}\n{SIGN_SECRET}".encode()
    assert base64.b64decode(sign) == hmac_sha256(SIGN_SECRET.encode(), text)
    assert int(timestamp) == NOW.timestamp() * 1000
    assert query["access_token"] == ["566cc6"]
    assert SIGN_SECRET not in received(httpserver)[0].url


def test_feishu_can_verify_the_signature(httpserver: HTTPServer, base: str) -> None:
    assert say("feishu", base, SIGN_SECRET) == Accepted()
    body: Any = received(httpserver)[0].get_json()

    key = f"{body['timestamp']}\n{SIGN_SECRET}".encode()
    assert base64.b64decode(body["sign"]) == hmac_sha256(key, b"")
    assert int(body["timestamp"]) == NOW.timestamp()
    assert (body["msg_type"], body["content"]["text"]) == ("text", "客志：投诉预警\n请尽快处理。")


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_repetition_is_signed_anew(httpserver: HTTPServer, base: str, kind: str) -> None:
    clock = Clock(NOW)
    bot = a_bot(kind, base, clock)
    for _ in range(2):
        bot.send(KEY, a_text(f"{base}{PATHS[kind]}", SIGN_SECRET))
        clock.now += timedelta(hours=2)
    first, second = received(httpserver)

    assert (first.url, first.get_data()) != (second.url, second.get_data())


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_bot_without_a_secret_is_not_signed(httpserver: HTTPServer, base: str, kind: str) -> None:
    say(kind, base)

    assert "sign" not in received(httpserver)[0].url
    assert b"sign" not in received(httpserver)[0].get_data()


@pytest.mark.parametrize(("kind", "limit"), [("wecom", 2048), ("dingtalk", 20_000)])
def test_a_text_that_is_too_long_is_cut_between_two_characters(
    httpserver: HTTPServer, base: str, kind: str, limit: int
) -> None:
    for more in range(3):
        say(kind, base, text="a" * more + "志" * 10_000)

        text = said(httpserver, kind)
        assert limit - 4 < len(text.encode()) <= limit
        assert text.endswith("志…")


@pytest.mark.parametrize("kind", BOTS)
def test_a_text_commands_no_chat(httpserver: HTTPServer, base: str, kind: str) -> None:
    say(kind, base, text='<at user_id="all">所有人</at>')

    assert "<" not in said(httpserver, kind)
    assert "所有人" in said(httpserver, kind)


@pytest.mark.parametrize("kind", BOTS)
@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://127.0.0.1:1{path}",
        "{base}.example.com{path}",
        "{base}@example.com{path}",
        "{base}:1{path}",
        "{base}/other{path}",
        "{base}/../..{path}",
        "https://example.com/?{base}{path}",
        " {base}{path}",
    ],
)
def test_only_the_provider_s_own_addresses_are_reached(
    httpserver: HTTPServer, base: str, kind: str, address: str
) -> None:
    recipient = address.format(base=base, path=PATHS[kind])
    outcome = a_bot(kind, base).send(KEY, a_text(recipient))

    assert isinstance(outcome, Rejected)
    assert outcome.code == BAD_ADDRESS
    assert received(httpserver) == []


@pytest.mark.parametrize("kind", BOTS)
@pytest.mark.parametrize("tail", [" HTTP/1.1\r\nX-Other: 1", "\r\n\r\nGET /", "客户", "\x00"])
def test_nothing_gets_into_a_request_through_an_address(
    httpserver: HTTPServer, base: str, kind: str, tail: str
) -> None:
    outcome = a_bot(kind, base).send(KEY, a_text(f"{base}{PATHS[kind]}{tail}"))

    assert isinstance(outcome, Rejected)
    assert outcome.code == BAD_ADDRESS
    assert received(httpserver) == []


def test_outside_of_tests_the_providers_are_reached_over_https_only() -> None:
    assert all(url.startswith("https://") for url in (WECOM_URL, DINGTALK_URL, *FEISHU_URLS))
    assert {"https://open.feishu.cn", "https://open.larksuite.com"} == set(FEISHU_URLS)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sign not match", Rejected(BAD_SECRET, "dingtalk answered 310000: sign not match")),
        ("invalid timestamp", Retry(None, "dingtalk answered 310000: invalid timestamp")),
        (
            "ip 203.0.113.5 not in whitelist",
            Rejected(
                "dingtalk-310000", "dingtalk answered 310000: ip 203.0.113.5 not in whitelist"
            ),
        ),
    ],
)
def test_dingtalk_s_one_code_for_four_refusals_is_told_apart_by_its_words(
    httpserver: HTTPServer, words: str, expected: Outcome
) -> None:
    httpserver.expect_request("/robot/send").respond_with_json({"errcode": 310000, "errmsg": words})

    assert say("dingtalk", httpserver.url_for("").rstrip("/"), SIGN_SECRET) == expected


@pytest.mark.parametrize("code", [400013, 400101, 400102, 400106, 300005])
def test_dingtalk_says_in_many_ways_that_a_bot_is_gone(httpserver: HTTPServer, code: int) -> None:
    httpserver.expect_request("/robot/send").respond_with_json({"errcode": code, "errmsg": "no"})
    outcome = say("dingtalk", httpserver.url_for("").rstrip("/"))

    assert isinstance(outcome, Rejected)
    assert outcome.code == "gone"


@pytest.mark.parametrize("code", [130101, 410100, 660026])
def test_dingtalk_leaves_out_for_ten_minutes_whoever_is_too_fast(
    httpserver: HTTPServer, code: int
) -> None:
    httpserver.expect_request("/robot/send").respond_with_json({"errcode": code, "errmsg": "no"})
    outcome = say("dingtalk", httpserver.url_for("").rstrip("/"))

    assert isinstance(outcome, Retry)
    assert outcome.after_seconds == 600


@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [
        ({"StatusCode": 0, "StatusMessage": "success"}, 200, Accepted()),
        (
            {"code": 19021, "msg": "sign match fail"},
            200,
            Rejected(BAD_SECRET, "feishu answered 19021: sign match fail"),
        ),
        (
            {"code": 9499, "msg": "too many request", "data": {}},
            400,
            Retry(60, "feishu answered 9499: too many requests"),
        ),
        (
            {"code": 9499, "msg": "Bad Request"},
            400,
            Rejected("feishu-9499", "feishu answered 9499: Bad Request"),
        ),
        (
            {"code": 99991400, "msg": "request trigger frequency limit"},
            429,
            Retry(60, "feishu answered 99991400: request trigger frequency limit"),
        ),
    ],
)
def test_feishu_answers_in_several_forms(
    httpserver: HTTPServer, answer: dict[str, Any], status: int, expected: Outcome
) -> None:
    httpserver.expect_request(FEISHU).respond_with_json(answer, status=status)

    assert say("feishu", httpserver.url_for("").rstrip("/"), SIGN_SECRET) == expected

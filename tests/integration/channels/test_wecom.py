"""What is the WeCom app's own: its access token, and what it says of a member."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.integration.channels.posting import INSIDE, KEY, NOW, Clock, received
from tests.integration.channels.providers import APP, GETTOKEN, TOKEN, Json
from tests.integration.channels.raw_receiver import listening, read_request
from workers.channels.base import BAD_ADDRESS, Accepted, Message, Rejected, Retry
from workers.channels.http_client import HttpClient
from workers.channels.wecom import WecomChannel

SEND = "/cgi-bin/message/send"
OK = {"errcode": 0, "errmsg": "ok", "msgid": "m1"}
MESSAGE = Message(recipient="ZhangSan", subject="客志：投诉预警", text="请尽快处理。")


class Wecom:
    """WeCom's server: every token it gives out is a new one, and only those in `valid` are good."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.clock = Clock(NOW)
        self.given = 0
        self.valid: set[str] = set()
        self.expired: Json = {"errcode": 42001, "errmsg": "access_token expired"}
        server.expect_request(GETTOKEN).respond_with_handler(self._give)
        server.expect_request(SEND).respond_with_handler(self._take)
        self.channel = WecomChannel(
            HttpClient(**INSIDE), server.url_for("").rstrip("/"), APP, clock=self.clock
        )

    def _give(self, request: Request) -> Response:
        assert (request.args["corpid"], request.args["corpsecret"]) == ("ww7e42", "app secret")
        self.given += 1
        token = f"token/{self.given}+="
        self.valid = {token}
        return _json({**TOKEN, "access_token": token})

    def _take(self, request: Request) -> Response:
        return _json(OK if request.args["access_token"] in self.valid else self.expired)


def _json(body: Json) -> Response:
    return Response(json.dumps(body), content_type="application/json")


@pytest.fixture
def wecom(httpserver: HTTPServer) -> Wecom:
    return Wecom(httpserver)


def asked(server: HTTPServer) -> list[str]:
    return [request.path.rpartition("/")[2] for request in received(server)]


def test_a_member_is_sent_a_text_by_the_app_once_in_four_hours(wecom: Wecom) -> None:
    assert wecom.channel.send(KEY, MESSAGE) == Accepted("m1")
    assert received(wecom.server)[1].get_json() == {
        "touser": "ZhangSan",
        "msgtype": "text",
        "agentid": 1000002,
        "text": {"content": "客志：投诉预警\n请尽快处理。"},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 14_400,
    }


def test_one_token_serves_all_threads_until_shortly_before_its_end(wecom: Wecom) -> None:
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: wecom.channel.send(KEY, MESSAGE), range(16)))
    assert outcomes == [Accepted("m1")] * 16
    assert wecom.given == 1

    wecom.clock.now += timedelta(seconds=7200 - 61)
    wecom.channel.send(KEY, MESSAGE)
    assert wecom.given == 1

    wecom.clock.now += timedelta(seconds=1)
    wecom.channel.send(KEY, MESSAGE)
    assert wecom.given == 2


@pytest.mark.parametrize("code", [40014, 42001])
def test_a_token_that_expired_early_is_renewed_and_the_message_sent(
    wecom: Wecom, code: int
) -> None:
    wecom.channel.send(KEY, MESSAGE)
    wecom.valid, wecom.expired = set(), {"errcode": code, "errmsg": "invalid access_token"}

    assert wecom.channel.send(KEY, MESSAGE) == Accepted("m1")
    assert asked(wecom.server) == ["gettoken", "send", "send", "gettoken", "send"]


def test_tokens_that_are_never_good_end_in_another_try_later(httpserver: HTTPServer) -> None:
    httpserver.expect_request(GETTOKEN).respond_with_json(TOKEN)
    httpserver.expect_request(SEND).respond_with_json({"errcode": 40014, "errmsg": "invalid"})
    outcome = Wecom(httpserver).channel.send(KEY, MESSAGE)

    assert isinstance(outcome, Retry)
    assert asked(httpserver) == ["gettoken", "send"] * 2


def test_whoever_gets_no_token_does_not_ask_again_for_a_minute(httpserver: HTTPServer) -> None:
    httpserver.expect_request(GETTOKEN).respond_with_json(
        {"errcode": 40001, "errmsg": "invalid credential, from ip: 203.0.113.5"}
    )
    wecom = Wecom(httpserver)
    outcomes = [wecom.channel.send(KEY, MESSAGE) for _ in range(5)]

    reason = "no access token: 40001 invalid credential, from ip: 203.0.113.5"
    assert outcomes == [Retry(60, reason)] * 5
    assert asked(httpserver) == ["gettoken"]
    wecom.clock.now += timedelta(seconds=60)
    wecom.channel.send(KEY, MESSAGE)
    assert asked(httpserver) == ["gettoken"] * 2


@pytest.mark.parametrize(
    "answer",
    [{}, {"errcode": 0}, {**TOKEN, "access_token": ["x"]}, {**TOKEN, "expires_in": "soon"}],
)
def test_a_token_that_is_none_is_no_reason_to_send(httpserver: HTTPServer, answer: Json) -> None:
    httpserver.expect_request(GETTOKEN).respond_with_json(answer)

    assert isinstance(Wecom(httpserver).channel.send(KEY, MESSAGE), Retry)
    assert asked(httpserver) == ["gettoken"]


def test_a_connection_cut_while_the_token_is_fetched_means_that_nothing_was_sent() -> None:
    with listening(lambda connection: read_request(connection) and None) as port:
        channel = WecomChannel(
            HttpClient(**INSIDE), f"http://127.0.0.1:{port}", APP, clock=Clock(NOW)
        )
        outcome = channel.send(KEY, MESSAGE)

    assert isinstance(outcome, Retry)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({**OK, "invaliduser": "zhangsan"}, BAD_ADDRESS),
        ({"errcode": 40003, "errmsg": "invalid userid"}, BAD_ADDRESS),
        ({"errcode": 60111, "errmsg": "userid not found"}, BAD_ADDRESS),
        ({**OK, "unlicenseduser": "zhangsan"}, "wecom-unlicensed"),
    ],
)
def test_a_member_who_cannot_be_reached_is_a_refusal_even_under_code_0(
    httpserver: HTTPServer, answer: Json, code: str
) -> None:
    httpserver.expect_request(GETTOKEN).respond_with_json(TOKEN)
    httpserver.expect_request(SEND).respond_with_json(answer)
    outcome = Wecom(httpserver).channel.send(KEY, MESSAGE)

    assert isinstance(outcome, Rejected)
    assert outcome.code == code
    assert "zhangsan" not in outcome.reason.lower()


@pytest.mark.parametrize("code", [-1, 45033, 40056, 48002, 60020, 301002])
def test_what_is_wrong_with_us_and_not_with_the_message_waits_for_an_operator(
    httpserver: HTTPServer, code: int
) -> None:
    httpserver.expect_request(GETTOKEN).respond_with_json(TOKEN)
    httpserver.expect_request(SEND).respond_with_json({"errcode": code, "errmsg": "no"})

    assert isinstance(Wecom(httpserver).channel.send(KEY, MESSAGE), Retry)

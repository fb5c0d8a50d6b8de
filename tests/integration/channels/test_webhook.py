from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook, WebhookVerificationError

from tests.integration.channels.posting import (
    INSIDE,
    KEY,
    NEWER_SECRET,
    NOW,
    PAYLOAD,
    SECRET,
    Clock,
    a_webhook,
    post,
    received,
)
from tests.support.certificates import tls_for
from workers.channels.base import Accepted, Rejected, Retry
from workers.channels.http_client import HttpClient
from workers.channels.webhook import WebhookChannel


@pytest.fixture
def hook(httpserver: HTTPServer) -> str:
    httpserver.expect_request("/hook", method="POST").respond_with_data("thanks")
    return httpserver.url_for("/hook")


def test_a_payload_arrives_signed_and_the_receiver_can_verify_it(
    httpserver: HTTPServer, hook: str
) -> None:
    outcome = post(hook, now=datetime.now(UTC))
    request = received(httpserver)[0]

    assert outcome == Accepted()
    assert Webhook(SECRET).verify(request.get_data(), dict(request.headers)) == PAYLOAD
    assert request.headers["webhook-id"] == KEY
    assert request.headers["Content-Type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.get_data() + b" ", dict(request.headers))


def test_the_signature_holds_whatever_zone_our_clock_shows(
    httpserver: HTTPServer, hook: str
) -> None:
    post(hook, now=datetime.now(ZoneInfo("Asia/Shanghai")))
    request = received(httpserver)[0]

    assert Webhook(SECRET).verify(request.get_data(), dict(request.headers)) == PAYLOAD


def test_a_repetition_keeps_id_and_body_but_has_a_new_time_and_signature(
    httpserver: HTTPServer, hook: str
) -> None:
    clock = Clock(NOW)
    channel = WebhookChannel(HttpClient(**INSIDE), clock=clock)
    channel.send(KEY, a_webhook(hook))
    clock.now += timedelta(minutes=30)
    reordered = dict(reversed(PAYLOAD.items()))
    channel.send(KEY, a_webhook(hook, reordered))
    channel.close()
    first, second = received(httpserver)

    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.get_data() == second.get_data()
    assert int(first.headers["webhook-timestamp"]) == NOW.timestamp()
    assert int(second.headers["webhook-timestamp"]) == NOW.timestamp() + 1800
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_while_a_secret_is_replaced_both_the_old_and_the_new_one_verify(
    httpserver: HTTPServer, hook: str
) -> None:
    post(hook, secrets=(NEWER_SECRET, SECRET), now=datetime.now(UTC))
    request = received(httpserver)[0]

    assert len(request.headers["webhook-signature"].split(" ")) == 2
    for secret in (NEWER_SECRET, SECRET):
        assert Webhook(secret).verify(request.get_data(), dict(request.headers)) == PAYLOAD


@pytest.mark.parametrize("secrets", [(), ("whsec_",), ("whsec_x",), ("口令",)])
def test_nothing_leaves_unsigned(
    httpserver: HTTPServer, hook: str, secrets: tuple[str, ...]
) -> None:
    outcome = post(hook, secrets=secrets)

    assert isinstance(outcome, Rejected)
    assert outcome.code == "bad-secret"
    assert received(httpserver) == []


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_only_a_2xx_is_acceptance(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/hook").respond_with_data(status=status)

    assert post(httpserver.url_for("/hook")) == Accepted()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 500, 502, 503, 504])
def test_any_other_answer_is_worth_another_try(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/hook").respond_with_data("王 13800138000", status=status)

    assert post(httpserver.url_for("/hook")) == Retry(None, f"the receiver answered {status}")


def test_gone_means_that_nothing_more_is_wanted(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data(status=HTTPStatus.GONE)
    outcome = post(httpserver.url_for("/hook"))

    assert isinstance(outcome, Rejected)
    assert outcome.code == "gone"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(httpserver: HTTPServer, hook: str, status: int) -> None:
    httpserver.expect_request("/old").respond_with_data(status=status, headers={"Location": hook})
    outcome = post(httpserver.url_for("/old"))

    assert isinstance(outcome, Retry)
    assert [request.path for request in received(httpserver)] == ["/old"]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param("0", 0, id="at once"),
        pytest.param("Mon, 02 Mar 2026 01:40:00 GMT", 600, id="a date"),
        pytest.param("Mon, 02 Mar 2026 01:40:00 -0000", 600, id="a date of no zone"),
        pytest.param("Mon, 02 Mar 2026 01:00:00 GMT", 0, id="a date gone by"),
        pytest.param("9" * 400, 24 * 3600, id="for ever"),
        pytest.param("-5", None, id="negative"),
        pytest.param("soon", None, id="a word"),
        pytest.param("Mon, 99 Mar 2026 01:40:00 GMT", None, id="no date"),
    ],
)
def test_the_receiver_s_wish_when_to_return_is_honoured(
    httpserver: HTTPServer, status: int, header: str, seconds: float | None
) -> None:
    httpserver.expect_request("/hook").respond_with_data(
        status=status, headers={"Retry-After": header}
    )

    assert post(httpserver.url_for("/hook")) == Retry(seconds, f"the receiver answered {status}")


def test_path_and_query_arrive_as_they_were_given(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/客户/hook", query_string="token=a%20b&x=").respond_with_data()

    url = httpserver.url_for("/%E5%AE%A2%E6%88%B7/hook?token=a%20b&x=#top")
    assert post(url) == Accepted()


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[HTTPServer, ssl.SSLContext, list[str]]]:
    """A receiver named receiver.test, what trusts it, and the names that it was called by."""
    server_tls, client_tls = tls_for("receiver.test", tmp_path)
    names: list[str] = []

    def note_name(_: ssl.SSLObject, name: str, __: ssl.SSLContext) -> None:
        names.append(name)

    server_tls.sni_callback = note_name  # type: ignore[assignment]  # its stub wants bytes
    with HTTPServer(host="127.0.0.1", ssl_context=server_tls) as server:
        yield server, client_tls, names


def test_the_name_is_resolved_once_and_still_used_for_tls_and_http(
    secure: tuple[HTTPServer, ssl.SSLContext, list[str]],
) -> None:
    server, tls, names = secure
    server.expect_request("/hook").respond_with_data()
    asked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    outcome = post(f"https://receiver.test:{server.port}/hook", tls=tls, resolve=resolve)

    assert outcome == Accepted()
    assert asked == ["receiver.test"]
    assert names == ["receiver.test"]
    assert received(server)[0].headers["Host"] == f"receiver.test:{server.port}"


def test_a_receiver_with_somebody_else_s_certificate_gets_nothing(
    secure: tuple[HTTPServer, ssl.SSLContext, list[str]],
) -> None:
    server, tls, _ = secure
    outcome = post(f"https://127.0.0.1:{server.port}/hook", tls=tls)

    assert isinstance(outcome, Retry)
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.reason
    assert received(server) == []

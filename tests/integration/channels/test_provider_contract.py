"""What every provider's adapter does, whatever the provider's server does."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request

from tests.integration.channels.posting import INSIDE, KEY, received
from tests.integration.channels.providers import GETTOKEN, PROVIDERS, TOKEN, Json, Provider
from tests.integration.channels.raw_receiver import listening, read_request
from workers.channels.base import DEAD, Accepted, Outcome, Rejected, Retry, Unknown
from workers.channels.http_client import HttpClient

pytestmark = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)


@pytest.fixture
def server(httpserver: HTTPServer) -> HTTPServer:
    """A provider's server that gives out access tokens, and no message is expected yet."""
    httpserver.expect_request(GETTOKEN).respond_with_json(TOKEN)
    return httpserver


def send(provider: Provider, server: HTTPServer, **client: object) -> Outcome:
    base = server.url_for("").rstrip("/")
    channel = provider.build(HttpClient(**{**INSIDE, **client}), base)
    outcome = channel.send(KEY, provider.message(base))
    channel.close()
    return outcome


def answered(provider: Provider, server: HTTPServer, body: Json, status: int = 200) -> Outcome:
    server.expect_request(provider.path, method="POST").respond_with_json(body, status=status)
    return send(provider, server)


def messages(server: HTTPServer) -> list[Request]:
    return [request for request in received(server) if request.path != GETTOKEN]


def test_what_the_provider_takes_is_accepted_with_its_receipt(
    provider: Provider, server: HTTPServer
) -> None:
    assert answered(provider, server, provider.accepted) == Accepted(provider.receipt)
    assert len(messages(server)) == 1


def test_too_much_is_tried_again_after_the_pause_that_the_provider_documents(
    provider: Provider, server: HTTPServer
) -> None:
    outcome = answered(provider, server, provider.busy)

    assert isinstance(outcome, Retry)
    assert outcome.after_seconds == provider.pause


def test_an_error_code_under_status_200_is_a_refusal(
    provider: Provider, server: HTTPServer
) -> None:
    outcome = answered(provider, server, provider.refused)

    assert isinstance(outcome, Rejected)
    assert outcome.code == provider.refusal
    assert outcome.code not in DEAD


def test_an_error_code_counts_under_another_status_too(
    provider: Provider, server: HTTPServer
) -> None:
    outcome = answered(provider, server, provider.refused, status=400)

    assert isinstance(outcome, Rejected)
    assert outcome.code == provider.refusal


def test_an_address_that_is_no_more_is_told_from_a_message_that_is_refused(
    provider: Provider, server: HTTPServer
) -> None:
    outcome = answered(provider, server, provider.dead)

    assert isinstance(outcome, Rejected)
    assert outcome.code == provider.end
    assert outcome.code in DEAD


def test_reasons_hold_nothing_personal(provider: Provider, server: HTTPServer) -> None:
    words = "zhangsan at 13800138000 or +86 138 0013 8000, wang@example.com, says no"
    outcome = answered(provider, server, provider.words(words))

    assert isinstance(outcome, Rejected)
    assert "says no" in outcome.reason
    for personal in ("13800138000", "0013", "wang@", "example.com"):
        assert personal not in outcome.reason
    if provider.name == "wecom app":
        assert "zhangsan" not in outcome.reason


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("<html><body>13800138000</body></html>", id="a page"),
        pytest.param('{"errcode": 0', id="half of it"),
        pytest.param("[]", id="a list"),
        pytest.param('"ok"', id="a word"),
        pytest.param("{}", id="an empty object"),
        pytest.param('{"errcode": null, "code": [], "Code": {}, "Response": 1}', id="no code"),
        pytest.param("[" * 60_000, id="a pit"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param('{"errcode":0,"x":"' + "x" * 100_000 + '"}', id="too much"),
    ],
)
def test_nobody_can_tell_what_became_of_it_when_the_answer_makes_no_sense(
    provider: Provider, server: HTTPServer, body: str | bytes
) -> None:
    server.expect_request(provider.path, method="POST").respond_with_data(body)
    outcome = send(provider, server)

    assert isinstance(outcome, Unknown)
    assert "13800138000" not in outcome.reason


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Retry),
        (307, Retry),
        (403, Retry),
        (404, Retry),
        (429, Retry),
        (500, Unknown),
        (502, Unknown),
        (503, Retry),
        (504, Unknown),
    ],
)
def test_a_status_without_a_code_says_whether_anything_was_done(
    provider: Provider, server: HTTPServer, status: int, kind: type
) -> None:
    server.expect_request(provider.path, method="POST").respond_with_data(
        "<html>busy</html>",
        status=status,
        headers={"Retry-After": "120", "Location": server.url_for("/elsewhere")},
    )
    outcome = send(provider, server)

    assert isinstance(outcome, kind)
    assert not isinstance(outcome, Retry) or outcome.after_seconds == 120
    assert [request.path for request in messages(server)] == [provider.path]


def at(provider: Provider, port: int, *, timeout: float = 5.0) -> Outcome:
    base = f"http://127.0.0.1:{port}"
    channel = provider.build(HttpClient(**INSIDE, timeout=timeout), base)
    return channel.send(KEY, provider.message(base))


def rude(manners: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    """Give out an access token where it is asked for, and treat a message by `manners`."""
    token = json.dumps(TOKEN).encode()

    def serve(connection: socket.socket) -> None:
        if GETTOKEN.encode() in read_request(connection):
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(token)}\r\n\r\n"
            connection.sendall(head.encode() + token)
        else:
            manners(connection)

    return serve


def test_a_connection_cut_after_the_request_leaves_it_unknown(provider: Provider) -> None:
    with listening(rude(lambda _: None)) as port:
        outcome = at(provider, port)

    assert isinstance(outcome, Unknown)


def test_a_connection_cut_in_the_middle_of_the_answer_leaves_it_unknown(
    provider: Provider,
) -> None:
    def stutter(connection: socket.socket) -> None:
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"errcode": 0, ')

    with listening(rude(stutter)) as port:
        outcome = at(provider, port)

    assert isinstance(outcome, Unknown)


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(provider: Provider) -> None:
    ended = threading.Event()
    with listening(rude(lambda _: ended.wait(10) and None)) as port:
        outcome = at(provider, port, timeout=0.3)
        ended.set()

    assert isinstance(outcome, Unknown)
    assert "TimeoutError" in outcome.reason


def test_a_server_that_is_not_there_means_another_try(provider: Provider) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))

        assert isinstance(at(provider, probe.getsockname()[1]), Retry)


def test_our_own_network_is_out_of_reach_unless_the_operator_says_otherwise(
    provider: Provider, server: HTTPServer
) -> None:
    outcome = send(provider, server, allow_private=False)

    assert received(server) == []
    if provider.is_ours:
        assert isinstance(outcome, Retry)
    else:
        assert isinstance(outcome, Rejected)
        assert outcome.code == "private-address"


def test_a_key_that_cannot_stand_in_a_request_is_a_mistake_of_ours(provider: Provider) -> None:
    channel = provider.build(HttpClient(**INSIDE), "https://example.com")

    with pytest.raises(ValueError, match="no delivery key"):
        channel.send("a\r\nb", provider.message("https://example.com"))

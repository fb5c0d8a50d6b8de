"""What a webhook does when the receiver, the network or the address is not to be trusted."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer

from tests.integration.channels.posting import post, received
from tests.integration.channels.raw_receiver import listening, read_request
from workers.channels.base import Accepted, Rejected, Retry, Unknown


@pytest.fixture
def ended() -> Iterator[threading.Event]:
    """Set when the test is over, for servers that would otherwise never stop."""
    event = threading.Event()
    yield event
    event.set()


def test_a_receiver_that_is_not_there_means_another_try() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))

        outcome = post(f"http://127.0.0.1:{probe.getsockname()[1]}/")

    assert isinstance(outcome, Retry)
    assert "ConnectionRefusedError" in outcome.reason


def test_a_name_that_cannot_be_found_means_another_try() -> None:
    def resolve(_: str, __: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert isinstance(post("https://receiver.test/", resolve=resolve), Retry)
    assert isinstance(post("https://receiver.test/", resolve=lambda _, __: []), Retry)


def test_the_next_address_of_a_host_is_tried_when_one_does_not_answer(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request("/").respond_with_data()

    outcome = post(
        f"http://receiver.test:{httpserver.port}/",
        resolve=lambda _, __: ["127.0.0.3", "127.0.0.1"],
    )

    assert outcome == Accepted()


def hang_up(connection: socket.socket) -> None:
    read_request(connection)


def talk_nonsense(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall("王 13800138000\r\n\r\n".encode())


def hang_up_in_the_middle(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 20")


def send_headers_for_ever(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-More: and more\r\n" * 500)


@pytest.mark.parametrize(
    "manners", [hang_up, talk_nonsense, hang_up_in_the_middle, send_headers_for_ever]
)
def test_a_sent_request_without_a_proper_answer_leaves_it_unknown(
    manners: Callable[[socket.socket], None],
) -> None:
    with listening(manners) as port:
        outcome = post(f"http://127.0.0.1:{port}/")

    assert isinstance(outcome, Unknown)
    assert "13800138000" not in outcome.reason


def test_a_receiver_that_never_answers_is_not_waited_for_for_ever(ended: threading.Event) -> None:
    def dawdle(connection: socket.socket) -> None:
        read_request(connection)
        ended.wait(10)

    with listening(dawdle) as port:
        outcome = post(f"http://127.0.0.1:{port}/", timeout=0.3)
        ended.set()

    assert isinstance(outcome, Unknown)
    assert "TimeoutError" in outcome.reason


def test_a_receiver_that_drips_its_answer_gains_no_time(ended: threading.Event) -> None:
    def drip(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not ended.wait(0.05):
            connection.sendall(b"z")

    started = time.monotonic()
    with listening(drip) as port:
        outcome = post(f"http://127.0.0.1:{port}/", timeout=0.5)
        ended.set()

    assert isinstance(outcome, Unknown)
    assert time.monotonic() - started < 5


def test_an_endless_body_is_not_listened_to(ended: threading.Event) -> None:
    def talk_for_ever(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not ended.is_set():
            connection.sendall(b"bla " * 10_000)

    with listening(talk_for_ever) as port:
        outcome = post(f"http://127.0.0.1:{port}/")
        ended.set()

    assert outcome == Accepted()


def test_a_request_that_could_not_be_sent_whole_means_another_try() -> None:
    with listening(lambda connection: connection.close()) as port:
        outcome = post(f"http://127.0.0.1:{port}/", payload={"data": "x" * 20_000_000})

    assert isinstance(outcome, Retry)
    assert "before the whole request" in outcome.reason


def test_a_connection_cut_while_tls_begins_means_another_try() -> None:
    with listening(lambda connection: connection.close()) as port:
        outcome = post(f"https://127.0.0.1:{port}/")

    assert isinstance(outcome, Retry)


def test_a_receiver_silent_while_tls_begins_means_another_try(ended: threading.Event) -> None:
    with listening(lambda _: ended.wait(10) and None) as port:
        outcome = post(f"https://127.0.0.1:{port}/", timeout=0.3)
        ended.set()

    assert isinstance(outcome, Retry)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0177.0.0.1",
        "0x7f.1",
        "2130706433",
        "0.0.0.0",  # noqa: S104  # what is refused
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "10.0.0.1",
    ],
)
def test_our_own_network_is_out_of_reach_however_it_is_spelled(
    httpserver: HTTPServer, host: str
) -> None:
    outcome = post(f"http://{host}:{httpserver.port}/", allow_private=False)

    assert isinstance(outcome, Rejected)
    assert outcome.code == "private-address"
    assert received(httpserver) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "/hook",
        "//example.com/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https://example.com:99999/",
        "https://user:pass@example.com/",
        "https://example.com\\@127.0.0.1/",
        "https://a..b/",
        "https://[::1/",
        f"https://{'a' * 64}.com/",
        "https://例子.中国/",
        "https://example.com/a b",
        "https://example.com/\r\nX-Other: header",
        "https://example.com/" + "a" * 4000,
    ],
)
def test_what_is_no_plain_web_address_is_rejected(url: str) -> None:
    outcome = post(url, resolve=lambda _, __: pytest.fail("was looked up"))

    assert isinstance(outcome, Rejected)
    assert outcome.code == "bad-address"


def test_unencrypted_http_needs_permission(httpserver: HTTPServer) -> None:
    outcome = post(httpserver.url_for("/hook"), allow_http=False)

    assert isinstance(outcome, Rejected)
    assert outcome.code == "bad-address"
    assert received(httpserver) == []


def test_a_key_that_cannot_stand_in_a_header_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no delivery key"):
        post("https://example.com/", key="a\r\nX-Other: header")

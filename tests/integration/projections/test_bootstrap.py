from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from domain.eventstore.keys import KeyFileError, MasterKeys
from domain.eventstore.settings import StoreSettings
from domain.ids import new_id
from domain.policies.book import PolicyKind
from domain.provenance import Provenance
from projections.bootstrap import install, read_side
from tests.support.care import MONDAY, SYSTEM

INSTALLING = Provenance(principal=SYSTEM, at=MONDAY, through="install", correlation=new_id())


def settings(address: str, folder: Path) -> StoreSettings:
    environment = {"KEZHI_DATABASE_URL": address, "KEZHI_DATA": str(folder)}
    return StoreSettings.from_environment(environment)


def test_an_embedded_store_is_made_once_and_found_again(server_folder: Path) -> None:
    ours = StoreSettings.from_environment({"KEZHI_DATA": str(server_folder)})
    first = install(ours, INSTALLING)
    keys = ours.master_key_file.read_bytes()
    second = install(ours, INSTALLING)

    assert first == list(PolicyKind)
    assert second == []
    assert ours.master_key_file.read_bytes() == keys
    with read_side(ours) as read:
        assert read.care.book().versions == dict.fromkeys(PolicyKind, 1)


def test_keys_are_never_made_for_a_log_that_was_written_with_others(server_folder: Path) -> None:
    ours = StoreSettings.from_environment({"KEZHI_DATA": str(server_folder)})
    install(ours, INSTALLING)
    ours.master_key_file.unlink()

    with pytest.raises(KeyFileError, match="cannot be read"):
        install(ours, INSTALLING)
    assert not ours.master_key_file.exists()


def test_a_database_elsewhere_needs_a_key_file_that_somebody_made(
    database: str, tmp_path: Path
) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        install(settings(database, tmp_path), INSTALLING)


def test_the_keys_of_another_deployment_are_refused(database: str, tmp_path: Path) -> None:
    ours, others = settings(database, tmp_path / "ours"), settings(database, tmp_path / "others")
    MasterKeys.create(ours.master_key_file)
    MasterKeys.create(others.master_key_file)
    install(ours, INSTALLING)

    with pytest.raises(KeyFileError, match="not the one this event log was written with"):
        read_side(others)


def test_one_spoilt_event_keeps_nobody_from_starting(
    database: str, tmp_path: Path, spoil: Callable[[int], None]
) -> None:
    ours = settings(database, tmp_path)
    MasterKeys.create(ours.master_key_file)
    install(ours, INSTALLING)
    spoil(1)

    with read_side(ours) as read:
        assert read.log.head == len(PolicyKind)


def test_a_read_side_gives_its_connections_back(database: str, tmp_path: Path) -> None:
    ours = settings(database, tmp_path)
    MasterKeys.create(ours.master_key_file)
    install(ours, INSTALLING)
    with read_side(ours, name="kezhi-shortly") as read:
        read.care.book()
        read.watch.wait_for(1, timeout=0)

    with closing(psycopg.connect(database)) as connection:
        left = connection.execute(
            "SELECT application_name FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        ).fetchall()

    assert left == []

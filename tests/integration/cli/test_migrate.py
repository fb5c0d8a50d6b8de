"""Preparing a database with roles of their own for owner, service and signer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from domain.eventstore.keys import MasterKeys
from tests.integration.cli.conftest import CommandLine
from tests.support.servers import drop_roles


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[CommandLine]:
    """A command line of a service that has a role of its own, which is not there yet."""
    roles = [f"{name}_{uuid4().hex[:8]}" for name in ("service", "signer")]
    service, signer = (make_conninfo(database, user=role, password="s3cret") for role in roles)
    MasterKeys.create(tmp_path / "master.json")
    with psycopg.connect(database, autocommit=True) as owner:
        # As it was before there were leaves and roles.
        owner.execute("DROP SCHEMA eventlog CASCADE")
    yield CommandLine(
        tmp_path,
        {
            "KEZHI_DATABASE_URL": service,
            "KEZHI_SIGNER_DATABASE_URL": signer,
            "KEZHI_MASTER_KEY_FILE": str(tmp_path / "master.json"),
            "KEZHI_DATA": str(tmp_path),
        },
    )
    drop_roles(database, *roles)


def test_the_owner_prepares_and_the_service_works(office: CommandLine, database: str) -> None:
    prepared = office("migrate", KEZHI_OWNER_DATABASE_URL=database)
    again = office("migrate")
    office.json("rep", "add", "wang", "王芳")

    assert (prepared.code, prepared.told) == (0, "")
    assert (again.code, again.told) == (0, "")
    assert [row["login"] for row in office.json("rep", "list")] == ["wang"]


def test_a_service_that_may_not_prepare_says_who_may(office: CommandLine, database: str) -> None:
    office("migrate", KEZHI_OWNER_DATABASE_URL=database)
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("DELETE FROM eventlog.migration WHERE name = '0003_checkpoints.sql'")
    answer = office("migrate")

    assert answer.code == 2
    assert "Run kezhi migrate with KEZHI_OWNER_DATABASE_URL" in answer.told


def test_where_the_service_owns_the_log_it_is_told(office: CommandLine, database: str) -> None:
    answer = office("migrate", KEZHI_DATABASE_URL=database, KEZHI_SIGNER_DATABASE_URL=None)

    assert answer.code == 0
    assert "it could change or delete events" in answer.told

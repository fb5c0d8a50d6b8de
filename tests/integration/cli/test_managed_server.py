"""A server of somebody else's, where the owner of the log is no superuser, as in a cloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from domain.eventstore.keys import MasterKeys
from tests.integration.cli.conftest import CommandLine
from tests.support.servers import drop_roles

OWNER, SERVICE, SIGNER = "owner", "service", "signer"


@pytest.fixture
def cloud(database: str, tmp_path: Path) -> Iterator[CommandLine]:
    """A command line over an empty database, whose owner may make roles and nothing else."""
    names = {role: f"{role}_{uuid4().hex[:8]}" for role in (OWNER, SERVICE, SIGNER)}
    owner, service, signer = (make_conninfo(database, user=name) for name in names.values())
    MasterKeys.create(tmp_path / "master.json")
    with psycopg.connect(database, autocommit=True) as root:
        role = Identifier(names[OWNER])
        root.execute("DROP SCHEMA eventlog CASCADE")
        root.execute(SQL("CREATE ROLE {} LOGIN CREATEROLE NOSUPERUSER").format(role))
        name = Identifier(str(conninfo_to_dict(database)["dbname"]))
        root.execute(SQL("ALTER DATABASE {} OWNER TO {}").format(name, role))
    yield CommandLine(
        tmp_path,
        {
            "KEZHI_OWNER_DATABASE_URL": owner,
            "KEZHI_DATABASE_URL": service,
            "KEZHI_SIGNER_DATABASE_URL": signer,
            "KEZHI_MASTER_KEY_FILE": str(tmp_path / "master.json"),
            "KEZHI_DATA": str(tmp_path),
        },
    )
    with psycopg.connect(database, autocommit=True) as root:
        root.execute(SQL("ALTER DATABASE {} OWNER TO CURRENT_USER").format(name))
    drop_roles(database, *names.values())


def test_somebody_is_erased_and_what_the_server_does_not_allow_is_said_in_words(
    cloud: CommandLine,
) -> None:
    assert cloud("migrate").code == 0
    cloud.json("rep", "add", "wang", "王芳")
    sheet = cloud.folder / "customers.csv"
    sheet.write_text("客户名称,手机,等级,跟单人\n张三丰,13800138000,A,wang\n", encoding="utf-8")
    cloud.json("import", "customers", sheet)

    erased = cloud("erase", "张三丰", "--why", "工单 4711", "--yes")

    assert (erased.code, "what to grant him" in erased.told) == (0, True)
    assert "permission denied for table pg_statistic" in erased.shown
    assert "rewrite_keys" not in erased.shown

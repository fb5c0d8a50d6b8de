"""What is typed to forget somebody is checked first, and may be typed again."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from tests.integration.cli.conftest import CommandLine
from workers.erasing.procedure import LOCK


def test_who_is_unknown_is_refused_before_anything_begins_and_who_is_erased_may_be_named_again(
    customers: CommandLine,
) -> None:
    unknown = customers("erase", uuid4(), "--why", "工单 4711", "--yes")
    assert (unknown.code, "No such customer" in unknown.told) == (1, True)
    assert "There is nothing to erase" in customers("erase").shown

    (zhang,) = customers.json("erase", "张三", "--why", "工单 4711", "--yes")["customers"]

    assert "There is nothing to erase" in customers("erase", zhang, "--why", "工单 4711").shown


def test_who_dumps_the_database_is_told_of_and_typing_it_again_goes_on(
    customers: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.erasing.onlookers.PATIENCE", 0.3)
    address = customers.settings["KEZHI_DATABASE_URL"]
    with psycopg.connect(address, application_name="pg_dump") as dump:
        dump.execute("LOCK TABLE eventlog.subject_key IN ACCESS SHARE MODE")

        session = f"database session {dump.info.backend_pid} (pg_dump"
        kept = customers("erase", "李四", "--why", "工单 4712", "--yes")

        assert (kept.code, session in kept.told) == (1, True)
        assert "run kezhi erase once more" in kept.told

        with psycopg.connect(address, autocommit=True) as workers:
            workers.execute("SELECT pg_advisory_lock(%s)", (LOCK,))

            with monkeypatch.context() as at_once:
                at_once.setattr("workers.erasing.onlookers.PASSING", timedelta(0))
                waits = customers("erase", "王五", "--why", "工单 4713", "--yes")
            dump.rollback()
            goes_on = customers("erase")

    assert f"they wait for: {session}" in waits.shown
    assert goes_on.shown == "The workers are at it.\n"
    assert len(customers.json("erase")["customers"]) == 2


def test_only_what_is_known_of_whoever_is_waited_for_is_told(
    customers: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.erasing.onlookers.PATIENCE", 0.3)
    sheet = customers.folder / "one-more.csv"
    sheet.write_text("客户名称,跟单人\n赵六,wang\n", encoding="utf-8")
    customers.json("import", "customers", sheet)
    with psycopg.connect(customers.settings["KEZHI_DATABASE_URL"], autocommit=True) as dba:
        dba.execute("SELECT pg_create_physical_replication_slot('standby', true)")
        try:
            kept = customers("erase", "赵六", "--why", "工单 4714", "--yes")
        finally:
            dba.execute("SELECT pg_drop_replication_slot('standby')")

    assert "before: replication slot standby. Once" in kept.told
    assert len(customers.json("erase")["customers"]) == 1

"""An erasure is not complete while somebody still sees the key that was destroyed, and says who."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from domain.erasure_commands import EraseCustomer
from domain.eventstore import embedded
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.migrate import EVENT_LOG_SCHEMA, migrate
from domain.eventstore.settings import StoreSettings
from projections.bootstrap import ReadSide
from projections.registry import READ_MODELS
from tests.support.care import Company
from workers.erasing.onlookers import OnlookerKind, OnlookersError
from workers.erasing.procedure import Erasing
from workers.erasing.rewriting import rewrite


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.erasing.onlookers.PATIENCE", 0.3)


def wrapped_key(address: str, customer_id: UUID) -> bytes:
    """Return the stored key of a customer."""
    with psycopg.connect(address) as connection:
        row = connection.execute(
            "SELECT wrapped_key FROM eventlog.subject_key WHERE subject_id = %s", (customer_id,)
        ).fetchone()
    assert row is not None
    return bytes(row[0])


def key_file(address: str) -> bytes:
    """Return the bytes of the file in which the server keeps the key table."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        query = "SELECT pg_read_binary_file(pg_relation_filepath('eventlog.subject_key'))"
        row = connection.execute(query).fetchone()
    assert row is not None
    return bytes(row[0])


@contextmanager
def a_dump(address: str) -> Iterator[psycopg.Connection[object]]:
    """Look on as a dump does: a transaction that sees one moment to its end."""
    options = "-c default_transaction_isolation=repeatable\\ read"
    with psycopg.connect(address, application_name="pg_dump", options=options) as connection:
        connection.execute("SELECT 1")
        yield connection


def erase(company: Company, name: str) -> UUID:
    """Have somebody be erased, as far as the log and the lists go."""
    customer_id = company.registers(company.chen, name)
    company.does(EraseCustomer(customer_id=customer_id), why="工单 4711")
    company.project(*READ_MODELS)
    return customer_id


def test_a_key_that_an_older_snapshot_still_sees_keeps_the_erasure_open_until_it_has_ended(
    company: Company, read: ReadSide, store: StoreSettings
) -> None:
    address = company.database.address
    zhang = erase(company, "张三丰真人")
    wrapped = wrapped_key(address, zhang)
    with a_dump(address) as dump:
        with pytest.raises(OnlookersError) as waiting:
            Erasing(read, store).run()

        (onlooker,) = waiting.value.onlookers
        pid = str(dump.info.backend_pid)
        assert (onlooker.kind, onlooker.name) == (OnlookerKind.SESSION, pid)
        assert onlooker.application == "pg_dump"
        assert onlooker.since is not None
        # What would be, had nobody waited: the row is copied with what he sees.
        assert rewrite(address, EVENT_LOG_SCHEMA) == []
        assert wrapped in key_file(address)
        assert not company.log.get(zhang).is_purged
        # Who is erased meanwhile need not wait for his key to go, nor anybody for anything.
        li = erase(company, "李四光先生")
        with pytest.raises(OnlookersError):
            Erasing(read, store).run()
        assert company.log.keys.is_erased(li)

    report = Erasing(read, store).run()

    assert report is not None
    assert set(report.customer_ids) == {zhang, li}
    assert wrapped not in key_file(address)
    assert company.log.get(zhang).is_purged


def test_who_had_to_wait_is_looked_for_by_what_he_was_known_by_or_the_log_says_that_he_was_not(
    company: Company, read: ReadSide, store: StoreSettings
) -> None:
    address = company.database.address
    company.registers(company.li, "张三丰真人之弟")
    company.registers(company.li, "李四光先生之弟")
    patient, killed = Erasing(read, store), Erasing(read, store)
    zhang = erase(company, "张三丰真人")
    with a_dump(address), pytest.raises(OnlookersError):
        patient.run()

    report = patient.run()

    assert report is not None
    assert report.knew_values
    assert "roster.customer" in report.findings.found
    li = erase(company, "李四光先生")
    with a_dump(address), pytest.raises(OnlookersError):
        killed.run()
    wang = erase(company, "王重阳真人")

    report = Erasing(read, store).run()

    assert report is not None
    assert set(report.customer_ids) == {li, wang}
    assert not report.knew_values
    company.project(*READ_MODELS)
    said = {
        customer_id: (entry.facts or {})["knew_values"]
        for customer_id in (zhang, li, wang)
        for entry in read.history.page(customer_id, limit=1)
    }
    assert said == {zhang: True, li: False, wang: True}


def test_who_reads_the_key_table_or_a_list_for_long_is_named(
    company: Company, read: ReadSide, store: StoreSettings
) -> None:
    zhang = erase(company, "张三丰真人")
    for table in ("eventlog.subject_key", "roster.customer"):
        with psycopg.connect(company.database.address, application_name="report") as reader:
            reader.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE".encode())
            with pytest.raises(OnlookersError) as waiting:
                Erasing(read, store).run()
            assert {each.application for each in waiting.value.onlookers} == {"report"}

    assert Erasing(read, store).run() is not None
    assert company.log.get(zhang).is_purged


def test_replication_slots_and_prepared_transactions_are_waited_for(
    server_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(embedded.SETTINGS, "max_prepared_transactions", "2")
    monkeypatch.setitem(embedded.SETTINGS, "wal_level", "logical")
    store = StoreSettings.from_environment({"KEZHI_DATA": str(server_folder)})
    with EmbeddedPostgres(server_folder / "postgres") as postgres:
        address = postgres.address
        migrate(address)
        company = Company(address, store.master_key_file)
        with ReadSide.over(company.log) as read, psycopg.connect(address, autocommit=True) as dba:
            zhang = erase(company, "张三丰真人")
            dba.execute("SELECT pg_create_physical_replication_slot('standby', true)")
            dba.execute("SELECT pg_create_logical_replication_slot('warehouse', 'pgoutput')")
            dba.execute("BEGIN")
            dba.execute("SELECT pg_current_xact_id()")
            dba.execute("PREPARE TRANSACTION 'transfer'")

            with pytest.raises(OnlookersError) as waiting:
                Erasing(read, store).run()

            found = {(each.kind, each.name) for each in waiting.value.onlookers}
            assert found == {
                (OnlookerKind.SLOT, "standby"),
                (OnlookerKind.SLOT, "warehouse"),
                (OnlookerKind.PREPARED, "transfer"),
            }
            dba.execute("ROLLBACK PREPARED 'transfer'")
            dba.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
            assert Erasing(read, store).run() is not None
            assert company.log.get(zhang).is_purged

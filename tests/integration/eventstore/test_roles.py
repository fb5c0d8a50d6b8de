"""Who may do what with the log: in the database itself, not only in our code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from domain.eventstore.checkpoints import CheckpointStore
from domain.eventstore.migrate import EVENT_LOG_SCHEMA, migrate, pending_migrations
from domain.eventstore.roles import Addresses, can_change_the_log, grant
from domain.eventstore.tree import LeafTree
from projections.rebuild import rebuild
from projections.registry import READ_MODELS
from tests.support.audits import KEY, NINE, an_audited_log
from tests.support.care import a_company
from tests.support.event_logs import a_database, a_log, a_recorder, some_events
from tests.support.servers import Databases, drop_roles
from workers.erasing.rewriting import rewrite
from workers.signing.checkpoint_file import CheckpointFile
from workers.signing.signer import Signer

KEPT = ("event", "leaf", "checkpoint", "subtree", "verifier_key", "refusal", "migration")


@contextmanager
def the_roles_of(owner: str) -> Iterator[Addresses]:
    """Lend a database whose service and signer are roles of their own."""
    service, signer = (f"{name}_{uuid4().hex[:8]}" for name in ("service", "signer"))
    addresses = Addresses(
        owner=owner,
        service=make_conninfo(owner, user=service, password="p'w"),
        signer=make_conninfo(owner, user=signer),
    )
    grant(addresses, EVENT_LOG_SCHEMA)
    try:
        yield addresses
    finally:
        drop_roles(owner, service, signer)


@pytest.fixture
def addresses(database: str) -> Iterator[Addresses]:
    with the_roles_of(database) as addresses:
        yield addresses


def may(address: str, statement: str, table: str) -> bool:
    with psycopg.connect(address) as connection:
        try:
            connection.execute(SQL(statement).format(Identifier("eventlog", table)))  # type: ignore[arg-type]
        except InsufficientPrivilege:
            return False
        return True


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}", "ALTER TABLE {} ADD x int"])
def test_neither_service_nor_signer_can_change_what_is_stored(
    addresses: Addresses, table: str, statement: str
) -> None:
    assert not may(addresses.service, statement, table)
    assert not may(addresses.signer, statement, table)


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("event", "UPDATE {} SET state = state"),
        ("leaf", "UPDATE {} SET hash = hash"),
        ("checkpoint", "UPDATE {} SET note = note"),
    ],
)
def test_neither_can_overwrite_a_row(addresses: Addresses, table: str, statement: str) -> None:
    assert not may(addresses.service, statement, table)
    assert not may(addresses.signer, statement, table)


def test_events_and_leaves_come_in_only_together(addresses: Addresses) -> None:
    assert not may(addresses.service, "INSERT INTO {0} SELECT * FROM {0}", "event")
    assert not may(addresses.service, "INSERT INTO {0} SELECT * FROM {0}", "leaf")
    with a_recorder(addresses.service) as recorder:
        recorder.insert_events(some_events(3))

        assert LeafTree(recorder.database, EVENT_LOG_SCHEMA).size == 3


def test_the_signer_reads_leaves_and_no_event_and_appends_none(addresses: Addresses) -> None:
    assert may(addresses.signer, "SELECT FROM {}", "leaf")
    assert not may(addresses.signer, "SELECT FROM {}", "event")
    assert not may(addresses.signer, "SELECT FROM {}", "subject_key")
    with a_recorder(addresses.signer) as recorder, pytest.raises(InsufficientPrivilege):
        recorder.insert_events(some_events())


def test_the_signer_signs_with_its_own_rights(addresses: Addresses, tmp_path: Path) -> None:
    with a_recorder(addresses.service) as recorder, a_database(addresses.signer) as database:
        recorder.insert_events(some_events(600))
        store = CheckpointStore(database, EVENT_LOG_SCHEMA)
        signer = Signer(
            KEY,
            LeafTree(database, EVENT_LOG_SCHEMA),
            store,
            CheckpointFile(tmp_path / "checkpoints.txt"),
            clock=lambda: NINE,
        )
        store.refuse(NINE, 0, "a test")

        assert signer.sign() == CheckpointStore(recorder.database, EVENT_LOG_SCHEMA).newest()


def test_an_auditor_may_export_as_the_service(addresses: Addresses, tmp_path: Path) -> None:
    with an_audited_log(addresses.service, tmp_path) as audited:
        audited.grow(Random(1))

        assert audited.export().stat().st_size > 0


def test_the_service_needs_no_owner_once_everything_is_there(addresses: Addresses) -> None:
    assert pending_migrations(addresses.service) == []
    assert migrate(addresses.service) == []


def test_everything_works_with_the_rights_of_the_service(addresses: Addresses) -> None:
    with a_company(addresses.service) as company:
        company.registers(company.chen, "王小明", phones=("13800138000",))
        company.rebuild(*READ_MODELS)
        company.log.recorder.delete_expired_marks()


def test_the_service_has_what_the_owner_owns_rewritten_and_no_row_is_another_by_it(
    addresses: Addresses,
) -> None:
    def stored() -> tuple[list[int], list[tuple[object, ...]]]:
        with psycopg.connect(addresses.owner) as connection:
            tables = ["eventlog.subject_key", "pg_catalog.pg_statistic", "eventlog.event"]
            query = "SELECT pg_relation_filenode(t) FROM unnest(%s::text[]) AS t"
            files = [file for (file,) in connection.execute(query, (tables,))]
            keys = "SELECT * FROM eventlog.subject_key ORDER BY subject_id"
            return files, connection.execute(keys).fetchall()

    with a_company(addresses.service) as company:
        company.project(*READ_MODELS)
        (keys, statistics, events), rows = stored()

        assert rewrite(addresses.service, EVENT_LOG_SCHEMA) == []

        files, same = stored()
    assert same == rows
    assert (files[0] != keys, files[1] != statistics, files[2] == events) == (True, True, True)
    assert not may(addresses.signer, "SELECT {}()", "rewrite_keys")
    assert not may(addresses.signer, "SELECT {}()", "let_wal_go")
    assert not may(addresses.signer, "SELECT {}()", "overwrite_segment")


def test_lists_that_one_role_built_before_become_the_services(databases: Databases) -> None:
    with databases.a_copy() as owner:
        with a_company(owner) as company:
            company.rebuild(*READ_MODELS)
        with the_roles_of(owner) as addresses, a_log(addresses.service) as log:
            rebuild(log, log.database, READ_MODELS)

            assert not may(addresses.service, "DELETE FROM {}", "event")


def test_who_could_change_the_log_is_told(addresses: Addresses) -> None:
    with psycopg.connect(addresses.owner) as owner, psycopg.connect(addresses.service) as service:
        assert can_change_the_log(owner, EVENT_LOG_SCHEMA)
        assert not can_change_the_log(service, EVENT_LOG_SCHEMA)


def test_where_one_role_is_everybody_nothing_is_granted(database: str) -> None:
    grant(Addresses.alike(database), EVENT_LOG_SCHEMA)

    with psycopg.connect(database) as connection:
        assert can_change_the_log(connection, EVENT_LOG_SCHEMA)

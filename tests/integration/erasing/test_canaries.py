"""Nothing of an erased person is left in any table, statistic, log or file of the store."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

import psycopg
import pytest

from domain.erasure_commands import EraseCustomer
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.migrate import EVENT_LOG_SCHEMA, migrate
from domain.eventstore.roles import Addresses, grant
from domain.eventstore.settings import StoreSettings
from projections.bootstrap import ReadSide
from projections.registry import READ_MODELS
from tests.support.canaries import Canaries, songs_in_files, songs_in_tables
from tests.support.care import Company
from tests.support.programs import ROOT
from tests.support.services import COMMAND
from workers.erasing.procedure import Erasing
from workers.erasing.rewriting import rewrite
from workers.valkey import EmbeddedValkey

GONE, KEPT = ("金丝雀歌", "+8613919"), ("黄鹂鸟歌", "+8613829")
"""What the canaries of those who are erased, and of two others, begin with."""

STEPS = ("Waiting", "Destroying", "Purging", "Writing", "Searching")
"""What `kezhi erase` says at each step begins with."""


@dataclass(frozen=True)
class Aviary:
    """A company on servers of its own in `folder`, with canaries in every field."""

    folder: Path
    store: StoreSettings
    addresses: Addresses
    company: Company

    def keeps(self, number: int, song: str, dial: str) -> UUID:
        """Let a customer live a whole life, and return his id."""
        life = Canaries(number, song, dial)
        self.company.log.append(life.events)
        return life.customer_id

    def assert_only_the_others_sing(self) -> None:
        """Look everywhere for canaries; the log is whole all the same."""
        assert songs_in_tables(self.addresses.owner, GONE) == {}
        assert songs_in_files(self.folder, GONE) == {}
        assert songs_in_tables(self.addresses.owner, KEPT).keys() >= {"roster.customer"}
        log = self.company.log
        everything = log.recorder.select_notifications(1, 10_000)
        assert len(log.mapper.to_domain_events(everything)) == log.head
        streams = {event.originator_id for event in everything}
        assert len(log.get_many(streams)) == len(streams)


@pytest.fixture
def aviary(server_folder: Path) -> Iterator[Aviary]:
    """The company, with two customers who stay."""
    store = StoreSettings.from_environment({"KEZHI_DATA": str(server_folder)})
    with (
        EmbeddedPostgres(server_folder / "postgres") as postgres,
        EmbeddedValkey(server_folder / "valkey"),
    ):
        migrate(postgres.addresses.owner)
        grant(postgres.addresses, EVENT_LOG_SCHEMA)
        company = Company(postgres.addresses.service, store.master_key_file)
        aviary = Aviary(server_folder, store, postgres.addresses, company)
        for number in (20, 21):
            aviary.keeps(number, *KEPT)
        yield aviary


def test_twenty_people_are_erased_and_no_canary_sings_anywhere(aviary: Aviary) -> None:
    company = aviary.company
    erased = [aviary.keeps(number, *GONE) for number in range(20)]
    with ReadSide.over(company.log) as read:
        company.project(*READ_MODELS)
        assert songs_in_tables(aviary.addresses.owner, GONE).keys() >= {"roster.customer"}
        assert songs_in_files(aviary.folder, GONE)
        for customer_id in erased:
            company.does(EraseCustomer(customer_id=customer_id), why="工单 4711")
        company.project(*READ_MODELS)

        report = Erasing(read, aviary.store).run()

        assert report is not None
        assert report.refused == []
        assert report.findings.found == {}
        aviary.assert_only_the_others_sing()


def test_nothing_sings_in_the_log_that_is_kept_to_be_used_again(aviary: Aviary) -> None:
    aviary.company.project(*READ_MODELS)
    with psycopg.connect(aviary.addresses.owner, autocommit=True) as connection:
        for _ in range(4):
            connection.execute(
                "SELECT pg_logical_emit_message(false, '', repeat(%s, 500000))", (GONE[0],)
            )
            connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")
    assert len(songs_in_files(aviary.folder, GONE)) >= 4

    assert rewrite(aviary.addresses.service, EVENT_LOG_SCHEMA) == []

    assert songs_in_files(aviary.folder, GONE) == {}


def test_what_is_kept_of_the_log_in_spite_of_an_erasure_is_told(aviary: Aviary) -> None:
    aviary.company.project(*READ_MODELS)
    with psycopg.connect(aviary.addresses.owner, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_keep_size = '1GB'")
        connection.execute("SELECT pg_reload_conf()")

    (told,) = rewrite(aviary.addresses.service, EVENT_LOG_SCHEMA)

    assert "let_wal_go" in told
    assert "older segments are kept" in told


@contextmanager
def erase(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Type `kezhi erase` in a process of its own, which is killed at the end."""
    process = subprocess.Popen(
        [*COMMAND, "--language", "en", "erase", *words],
        cwd=ROOT,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
            "KEZHI_DATA": str(folder),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_an_erasure_killed_at_random_moments_and_typed_again_leaves_nothing(
    aviary: Aviary,
) -> None:
    dice = Random(4)
    erased = aviary.keeps(0, *GONE)
    words = str(erased), "--why", "工单 4711", "--yes"

    for step in STEPS:
        with erase(aviary.folder, *words) as process, suppress(subprocess.TimeoutExpired):
            assert process.stderr is not None
            assert any(line.startswith(step) for line in process.stderr)
            process.wait(dice.uniform(0, 0.3))
    with erase(aviary.folder, *words) as process:
        _, told = process.communicate(timeout=60)

    assert process.returncode == 0, told
    assert aviary.company.log.get(erased).is_purged
    aviary.assert_only_the_others_sing()

"""Nothing of an erased person is left in any table, statistic, log or file of the store."""

from __future__ import annotations

from pathlib import Path

from domain.erasure_commands import EraseCustomer
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.migrate import EVENT_LOG_SCHEMA, migrate
from domain.eventstore.roles import grant
from domain.eventstore.settings import StoreSettings
from projections.bootstrap import ReadSide
from projections.registry import READ_MODELS
from tests.support.canaries import Canaries, songs_in_files, songs_in_tables
from tests.support.care import Company
from workers.erasing.procedure import Erasing
from workers.valkey import EmbeddedValkey

GONE, KEPT = ("金丝雀歌", "+8613919"), ("黄鹂鸟歌", "+8613829")
"""What the canaries of those who are erased, and of two others, begin with."""


def test_twenty_people_are_erased_and_no_canary_sings_anywhere(server_folder: Path) -> None:
    store = StoreSettings.from_environment({"KEZHI_DATA": str(server_folder)})
    with (
        EmbeddedPostgres(server_folder / "postgres") as postgres,
        EmbeddedValkey(server_folder / "valkey"),
    ):
        migrate(postgres.addresses.owner)
        grant(postgres.addresses, EVENT_LOG_SCHEMA)
        company = Company(postgres.addresses.service, store.master_key_file)
        lives = [Canaries(number, *GONE) for number in range(20)]
        others = [Canaries(number, *KEPT) for number in range(20, 22)]
        for life in [*lives, *others]:
            company.log.append(life.events)
        with ReadSide.over(company.log) as read:
            company.project(*READ_MODELS)
            assert songs_in_tables(postgres.addresses.owner, GONE).keys() >= {"roster.customer"}
            assert songs_in_files(server_folder, GONE)
            for life in lives:
                company.does(EraseCustomer(customer_id=life.customer_id), why="工单 4711")
            company.project(*READ_MODELS)

            report = Erasing(read, store).run()

            assert report is not None
            assert report.refused == []
            assert report.findings.found == {}
            assert songs_in_tables(postgres.addresses.owner, GONE) == {}
            assert songs_in_files(server_folder, GONE) == {}
            assert songs_in_tables(postgres.addresses.owner, KEPT).keys() >= {"roster.customer"}
            everything = company.log.recorder.select_notifications(1, 10_000)
            assert len(company.log.mapper.to_domain_events(everything)) == company.log.head
            streams = {event.originator_id for event in everything}
            assert len(company.log.get_many(streams)) == len(streams)

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain import commands
from domain.access import EVERYTHING
from domain.card import Card
from domain.grade import Grade
from domain.priority import ComplaintChannel
from projections import past as past_lists
from projections import positions
from projections.complaints.projection import ComplaintsProjection
from projections.complaints.queries import ComplaintQueries
from projections.due_list.projection import DueListProjection
from projections.due_list.queries import DueListQueries
from projections.moments import Moment, Moments
from projections.past import BuildingError, PastLists, TooManyBuildsError
from projections.pool.projection import PoolProjection
from projections.pool.queries import PoolQueries
from projections.rebuild import only_builder
from projections.roster.projection import RosterProjection
from projections.roster.queries import RosterQueries
from projections.workload.projection import WorkloadProjection
from projections.workload.queries import WorkloadQueries
from tests.support.care import Company
from tests.support.waiting import eventually

KINDS = (
    RosterProjection, DueListProjection, PoolProjection, ComplaintsProjection, WorkloadProjection,
)  # fmt: skip


def rows(company: Company, schemas: Sequence[str]) -> list[Any]:
    database = company.database
    roster, due_list, pool, complaints, workload = schemas
    return [
        RosterQueries(database, roster).page(EVERYTHING),
        DueListQueries(database, due_list).page(EVERYTHING, date(2026, 12, 31)),
        PoolQueries(database, pool).page(),
        ComplaintQueries(database, complaints).page(EVERYTHING),
        WorkloadQueries(database, workload).days(EVERYTHING, date(2026, 1, 1), date(2026, 12, 31)),
    ]


def here(company: Company) -> Moment:
    return Moments(company.log).find(company.log.head, ZoneInfo("Asia/Shanghai"), company.now)


def a_day(company: Company) -> None:
    """Have something happen that changes every list."""
    company.wait(days=1)
    name = f"客户{company.log.head}"
    customer_id = company.registers(company.chen, name, grade=Grade.D)
    filing = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="地板开裂"
    )
    company.does(filing)
    company.does(commands.RecordQuickNote(customer_id=customer_id, key="4"), company.chen)
    company.does(commands.RegisterCustomer(card=Card(name=f"{name}甲"), owner_id=None))


def names(company: Company) -> set[str]:
    with company.database.connection() as connection:
        return {name for name in positions.standings(connection) if "__at_" in name}


def test_lists_of_a_moment_are_what_the_lists_were_then(company: Company) -> None:
    past, told = PastLists(company.log, company.database), []
    for _ in range(3):
        a_day(company)
        company.project(*KINDS)
        told.append((here(company), rows(company, [kind.name for kind in KINDS])))

    for moment, then in told:
        assert rows(company, past.build(KINDS, moment)) == then
    assert told[0][1] != told[1][1] != told[2][1]


def test_only_the_lists_asked_for_are_built_and_only_once(company: Company) -> None:
    past, moment = PastLists(company.log, company.database), here(company)
    built: list[int] = []

    def progress(position: int, _until: int) -> None:
        built.append(position)

    past.build([PoolProjection], moment, progress)
    first = list(built)
    past.build([PoolProjection], moment, progress)

    assert names(company) == {f"pool__at_{moment.position}"}
    assert built == first == [moment.position]


def test_the_one_not_used_for_longest_makes_room(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past_lists, "KEPT", 2)
    positions.prepare(company.database)
    past = PastLists(company.log, company.database)
    moments = [Moment(position, company.now) for position in (3, 4, 5)]
    past.build([PoolProjection], moments[0])
    past.build([PoolProjection], moments[1])
    past.build([PoolProjection], moments[0])

    past.build([PoolProjection], moments[2])

    assert names(company) == {"pool__at_3", "pool__at_5"}


def test_lists_of_another_version_of_the_code_are_built_anew(company: Company) -> None:
    past, moment = PastLists(company.log, company.database), here(company)
    (name,) = past.build([PoolProjection], moment)
    with company.database.connection() as connection:
        connection.execute(
            "UPDATE projection.read_model SET version = version - 1 WHERE name = %s", (name,)
        )
    built: list[int] = []

    past.build([PoolProjection], moment, lambda position, _until: built.append(position))

    assert built == [moment.position]


def test_an_interrupted_build_goes_on_and_nothing_is_left_after_forgetting(
    company: Company,
) -> None:
    past, moment = PastLists(company.log, company.database), here(company)

    def interrupt(_position: int, _until: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        past.build([PoolProjection], moment, interrupt)
    assert names(company) == {f"pool__at_{moment.position}__next"}
    past.build([PoolProjection], moment)
    past.build([RosterProjection], moment)

    forgotten = past_lists.forget(company.database)

    assert len(forgotten) == 2
    assert names(company) == set()
    with company.database.connection() as connection:
        left = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE '%\\_\\_at\\_%'"
        ).fetchall()
    assert left == []


def test_what_nobody_asks_for_any_more_stops_and_is_built_by_the_process_that_is_asked(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    positions.prepare(company.database)
    one, another = (PastLists(company.log, company.database) for _ in range(2))
    moment = here(company)
    with only_builder(company.database, lambda *_: None, past_lists.LOCK):
        for past in (one, another):
            with pytest.raises(BuildingError):
                past.schemas([PoolProjection], moment, within=0)
        monkeypatch.setattr(past_lists, "PATIENCE", -1.0)
        eventually(lambda: all(is_idle(past) for past in (one, another)))
    assert names(company) == set()
    monkeypatch.setattr(past_lists, "PATIENCE", 60.0)

    assert (
        another.schemas([PoolProjection], moment, within=60)
        == [f"pool__at_{moment.position}"]
        == one.schemas([PoolProjection], moment, within=0)
    )


def test_so_many_lists_wait_and_no_more_until_somebody_leaves(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    positions.prepare(company.database)
    past = PastLists(company.log, company.database)
    moments = [Moment(position, company.now) for position in range(1, past_lists.AT_ONCE + 2)]
    with only_builder(company.database, lambda *_: None, past_lists.LOCK):
        for moment in moments[:-1]:
            with pytest.raises(BuildingError):
                past.schemas([PoolProjection], moment, within=0)
        with pytest.raises(TooManyBuildsError):
            past.schemas([PoolProjection], moments[-1], within=0)
        monkeypatch.setattr(past_lists, "PATIENCE", -1.0)

        with pytest.raises(BuildingError):
            past.schemas([PoolProjection], moments[-1], within=0)
    past.close()


def is_idle(past: PastLists) -> bool:
    return all(build.result.done() for build in past._builds.values())

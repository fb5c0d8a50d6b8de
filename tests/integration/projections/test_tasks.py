"""The tasks: by owner and day, whoever the owner is today (R58, R71)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain import aftercare_commands, commands, pool_commands
from domain.access import EVERYTHING, Visibility
from domain.task import TaskKind, TaskState
from projections.tasks.projection import TasksProjection
from projections.tasks.queries import TaskFilters, TaskQueries, TaskRow
from tests.support.care import MONDAY, Company

TODAY = MONDAY.date()


@pytest.fixture
def tasks(company: Company) -> TaskQueries:
    company.project(TasksProjection)
    return TaskQueries(company.database)


@pytest.fixture
def customer_id(company: Company) -> UUID:
    return company.registers(company.chen, "王小明", company="远东贸易有限公司")


def opens(company: Company, customer_id: UUID, on: date = TODAY, **fields: Any) -> UUID:
    command = aftercare_commands.OpenTask(
        customer_id=customer_id, summary="送样品", due_on=on, **fields
    )
    return company.does(command).subject_id


def page(company: Company, tasks: TaskQueries, *of: UUID, **filters: Any) -> list[TaskRow]:
    company.project(TasksProjection)
    seen = Visibility(frozenset(of)) if of else EVERYTHING
    return tasks.page(seen, TaskFilters(**filters))


def test_a_row_says_what_the_task_says_and_who_it_is_for(
    company: Company, tasks: TaskQueries, customer_id: UUID
) -> None:
    task_id = opens(company, customer_id, details="浅色", kind=TaskKind.GIFT)
    company.wait(minutes=5)
    done = aftercare_commands.CompleteTask(task_id=task_id, outcome="已送到")
    company.does(done)
    (row,) = page(company, tasks, state=TaskState.DONE)

    assert row == TaskRow(
        task_id, 2, customer_id, "王小明", "远东贸易有限公司", company.chen, None, TaskKind.GIFT,
        TaskState.DONE, TODAY, "送样品", "浅色", "已送到", None, MONDAY, company.now,
    )  # fmt: skip
    assert page(company, tasks) == []


def test_a_dropped_task_says_why(company: Company, tasks: TaskQueries, customer_id: UUID) -> None:
    dropping = aftercare_commands.DropTask(task_id=opens(company, customer_id))
    company.does(dropping, why="不要了")
    (row,) = page(company, tasks, state=TaskState.DROPPED)

    assert row.outcome == "不要了"


def test_tasks_come_by_day_page_by_page(
    company: Company, tasks: TaskQueries, customer_id: UUID
) -> None:
    days = [TODAY + timedelta(days=number) for number in (2, 0, 1, 1)]
    opened = {opens(company, customer_id, day): day for day in days}
    company.project(TasksProjection)
    first = tasks.page(EVERYTHING, limit=3)
    rest = tasks.page(EVERYTHING, after=(first[-1].due_on, first[-1].task_id), limit=3)
    found = [row.task_id for row in first + rest]

    assert sorted(found) == sorted(opened)
    assert [opened[task_id] for task_id in found] == sorted(days)


def test_tasks_are_filtered(company: Company, tasks: TaskQueries, customer_id: UUID) -> None:
    other = company.registers(company.li, "李小红")
    early = opens(company, customer_id, TODAY)
    late = opens(company, other, TODAY + timedelta(days=3), kind=TaskKind.VISIT)

    for filters, expected in (
        ({"due_by": TODAY}, early),
        ({"due_before": TODAY + timedelta(days=1)}, early),
        ({"owner_id": company.li}, late),
        ({"customer_id": other}, late),
        ({"kinds": [TaskKind.VISIT]}, late),
    ):
        assert [row.task_id for row in page(company, tasks, **filters)] == [expected], filters
    assert page(company, tasks, due_before=TODAY) == []


def test_tasks_follow_the_customer_to_whoever_owns_him(
    company: Company, tasks: TaskQueries, customer_id: UUID
) -> None:
    task_id = opens(company, customer_id)
    assert [row.task_id for row in page(company, tasks, company.chen)] == [task_id]

    company.does(commands.ChangeOwner(customer_id=customer_id, owner_id=company.wang))
    company.does(commands.ChangeSecondOwner(customer_id=customer_id, owner_id=company.li))

    assert page(company, tasks, company.chen) == []
    for rep_id in (company.wang, company.li):
        assert [row.task_id for row in page(company, tasks, rep_id)] == [task_id]
    assert tasks.get(task_id, Visibility(frozenset({company.chen}))) is None
    followed = page(company, tasks)
    company.rebuild(TasksProjection)
    assert page(company, tasks) == followed


def test_tasks_wait_in_the_pool_for_whoever_claims_the_customer(
    company: Company, tasks: TaskQueries, customer_id: UUID
) -> None:
    task_id = opens(company, customer_id)
    company.does(pool_commands.PutIntoPool(customer_id=customer_id), why="换人")
    assert page(company, tasks, company.chen) == []
    company.does(pool_commands.ClaimCustomer(customer_id=customer_id, held=0), by=company.wang)

    assert [row.task_id for row in page(company, tasks, company.wang)] == [task_id]


def test_the_owner_is_told_how_much_is_to_be_done_and_the_second_owner_is_not(
    company: Company, tasks: TaskQueries, customer_id: UUID
) -> None:
    company.does(commands.ChangeSecondOwner(customer_id=customer_id, owner_id=company.li))
    opens(company, customer_id, TODAY)
    opens(company, customer_id, TODAY + timedelta(days=1))
    company.project(TasksProjection)

    assert tasks.count_for(company.chen, TODAY) == (1, 0)
    assert tasks.count_for(company.chen, TODAY + timedelta(days=1)) == (1, 1)
    assert tasks.count_for(company.li, TODAY) == (0, 0)


def test_beside_a_customer_stand_his_open_tasks_until_a_day(
    company: Company, tasks: TaskQueries, customer_id: UUID
) -> None:
    opened = opens(company, customer_id, TODAY)
    opens(company, customer_id, TODAY + timedelta(days=1))
    company.does(aftercare_commands.CompleteTask(task_id=opens(company, customer_id)))
    company.project(TasksProjection)
    beside = tasks.beside([customer_id, company.chen], TODAY)

    assert {who: [row.task_id for row in rows] for who, rows in beside.items()} == {
        customer_id: [opened]
    }
    assert tasks.beside([], TODAY) == {}


def test_a_corrected_name_is_shown(company: Company, tasks: TaskQueries, customer_id: UUID) -> None:
    opens(company, customer_id)
    correcting = commands.CorrectCustomer(customer_id=customer_id, card={"name": "王大明"})
    company.does(correcting, why="写错了")
    (row,) = page(company, tasks)

    assert row.name == "王大明"

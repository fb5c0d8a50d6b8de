"""Tasks: opened for a customer, done, or given up with a reason (待办任务, R71)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.aftercare_commands import CompleteTask, DropTask, OpenTask
from domain.commands import Command
from domain.errors import AlreadyOverError, InvalidError, NotFoundError, ReasonRequiredError
from domain.reminder import SkipReason
from domain.task import Task, TaskKind, TaskState
from tests.support.examples import a_customer, a_task
from tests.support.moments import LI, NOW, TODAY, TOMORROW, WANG, YESTERDAY, ZHAO, an_id, signed
from tests.support.scenario import Scenario, an_event, given

DONE, DROP = CompleteTask(task_id=an_id("task")), DropTask(task_id=an_id("task"))


def opening(**changes: Any) -> OpenTask:
    fields = {"customer_id": an_id("customer"), "summary": "送样品", "due_on": TOMORROW, **changes}
    return OpenTask(**fields)


def with_a_task() -> Scenario:
    return given(a_customer(), a_task())


def test_a_task_says_what_is_to_be_done_by_when_and_whose_customer_it_is_for() -> None:
    task = (
        given(a_customer())
        .when(opening(details="浅色", kind=TaskKind.GIFT), by=ZHAO)
        .then(
            an_event(
                Task.Opened,
                customer_id=an_id("customer"),
                owner_id=LI.id,
                kind="gift",
                summary="送样品",
                details="浅色",
                due_on=TOMORROW,
                cause=None,
                owed_at=None,
            )
        )
    )

    assert (task.state, task.due_on) == (TaskState.OPEN, TOMORROW)


def test_a_task_may_be_for_today_and_not_for_yesterday() -> None:
    given(a_customer()).when(opening(due_on=TODAY)).then(an_event(Task.Opened))
    given(a_customer()).when(opening(due_on=YESTERDAY)).then_refused(
        InvalidError, field="due_on", problem="in-the-past"
    )


def test_a_task_needs_words() -> None:
    given(a_customer()).when(opening(summary=" ")).then_refused(
        InvalidError, field="summary", problem="required"
    )


def test_what_is_done_says_what_came_of_it() -> None:
    task = (
        with_a_task()
        .when(CompleteTask(task_id=an_id("task"), outcome="已送到"))
        .then(an_event(Task.Done, customer_id=an_id("customer"), outcome="已送到", contact=None))
    )

    assert task.state is TaskState.DONE


def test_what_is_dropped_needs_a_reason() -> None:
    with_a_task().when(DROP).then_refused(ReasonRequiredError, field="reason")
    task = with_a_task().when(DROP, why="客户不要了").then(an_event(Task.Dropped, why="客户不要了"))

    assert task.state is TaskState.DROPPED


@pytest.mark.parametrize(("first", "state"), [(DONE, "done"), (DROP, "dropped")])
@pytest.mark.parametrize("second", [DONE, DROP])
def test_what_is_over_is_over(first: Command, state: str, second: Command) -> None:
    story = with_a_task()
    story.when(first, why="x")

    story.when(second, why="x").then_refused(AlreadyOverError, state=state)


def test_what_was_decided_against_can_be_neither_done_nor_dropped() -> None:
    with signed():
        skipped = Task.skip(
            id=an_id("task"),
            customer_id=an_id("customer"),
            kind=TaskKind.RETURN_VISIT,
            due_on=TODAY,
            cause=None,
            owed_at=NOW,
            reason=SkipReason.LEFT,
        )

    given(a_customer(), skipped).when(DONE).then_refused(AlreadyOverError, state="skipped")


@pytest.mark.parametrize("command", [opening(), DONE, DROP])
def test_only_who_sees_the_customer_sees_his_tasks(command: Command) -> None:
    with_a_task().when(command, by=WANG, why="x").then_refused(NotFoundError)


def test_a_task_goes_with_the_customer_to_another_owner() -> None:
    """R58."""
    story = with_a_task()
    story.when(lambda customer: customer.change_owner(WANG.id), by=ZHAO)

    story.when(DONE, by=LI).then_refused(NotFoundError, of="task")
    story.when(DONE, by=WANG, at=NOW + timedelta(hours=1)).then(an_event(Task.Done))

"""A return visit: a contact that does its task and says how satisfied the customer is (R46)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.commands import RecordContact
from domain.contact import ContactPurpose
from domain.customer import Customer
from domain.errors import AlreadyOverError, InvalidError
from domain.follow_through import FollowThrough
from domain.grade import Grade
from domain.task import Cause, Task, TaskKind, TaskState
from tests.support.examples import a_card, a_contact, a_customer, a_task
from tests.support.moments import TODAY, YESTERDAY, an_id
from tests.support.scenario import Scenario, an_event, given, refused


def visiting(**changes: Any) -> RecordContact:
    task_id = changes.pop("task_id", an_id("task"))
    return RecordContact(
        customer_id=an_id("customer"),
        contact=a_contact(**changes),
        then=FollowThrough(task_id=task_id, needs_action=False),
    )


def before_a_visit(kind: TaskKind = TaskKind.RETURN_VISIT) -> Scenario:
    return given(a_customer(), a_task(kind=kind))


def test_contact_grade_and_task_are_one_save() -> None:
    story = before_a_visit()
    said = {"satisfaction": 2, "feedback": "颜色偏深", "suggestions": "多备浅色", "grade": Grade.B}
    customer = story.when(visiting(**said)).then(
        an_event(
            Customer.Contacted,
            purpose="return_visit",
            satisfaction=2,
            feedback="颜色偏深",
            suggestions="多备浅色",
            to_grade="B",
        ),
        an_event(Task.Done, contact=Cause(an_id("customer"), 2), outcome=""),
    )

    assert (customer.grade, customer.return_visited_on) == (Grade.B, TODAY)
    assert story.now(an_id("task")).state is TaskState.DONE


def test_a_contact_that_does_another_task_keeps_its_purpose() -> None:
    customer = (
        before_a_visit(TaskKind.GIFT)
        .when(visiting())
        .then(an_event(Customer.Contacted, purpose="follow_up"), an_event(Task.Done))
    )

    assert customer.return_visited_on is None


def test_if_the_task_is_over_the_contact_is_not_recorded_either() -> None:
    story = before_a_visit()
    story.when(visiting())

    story.when(visiting()).then_refused(AlreadyOverError, state="done")


def test_the_task_must_be_the_customers_own() -> None:
    other = a_customer(id=an_id("other"), card=a_card(phones=("13900139000",)))
    foreign = a_task(id=an_id("foreign"), customer_id=an_id("other"))

    for task_id in (an_id("foreign"), an_id("nothing"), an_id("customer")):
        given(a_customer(), other, foreign).when(visiting(task_id=task_id)).then_refused(
            InvalidError, field="task_id", problem="unknown-task"
        )


@pytest.mark.parametrize("satisfaction", [0, 6, -1])
def test_satisfaction_is_one_to_five(satisfaction: int) -> None:
    with refused(InvalidError, field="satisfaction", problem="out-of-range"):
        a_contact(satisfaction=satisfaction)


def test_a_visit_written_down_late_does_not_move_the_last_one_back() -> None:
    story = given(a_customer())
    purpose = ContactPurpose.RETURN_VISIT
    story.when(visiting(task_id=None, purpose=purpose))
    story.when(visiting(task_id=None, purpose=purpose, on=YESTERDAY))

    assert story.now().return_visited_on == TODAY

"""An opinion becomes a task of the owner, or a complaint, in the save of its contact (R71)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.commands import RecordContact
from domain.complaint import Complaint
from domain.contact import ContactMethod
from domain.customer import Customer
from domain.errors import InvalidError
from domain.follow_through import FollowThrough, Grievance
from domain.handlers.contacts import complaint_id, task_id
from domain.handlers.tasks import first_words
from domain.priority import Pressure, Severity
from domain.task import Cause, Task
from tests.support.examples import a_contact, a_customer, a_task
from tests.support.moments import LI, TOMORROW, ZHAO, an_id, at
from tests.support.scenario import an_event, given

CONTACTED, OPENED = an_event(Customer.Contacted), an_event(Task.Opened)


def hearing(then: FollowThrough | None = None, **said: Any) -> RecordContact:
    return RecordContact(
        customer_id=an_id("customer"), contact=a_contact(**said), then=then or FollowThrough()
    )


def test_an_opinion_becomes_a_task_of_the_owner_for_the_next_working_day() -> None:
    story = given(a_customer())
    story.when(hearing(feedback="颜色偏深\n想换一批", suggestions="多备浅色"), by=ZHAO).then(
        CONTACTED,
        an_event(
            Task.Opened,
            originator_id=task_id(an_id("customer"), 2),
            kind="feedback",
            customer_id=an_id("customer"),
            owner_id=LI.id,
            due_on=TOMORROW,
            summary="颜色偏深",
            details="颜色偏深\n想换一批\n多备浅色",
            cause=Cause(an_id("customer"), 2),
        ),
    )


def test_before_a_weekend_it_is_for_monday() -> None:
    friday = date(2026, 11, 27)
    outcome = given(a_customer()).when(hearing(feedback="偏深", on=friday), at=at(friday))

    assert outcome.events[1].due_on == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("then", "said", "opens"),
    [
        (FollowThrough(), {}, False),
        (FollowThrough(), {"feedback": "偏深"}, True),
        (FollowThrough(), {"suggestions": "多备浅色"}, True),
        (FollowThrough(), {"satisfaction": 1}, False),
        (FollowThrough(needs_action=False), {"feedback": "很好"}, False),
        (FollowThrough(needs_action=True), {}, True),
        (FollowThrough(complaint=Grievance(summary="开裂")), {"feedback": "偏深"}, False),
        (
            FollowThrough(complaint=Grievance(summary="开裂"), needs_action=True),
            {"feedback": "偏深"},
            True,
        ),
    ],
)
def test_only_an_opinion_does_unless_the_rep_says_otherwise(
    then: FollowThrough, said: Any, *, opens: bool
) -> None:
    outcome = given(a_customer()).when(hearing(then, **said))

    assert [type(event) for event in outcome.events].count(Task.Opened) == int(opens)


def test_where_nothing_was_said_there_is_nothing_to_take_up() -> None:
    silent = hearing(FollowThrough(needs_action=True), text="")

    given(a_customer()).when(silent).then_refused(InvalidError, field="feedback")


def test_a_complaint_is_taken_in_with_the_contact() -> None:
    story = given(a_customer())
    grievance = Grievance(
        summary="三箱开裂", details="客厅", severity=Severity.MAJOR, pressure=Pressure.HIGH
    )
    contact = hearing(FollowThrough(complaint=grievance), method=ContactMethod.VISIT)
    story.when(contact).then(
        CONTACTED,
        an_event(
            Complaint.Filed,
            originator_id=complaint_id(an_id("customer"), 2),
            customer_id=an_id("customer"),
            owner_id=LI.id,
            channel="visit",
            summary="三箱开裂",
            details="客厅",
        ),
        an_event(Complaint.Triaged, priority="P1"),
    )


def test_a_contact_whose_complaint_says_nothing_is_not_recorded() -> None:
    empty = hearing(FollowThrough(complaint=Grievance(summary=" ")))

    given(a_customer()).when(empty).then_refused(InvalidError, field="summary")


def test_one_contact_may_do_a_task_and_open_another() -> None:
    story = given(a_customer(), a_task())
    visit = hearing(FollowThrough(task_id=an_id("task")), feedback="偏深")

    story.when(visit).then(CONTACTED, an_event(Task.Done), OPENED)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("偏深", "偏深"),
        ("  偏深 \n浅色", "偏深"),
        ("深" * 200, "深" * 200),
        ("深" * 201, "深" * 199 + "…"),
    ],
)
def test_a_summary_is_the_first_line_as_far_as_it_goes(said: str, words: str) -> None:
    assert first_words(said) == words

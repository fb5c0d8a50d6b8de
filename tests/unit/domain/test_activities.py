"""Activities: no place is given away twice, and whoever has to be told is (R74)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.access import Principal
from domain.activity import Activity
from domain.campaign_commands import (
    AmendActivity,
    AnswerInvitation,
    CancelActivity,
    InviteGuests,
    PlanActivity,
    RecordAttendance,
)
from domain.errors import (
    ActivityFullError,
    AlreadyOverError,
    FutureDateError,
    InvalidError,
    NotFoundError,
    ReasonRequiredError,
)
from domain.task import Task
from tests.support.campaigns import an_activity, an_activity_plan
from tests.support.examples import a_card, a_customer
from tests.support.moments import LI, NOW, WANG, ZHAO, an_id
from tests.support.scenario import Scenario, an_event, given

FIRST, SECOND, THIRD = GUESTS = tuple(an_id(f"guest {number}") for number in range(3))
LATER = NOW + timedelta(days=8)


def with_guests(capacity: int) -> tuple[Scenario, Activity]:
    """Return an activity to which three customers of Li's are invited."""
    activity = an_activity(capacity=capacity)
    customers = (
        a_customer(id=guest, card=a_card(name=f"王{n}", company="", phones=()))
        for n, guest in enumerate(GUESTS)
    )
    scenario = given(activity, *customers)
    invite = InviteGuests(activity_id=activity.id, customer_ids=(*GUESTS, FIRST))
    scenario.when(invite).then(*(an_event(Activity.GuestInvited, customer_id=g) for g in GUESTS))
    return scenario, activity


def coming(activity: Activity, guest: Any, *, wait: bool = False) -> AnswerInvitation:
    return AnswerInvitation(activity_id=activity.id, customer_id=guest, comes=True, may_wait=wait)


def staying(activity: Activity, guest: Any) -> AnswerInvitation:
    return AnswerInvitation(activity_id=activity.id, customer_id=guest, comes=False)


def a_notice(guest: Any) -> Any:
    return an_event(Task.Opened, kind="notice", customer_id=guest, owner_id=LI.id)


def test_over_capacity_a_guest_is_refused_or_waits() -> None:
    asked, activity = with_guests(capacity=1)
    asked.when(coming(activity, FIRST)).then(an_event(Activity.GuestAccepted))

    asked.when(coming(activity, SECOND)).then_refused(ActivityFullError, capacity=1)
    asked.when(coming(activity, SECOND, wait=True)).then(an_event(Activity.GuestWaitlisted))
    asked.when(coming(activity, SECOND, wait=True)).then_nothing()


def test_a_place_that_becomes_free_goes_to_who_waited_longest_and_his_owner_tells_him() -> None:
    asked, activity = with_guests(capacity=1)
    asked.when(coming(activity, FIRST))
    asked.when(coming(activity, THIRD, wait=True))
    asked.when(coming(activity, SECOND, wait=True))

    asked.when(staying(activity, FIRST)).then(
        an_event(Activity.GuestDeclined, customer_id=FIRST),
        an_event(Activity.GuestAccepted, customer_id=THIRD, from_waiting=True),
        a_notice(THIRD),
    )
    more = AmendActivity(activity_id=activity.id, changes={"capacity": 2})
    asked.when(more).then(
        an_event(Activity.Amended),
        an_event(Activity.GuestAccepted, customer_id=SECOND, from_waiting=True),
        a_notice(SECOND),
    )
    fewer = AmendActivity(activity_id=activity.id, changes={"capacity": 1})
    asked.when(fewer).then_refused(InvalidError, problem="places-taken")


def test_called_off_whoever_was_to_come_is_told_by_his_owner() -> None:
    asked, activity = with_guests(capacity=1)
    asked.when(coming(activity, FIRST))
    asked.when(coming(activity, SECOND, wait=True))
    cancel = CancelActivity(activity_id=activity.id)
    asked.when(cancel).then_refused(ReasonRequiredError)

    asked.when(cancel, by=ZHAO, why="场地有变").then(
        an_event(Activity.Cancelled), a_notice(FIRST), a_notice(SECOND)
    )
    asked.when(coming(activity, THIRD)).then_refused(AlreadyOverError, state="cancelled")


def test_with_whoever_was_there_his_owner_follows_up_once() -> None:
    asked, activity = with_guests(capacity=2)
    asked.when(coming(activity, FIRST))
    there = RecordAttendance(activity_id=activity.id, attended=(FIRST, THIRD), missed=(SECOND,))
    asked.when(there).then_refused(FutureDateError)
    asked.when(there, at=LATER).then(
        an_event(Activity.GuestAttended, customer_id=FIRST),
        an_event(Activity.GuestAttended, customer_id=THIRD),
        an_event(Activity.GuestMissed, customer_id=SECOND),
        an_event(Task.Opened, kind="follow_up", customer_id=FIRST, summary="答谢会"),
        an_event(Task.Opened, kind="follow_up", customer_id=THIRD, summary="答谢会"),
    )

    asked.when(there, at=LATER).then_nothing()
    changed = RecordAttendance(activity_id=activity.id, missed=(FIRST,))
    asked.when(changed, at=LATER).then(an_event(Activity.GuestMissed))
    back = RecordAttendance(activity_id=activity.id, attended=(FIRST,))
    asked.when(back, at=LATER).then(an_event(Activity.GuestAttended))
    asked.when(coming(activity, SECOND), at=LATER).then_refused(AlreadyOverError, state="held")


def test_a_rep_invites_and_answers_for_customers_of_his_own() -> None:
    asked, activity = with_guests(capacity=2)
    wang = Principal.representative(WANG.id, role=WANG.role, scope="own")  # type: ignore[arg-type]
    invite = InviteGuests(activity_id=activity.id, customer_ids=(FIRST,))

    asked.when(invite, by=wang).then_refused(NotFoundError)
    asked.when(coming(activity, FIRST), by=wang).then_refused(NotFoundError)
    asked.when(invite).then_nothing()


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"title": " "}, "title", "required"),
        ({"place": "x" * 201}, "place", "too-long"),
        ({"capacity": 0}, "capacity", "out-of-range"),
        ({"starts_at": NOW}, "starts_at", "in-the-past"),
    ],
)
def test_an_activity_to_which_nobody_could_come_is_refused(
    changes: dict[str, Any], field: str, problem: str
) -> None:
    def plan() -> PlanActivity:
        return PlanActivity(plan=an_activity_plan(**changes))

    if problem == "in-the-past":
        given().when(plan()).then_refused(InvalidError, field=field, problem=problem)
    else:
        with pytest.raises(InvalidError) as refused:
            plan()
        assert refused.value.fields["field"] == field

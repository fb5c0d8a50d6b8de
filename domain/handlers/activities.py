"""What the commands about activities do."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from domain import campaign_commands as commands
from domain.activity import Activity
from domain.customer import Customer
from domain.erasure_commands import ReleasePlace
from domain.errors import InvalidError
from domain.handlers.campaigns import follow_up
from domain.handlers.tasks import see_to
from domain.handlers.work import Work
from domain.ids import named_id
from domain.plain import changed
from domain.task import Cause, TaskKind


def plan(work: Work, command: commands.PlanActivity) -> Activity:
    """Plan an activity."""
    return work.add(Activity.arrange(command.plan))


def amend(work: Work, command: commands.AmendActivity) -> Activity:
    """Change it; its author may, and every manager. Who gets a place is told."""
    activity = work.own(Activity, command.activity_id)
    lucky = activity.amend(changed(activity.plan, command.changes))
    _have_told(work, activity, lucky)
    return activity


def cancel(work: Work, command: commands.CancelActivity) -> Activity:
    """Call it off; its author may, and every manager. Who was to come is told."""
    activity = work.own(Activity, command.activity_id)
    _have_told(work, activity, activity.cancel(), work.provenance.why)
    return activity


def invite(work: Work, command: commands.InviteGuests) -> Activity:
    """Invite customers whom whoever invites may see; InvalidError when there is nobody to."""
    if not command.customer_ids:
        raise InvalidError(field="customer_ids", problem="nobody")
    activity = work.target(Activity, command.activity_id)
    for customer_id in command.customer_ids:
        work.customer_for_reading(customer_id)
    activity.invite(command.customer_ids)
    return activity


def answer(work: Work, command: commands.AnswerInvitation) -> Activity:
    """Record whether a guest comes; who gets his place is told."""
    work.customer_for_reading(command.customer_id)
    activity = work.target(Activity, command.activity_id)
    if command.comes:
        activity.accept(command.customer_id, may_wait=command.may_wait)
    else:
        _have_told(work, activity, activity.decline(command.customer_id))
    return activity


def release(work: Work, command: ReleasePlace) -> Activity:
    """Have somebody who was erased come no longer; who gets his place is told."""
    activity = work.target(Activity, command.activity_id)
    if activity.expects(command.customer_id):
        _have_told(work, activity, activity.decline(command.customer_id))
    return activity


def record_attendance(work: Work, command: commands.RecordAttendance) -> Activity:
    """Record who was there; with each who was, his owner follows up."""
    activity = work.target(Activity, command.activity_id)
    for customer_id in (*command.attended, *command.missed):
        work.customer_for_reading(customer_id)
    book = work.book
    fresh = activity.record_attendance(
        command.attended,
        command.missed,
        today=book.today(work.provenance.at),
        held_on=book.today(activity.plan.starts_at),
    )
    cause = Cause(activity.id, activity.version)
    for customer_id in fresh:
        follow_up(work, customer_id, activity.plan.title, cause)
    return activity


def _have_told(
    work: Work, activity: Activity, customer_ids: Iterable[UUID], details: str = ""
) -> None:
    """Have owners tell their customers how it stands with the activity."""
    told = {
        "summary": activity.plan.title,
        "details": details,
        "cause": Cause(activity.id, activity.version),
    }
    for customer_id in customer_ids:
        key = named_id("task", TaskKind.NOTICE, activity.id, activity.version, customer_id)
        customer = work.for_reading(Customer, customer_id)
        if customer.erased_on is None:
            see_to(work, customer, TaskKind.NOTICE, id=key, **told)

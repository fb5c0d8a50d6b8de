"""Activities on the command line: guests invited, seated, there or not, and what followed (R74)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from api.audiences import audience_of
from api.cli.campaigns import WITHIN, counting_within
from api.cli.finding import find_customer
from api.cli.segments import segment_of, segment_options
from api.cli.session import Session
from domain import campaign_commands as commands
from domain.activity import Activity, ActivityKind, ActivityPlan
from domain.commands import Command
from domain.errors import NotFoundError
from domain.segment import Segment
from projections.bootstrap import ReadSide

_ID = click.argument("activity_id", type=click.UUID)
_LIMIT = click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)


@click.group("activity")
def activity_command() -> None:
    """Invite customers to a party, a launch or a training (客户活动)."""


@activity_command.command("plan")
@click.argument("title")
@click.option("--kind", required=True, type=click.Choice([each.value for each in ActivityKind]))
@click.option("--at", "at", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M"]),
              help="When it begins, as the clocks of the company show it.")  # fmt: skip
@click.option("--place", required=True)
@click.option("--capacity", required=True, type=int, help="How many guests there is a place for.")
@click.option("--details", default="")
@click.pass_obj
def plan(session: Session, /, *, at: datetime, kind: str, **typed: Any) -> None:
    """Plan one."""
    with session.opened() as read:
        planned = ActivityPlan(kind=ActivityKind(kind), starts_at=_instant(read, at), **typed)
        _carry_out(session, read, commands.PlanActivity(plan=planned))


@activity_command.command("amend")
@_ID
@click.option("--title")
@click.option("--kind", type=click.Choice([each.value for each in ActivityKind]))
@click.option("--at", "at", type=click.DateTime(["%Y-%m-%dT%H:%M"]),
              help="When it begins, as the clocks of the company show it.")  # fmt: skip
@click.option("--place")
@click.option("--capacity", type=int, help="How many guests there is a place for.")
@click.option("--details")
@click.pass_obj
def amend(session: Session, /, *, activity_id: UUID, at: datetime | None, **typed: Any) -> None:
    """Change one that is still ahead; what is not named stays."""
    changes = {name: value for name, value in typed.items() if value is not None}
    with session.opened() as read:
        if at is not None:
            changes["starts_at"] = _instant(read, at)
        _carry_out(session, read, commands.AmendActivity(activity_id=activity_id, changes=changes))


@activity_command.command("list")
@_LIMIT
@click.pass_obj
def list_(session: Session, *, limit: int) -> None:
    """List activities, the latest first."""
    with session.opened() as read:
        rows = read.campaigns.activities(limit=limit)
    session.show(rows, columns=("starts_at", "title", "place", "capacity", "invited_count",
                                "seated_count", "waiting_count", "activity_id"))  # fmt: skip


@activity_command.command("invite")
@_ID
@click.argument("customers", nargs=-1)
@click.option(
    "--segment", "by_segment", is_flag=True, help="Everybody in scope; the other options narrow it."
)
@segment_options
@click.pass_obj
def invite(
    session: Session,
    /,
    *,
    activity_id: UUID,
    customers: tuple[str, ...],
    by_segment: bool,
    **typed: Any,
) -> None:
    """Invite CUSTOMERS, or those of a segment; no message goes out: that is for a campaign."""
    with session.opened() as read:
        principal = session.principal(read)
        segment = segment_of(session, read, typed)
        whom = tuple(find_customer(read, principal, text).id for text in customers)
        if by_segment or segment != Segment():
            whom += audience_of(read, segment, principal.visibility)
        command = commands.InviteGuests(activity_id=activity_id, customer_ids=whom)
        _carry_out(session, read, command)


@activity_command.command("answer")
@_ID
@click.argument("customer")
@click.argument("answer", type=click.Choice(["yes", "no"]))
@click.option("--wait", is_flag=True, help="He waits for a place when there is none.")
@click.pass_obj
def answer(session: Session, *, activity_id: UUID, customer: str, answer: str, wait: bool) -> None:
    """Record whether CUSTOMER comes."""
    with session.opened() as read:
        found = find_customer(read, session.principal(read), customer)
        command = commands.AnswerInvitation(
            activity_id=activity_id, customer_id=found.id, comes=answer == "yes", may_wait=wait
        )
        receipt = session.carry_out(read, command)
    state = receipt.subject.guests[found.id]
    session.show({"activity_id": activity_id, "customer_id": found.id, "state": state})


@activity_command.command("attended")
@_ID
@click.argument("customers", nargs=-1, required=True)
@click.option("--missed", is_flag=True, help="They were not there.")
@click.pass_obj
def attended(
    session: Session, *, activity_id: UUID, customers: tuple[str, ...], missed: bool
) -> None:
    """Record that CUSTOMERS were there; with each his owner follows up."""
    with session.opened() as read:
        principal = session.principal(read)
        ids = tuple(find_customer(read, principal, text).id for text in customers)
        lists = {"missed": ids} if missed else {"attended": ids}
        command = commands.RecordAttendance(activity_id=activity_id, **lists)
        _carry_out(session, read, command)


@activity_command.command("cancel")
@_ID
@click.option("--why", required=True, help="The reason, kept with the event.")
@click.pass_obj
def cancel(session: Session, *, activity_id: UUID, why: str) -> None:
    """Call it off; whoever was to come becomes a task of his owner."""
    with session.opened() as read:
        _carry_out(session, read, commands.CancelActivity(activity_id=activity_id), why)


@activity_command.command("results")
@_ID
@WITHIN
@click.option("--each", is_flag=True, help="One line for each guest instead of counts.")
@_LIMIT
@click.pass_obj
def results(session: Session, *, activity_id: UUID, within: int, each: bool, limit: int) -> None:
    """Count who was invited, came, and bought."""
    with session.opened() as read:
        if not isinstance(read.log.get(activity_id), Activity):
            raise NotFoundError(of="activity", id=str(activity_id))
        visibility, counting = session.principal(read).visibility, counting_within(read, within)
        if not each:
            session.show(read.campaigns.activity_results(activity_id, visibility, counting))
            return
        rows = read.campaigns.guests(activity_id, visibility, counting, limit=limit)
    session.show(rows, columns=("name", "company", "state", "answer", "bought_on",
                                "customer_id"))  # fmt: skip


def _instant(read: ReadSide, at: datetime) -> datetime:
    """Return when the clocks of the company show `at`."""
    return at.replace(tzinfo=read.care.book().calendar.tz).astimezone(UTC)


def _carry_out(session: Session, read: ReadSide, command: Command, why: str = "") -> None:
    activity: Activity = session.carry_out(read, command, why=why).subject
    session.show(
        {
            "activity_id": activity.id,
            "version": activity.version,
            "title": activity.plan.title,
            "starts_at": activity.plan.starts_at,
            "places_left": activity.places_left,
            "is_cancelled": activity.is_cancelled,
        }
    )

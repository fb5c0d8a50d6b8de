"""What is to be told to whom once it was decided (告知): in the inbox, and through channels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.campaign_message import CampaignMessage
from domain.channel import BOTS, Channel
from domain.complaint import Complaint
from domain.customer import Customer
from domain.greeting import Greeting
from domain.intake_item import IntakeItem
from domain.reminder import Reminder
from domain.representative import Representative
from domain.task import Task, TaskKind

LISTED = 20
"""How many customers a message names; the counts in it are of all of them."""

CAME_IN_THROUGH = "intake"
"""The door by which messages come in that nobody has taken down."""

DIGEST_LIFE = timedelta(hours=24)
"""Tomorrow there is a newer list."""

WEEK = timedelta(days=7)

DESK = (Channel.EMAIL, Channel.WECOM, *sorted(BOTS))
"""Where a person reads what can wait."""

POCKET = (*DESK, Channel.SMS)
"""Where a person is told what cannot wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Something to be told to each of `to_ids`: in his inbox, and by those `channels` he takes.

    `subject_id` is the complaint, where it is about one. With `to_customer` it goes to the customer
    himself, by `channels` as they are, not before `send_at` if that is given. `facts` are ids,
    numbers and instants as JSON has them. What belongs to the `list_of` a day is told to each once
    that day, and grows.
    """

    kind: str
    to_ids: Iterable[UUID]
    channels: tuple[Channel, ...]
    priority: int
    customer_id: UUID | None = None
    subject_id: UUID | None = None
    to_customer: bool = False
    send_at: datetime | None = None
    expires_at: datetime | None = None
    list_of: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def joined(facts: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a list that grows: numbers add up, names go on up to LISTED."""
    grown = dict(facts)
    for name, value in more.items():
        if isinstance(value, int):
            grown[name] = facts[name] + value
        elif isinstance(value, list):
            grown[name] = [*facts[name], *value][:LISTED]
    return grown


def _digest(event: Any) -> Intent:
    return Intent(
        kind="digest",
        to_ids=(event.rep_id,),
        channels=DESK,
        priority=2,
        expires_at=event.timestamp + DIGEST_LIFE,
        facts={
            "day": event.day.isoformat(),
            "due_count": event.due_count,
            "overdue_count": event.overdue_count,
            "task_count": event.task_due_count + event.task_overdue_count,
            "escalated_count": event.escalated_count,
            "returning_count": event.returning_count,
            "customer_ids": [str(customer_id) for customer_id in event.customer_ids[:LISTED]],
        },
    )


def _item(event: Any) -> Intent:
    return Intent(
        kind="item",
        to_ids=(event.rep_id,),
        channels=(Channel.WEBHOOK,),
        priority=1,
        customer_id=event.customer_id,
        facts={"customer_id": str(event.customer_id), "due_on": event.due_on.isoformat()},
    )


def _escalation(event: Any) -> Intent:
    return Intent(
        kind="escalation",
        to_ids=event.to_ids,
        channels=(*POCKET, Channel.WEBHOOK),
        priority=0,
        customer_id=event.customer_id,
        subject_id=event.originator_id,
        facts={
            "complaint_id": str(event.originator_id),
            "customer_id": str(event.customer_id),
            "clock": event.clock,
            "percent": event.percent,
            "level": event.level,
            "due_at": event.due_at.isoformat(),
        },
    )


def _assignment(event: Any) -> Intent:
    return Intent(
        kind="assignment",
        to_ids=(event.to_handler_id,),
        channels=POCKET,
        priority=0,
        customer_id=event.customer_id,
        subject_id=event.originator_id,
        facts={
            "complaint_id": str(event.originator_id),
            "customer_id": str(event.customer_id),
        },
    )


def _of_the_day(event: Any, kind: str, day: date, **counts: int) -> Intent:
    """Tell what became of a customer: in the inbox, in one list with all others of the day.

    Mail speaks of it in the list of what is due, which is enough of it for one morning.
    """
    return Intent(
        kind=kind,
        to_ids=getattr(event, "to_ids", ()),
        channels=(),
        priority=2,
        list_of=day,
        facts={
            "day": day.isoformat(),
            "count": 1,
            **counts,
            "customer_ids": [str(event.originator_id)],
        },
    )


def _follow_up(event: Any) -> Intent:
    flagged = int(event.is_flagged)
    return _of_the_day(event, "follow_up", event.climbed_on, flagged_count=flagged)


def _assigned(event: Any) -> Intent:
    """Tell whom a manager gave a customer of the pool; whoever claimed one knows."""
    told = _of_the_day(event, "pool_assignment", event.claimed_on)
    return replace(told, to_ids=(event.to_owner_id,) if event.is_assigned else ())


def _task(event: Any) -> Intent:
    """Tell the owner of a task that somebody else had for him.

    What the background work planned ahead stands on his list of the day, which counts it; so does
    what follows from an activity, many at once.
    """
    is_planned = event.owed_at is not None or event.kind == TaskKind.FOLLOW_UP
    is_new_to_him = not is_planned and event.actor != str(event.owner_id)
    return Intent(
        kind="task",
        to_ids=(event.owner_id,) if event.owner_id and is_new_to_him else (),
        channels=DESK,
        priority=1,
        customer_id=event.customer_id,
        facts={
            "task_id": str(event.originator_id),
            "customer_id": str(event.customer_id),
            "kind": event.kind,
            "due_on": event.due_on.isoformat(),
        },
    )


def _receivables(event: Any) -> Intent:
    return Intent(
        kind="receivables",
        to_ids=event.to_ids,
        channels=DESK,
        priority=1,
        expires_at=event.timestamp + DIGEST_LIFE,
        facts={
            "day": event.day.isoformat(),
            "rep_id": str(event.rep_id),
            "count": event.count,
            "receivables": [
                {
                    "contract_id": str(each.contract_id),
                    "customer_id": str(each.customer_id),
                    "number": each.number,
                    "due_on": each.due_on.isoformat(),
                    "outstanding": str(each.outstanding),
                    "currency": each.currency,
                    "days_overdue": max((event.day - each.due_on).days, 0),
                }
                for each in event.receivables[:LISTED]
            ],
        },
    )


def _came_in(event: Any) -> Intent:
    """Tell the owner of a complaint that came in by itself, which nobody else has told him of."""
    came_in = event.through == CAME_IN_THROUGH
    return Intent(
        kind="complaint",
        to_ids=(event.owner_id,) if came_in and event.owner_id else (),
        channels=POCKET,
        priority=0,
        customer_id=event.customer_id,
        subject_id=event.originator_id,
        facts={
            "complaint_id": str(event.originator_id),
            "customer_id": str(event.customer_id),
        },
    )


def _stranger(event: Any) -> Intent:
    return Intent(
        kind="intake",
        to_ids=(event.manager_id,),
        channels=DESK,
        priority=1,
        facts={"item_id": str(event.originator_id), "is_complaint": event.is_complaint},
    )


def _greeting(event: Any) -> Intent:
    return Intent(
        kind="greeting",
        to_ids=(),
        channels=(Channel(event.channel),),
        priority=3,
        customer_id=event.customer_id,
        to_customer=True,
        expires_at=event.expires_at,
        facts={"occasion": event.occasion, "year": event.year, "language": event.language},
    )


def _campaign(event: Any) -> Intent:
    return Intent(
        kind="campaign",
        to_ids=(),
        channels=(Channel(event.channel),),
        priority=4,
        customer_id=event.customer_id,
        to_customer=True,
        send_at=event.send_at,
        expires_at=event.expires_at,
        facts={"campaign_id": str(event.campaign_id), "language": event.language},
    )


def _disabled(event: Any) -> Intent:
    """Tell a representative that we gave one of his channels up, through all the others."""
    return Intent(
        kind="channel_disabled",
        to_ids=(event.originator_id,),
        channels=POCKET,
        priority=1,
        facts={"channel": event.channel, "code": event.code},
    )


def _let_in(event: Any) -> Intent:
    """Tell somebody that another switched his second factor off, which he has asked for or not."""
    return Intent(
        kind="second_factor_off",
        to_ids=(event.originator_id,) if event.actor != str(event.originator_id) else (),
        channels=POCKET,
        priority=0,
        expires_at=event.timestamp + WEEK,
        facts={"by": event.actor},
    )


INTENTS: dict[type[Any], Callable[[Any], Intent]] = {
    Reminder.DigestIssued: _digest,
    Reminder.ItemIssued: _item,
    Reminder.ReceivablesIssued: _receivables,
    Complaint.Escalated: _escalation,
    Complaint.Filed: _came_in,
    Complaint.Assigned: _assignment,
    Customer.FollowUpEscalated: _follow_up,
    Customer.PoolWarned: lambda event: _of_the_day(event, "pool_warning", event.warned_on),
    Customer.ReturnedToPool: lambda event: _of_the_day(event, "pool_return", event.returned_on),
    Customer.Claimed: _assigned,
    Task.Opened: _task,
    IntakeItem.Received: _stranger,
    Representative.ChannelDisabled: _disabled,
    Representative.SecondFactorDisabled: _let_in,
    Greeting.Issued: _greeting,
    CampaignMessage.Issued: _campaign,
}
"""Which decisions are to be told, and how; another kind of message is another line here."""

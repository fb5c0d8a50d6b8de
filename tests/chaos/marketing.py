"""What marketing asks for while everything breaks: campaigns, activities, a few erasures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain import campaign_commands, commands
from domain.access import Principal
from domain.activity import ActivityKind, ActivityPlan
from domain.campaign_message import CampaignAnswer
from domain.erasure_commands import EraseCustomer
from tests.support.campaigns import a_campaign_plan

if TYPE_CHECKING:
    from tests.chaos.writer import Notebook

ZONE = ZoneInfo("Asia/Shanghai")
APPROVER = Principal.system("approver")
"""Nobody approves what he wrote himself."""

BACKDATED = frozenset({"party", "party_invite", "party_accept"})
"""The party was planned the day before yesterday and held yesterday: who was there can be told."""

TOLD, TO_A_PARTY = 6, 4
"""How many guests a campaign is for, and how many a party."""


def guests_of(notebook: Notebook) -> list[UUID]:
    """Return who may be told of something, those who were erased left out."""
    erased = set(notebook.subjects("erase"))
    return [each for each in notebook.subjects("guest") if each not in erased]


def market(notebook: Notebook, rng: Random) -> Iterator[tuple[str, str]]:
    """Yield what is done about one campaign or activity, or about one of those it is for.

    What has not happened yet comes first, so that the shortest run has seen everything.
    """
    guests, campaigns = guests_of(notebook), notebook.subjects("plan")
    wish = rng.random()
    if not campaigns or wish < 0.25:
        yield from _campaign(notebook, "")
        if wish < 0.05:
            yield "call_off", str(notebook.subjects("plan")[-1])
    elif not notebook.subjects("attend") or wish < 0.45:
        yield "party", ""
        party = str(notebook.subjects("party")[-1])
        for kind in ("party_invite", *["party_accept"] * 3, "attend"):
            yield kind, party
    elif not notebook.subjects("call_launch_off") or wish < 0.6:
        yield "launch", ""
        launch = str(notebook.subjects("launch")[-1])
        yield from _campaign(notebook, launch)
        for kind in ("accept", "accept", "decline", "accept"):
            yield kind, launch
        if not notebook.subjects("call_launch_off") or wish < 0.5:
            yield "call_launch_off", launch
    elif not notebook.subjects("erase") or wish < 0.63:
        yield "erase", str(rng.choice(guests))
    elif wish < 0.7:
        yield "decline_offers", str(rng.choice(guests))
    else:
        yield "answer", str(rng.choice(campaigns))


def _campaign(notebook: Notebook, invites_to: str) -> Iterator[tuple[str, str]]:
    yield "plan", invites_to
    yield "approve", str(notebook.subjects("plan")[-1])


def marketing_commands(
    target: Any, at: datetime, number: int, notebook: Notebook
) -> dict[str, Callable[[], commands.Command]]:
    """Return how each of these kinds of command is made."""
    today = at.astimezone(ZONE).date()
    guests = guests_of(notebook)

    def activity(kind: ActivityKind, starts_at: datetime) -> campaign_commands.PlanActivity:
        plan = ActivityPlan(
            title=f"活动{number}", kind=kind, starts_at=starts_at, place="上海", capacity=2
        )
        return campaign_commands.PlanActivity(plan=plan)

    def answer(whom: list[UUID], *, comes: bool) -> campaign_commands.AnswerInvitation:
        guest = whom[number % len(whom)]
        return campaign_commands.AnswerInvitation(
            activity_id=target, customer_id=guest, comes=comes, may_wait=True
        )

    return {
        "plan": lambda: campaign_commands.PlanCampaign(
            plan=a_campaign_plan(
                title=f"新品{number}",
                starts_on=today,
                ends_on=today + timedelta(days=1),
                activity_id=target,
            )
        ),
        # Some of them have no address, and some were erased or want to hear nothing more.
        "approve": lambda: campaign_commands.ApproveCampaign(
            campaign_id=target,
            customer_ids=(
                *notebook.subjects("guest")[-TOLD:],
                *notebook.subjects("register")[-1:],
            ),
        ),
        "call_off": lambda: campaign_commands.CancelCampaign(campaign_id=target),
        "answer": lambda: campaign_commands.RecordAnswer(
            campaign_id=target,
            customer_id=guests[-1 - number % min(TOLD, len(guests))],
            answer=CampaignAnswer.INTERESTED,
        ),
        "launch": lambda: activity(ActivityKind.LAUNCH, at + timedelta(days=7)),
        "accept": lambda: answer(guests[-TOLD:], comes=True),
        "decline": lambda: answer(guests[-TOLD:], comes=False),
        "call_launch_off": lambda: campaign_commands.CancelActivity(activity_id=target),
        "party": lambda: activity(ActivityKind.PARTY, at - timedelta(days=1)),
        "party_invite": lambda: campaign_commands.InviteGuests(
            activity_id=target, customer_ids=tuple(guests[-TO_A_PARTY:])
        ),
        "party_accept": lambda: answer(guests[-TO_A_PARTY:], comes=True),
        "attend": lambda: campaign_commands.RecordAttendance(
            activity_id=target,
            attended=tuple(guests[-TO_A_PARTY:][:2]),
            missed=tuple(guests[-TO_A_PARTY:][2:]),
        ),
        "decline_offers": lambda: commands.ChooseCare(
            customer_id=target, choices={"wants_offers": False}
        ),
        "erase": lambda: EraseCustomer(customer_id=target),
    }

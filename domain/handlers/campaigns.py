"""What the commands about campaigns do."""

from __future__ import annotations

from datetime import time
from uuid import UUID

from domain import campaign_commands as commands
from domain.activity import Activity
from domain.calendars.wall_time import LocalTime
from domain.campaign import Campaign, CampaignPlan
from domain.campaign_message import CampaignAnswer, CampaignMessage, campaign_key
from domain.customer import Customer
from domain.handlers.tasks import see_to
from domain.handlers.work import Work
from domain.ids import named_id
from domain.plain import changed
from domain.task import Cause, TaskKind


def plan(work: Work, command: commands.PlanCampaign) -> Campaign:
    """Plan a campaign."""
    _require_activity(work, command.plan)
    return work.add(Campaign.devise(command.plan, today=work.book.today(work.provenance.at)))


def amend(work: Work, command: commands.AmendCampaign) -> Campaign:
    """Change the plan; its author may, and every manager."""
    campaign = work.own(Campaign, command.campaign_id)
    plan = changed(campaign.plan, command.changes)
    _require_activity(work, plan)
    campaign.amend(plan, today=work.book.today(work.provenance.at))
    return campaign


def approve(work: Work, command: commands.ApproveCampaign) -> Campaign:
    """Let it go out, and invite whom it goes to if it is about an activity."""
    work.principal.require_manager()
    campaign = work.target(Campaign, command.campaign_id)
    book, now = work.book, work.provenance.at
    opens = time.fromisoformat(book.greetings.opens)
    begins = LocalTime(campaign.plan.starts_on, opens, book.calendar.zone).instant
    campaign.approve(command.customer_ids, due_at=max(now, begins), today=book.today(now))
    if campaign.plan.activity_id is not None:
        activity = work.add(work.for_reading(Activity, campaign.plan.activity_id))
        activity.invite(command.customer_ids, campaign.id)
    return campaign


def pause(work: Work, command: commands.PauseCampaign) -> Campaign:
    """Hold it; its author may, and every manager."""
    campaign = work.own(Campaign, command.campaign_id)
    campaign.pause()
    return campaign


def resume(work: Work, command: commands.ResumeCampaign) -> Campaign:
    """Let it go on."""
    work.principal.require_manager()
    campaign = work.target(Campaign, command.campaign_id)
    campaign.resume()
    return campaign


def cancel(work: Work, command: commands.CancelCampaign) -> Campaign:
    """Call it off; its author may, and every manager."""
    campaign = work.own(Campaign, command.campaign_id)
    campaign.cancel()
    return campaign


def record_answer(work: Work, command: commands.RecordAnswer) -> CampaignMessage:
    """Record what he said; the first time that he is interested, somebody takes it up."""
    work.customer_for_reading(command.customer_id)
    message = work.target(CampaignMessage, campaign_key(command.campaign_id, command.customer_id))
    message.take_answer(command.answer, command.note)
    if command.answer is CampaignAnswer.INTERESTED:
        cause = Cause(message.id, message.version)
        follow_up(work, command.customer_id, message.title, cause, command.note)
    return message


def follow_up(work: Work, customer_id: UUID, summary: str, cause: Cause, details: str = "") -> None:
    """Have his owner follow up, once for the campaign or activity that is the cause."""
    key = named_id("task", TaskKind.FOLLOW_UP, cause.stream_id, customer_id)
    if not work.exists(key):
        customer = work.for_reading(Customer, customer_id)
        kind = TaskKind.FOLLOW_UP
        see_to(work, customer, kind, id=key, summary=summary, details=details, cause=cause)


def _require_activity(work: Work, plan: CampaignPlan) -> None:
    if plan.activity_id is not None:
        work.for_reading(Activity, plan.activity_id)

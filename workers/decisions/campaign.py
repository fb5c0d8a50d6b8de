"""Decides on the messages of campaigns: tell a customer, or say why not (营销活动, R73, R76).

By what the lists say of him, as with greetings, and asked again of the log when the message leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.activity import Activity
from domain.campaign import Campaign, CampaignState
from domain.campaign_message import CampaignMessage
from domain.caring import Cared, silence_for, way_to
from domain.channel import Channel
from domain.policies.book import PolicyBook
from domain.provenance import current_provenance, signing
from domain.silence import Silence
from projections.obligations.queries import ObligationRow
from workers.decisions.office import Office
from workers.decisions.saving import append_once


def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Decide each message by what the lists say; those of a paused campaign wait, still owed."""
    log, book = office.care.log, office.care.book()
    campaigns: dict[Any, Campaign] = log.get_many({each.subject_id for each in obligations})
    activity_ids = {each.plan.activity_id for each in campaigns.values()}
    activities = log.get_many(each for each in activity_ids if each is not None)
    ids = {each.customer_id for each in obligations if each.customer_id is not None}
    customers: dict[Any, Cared] = office.occasions.cared(ids, log)
    complaining = office.complaints.complaining(ids)
    set_up, decided = office.ways_out.read().are_there_for("campaign"), []
    for obligation in obligations:
        campaign, cared = campaigns[obligation.subject_id], customers[obligation.customer_id]
        if campaign.state is CampaignState.PAUSED:
            continue
        activity: Activity | None = activities.get(campaign.plan.activity_id)  # type: ignore[arg-type]  # None is no key
        silence = silence_for(cared, is_offer=True, complains=cared.id in complaining)
        if is_off(campaign, activity):
            silence = Silence.CANCELLED
        way = silence or way_to(cared, book.greetings.channels, set_up)
        with signing(office.signature(now, obligation.key)):
            decided.append(_message(obligation, campaign, activity, cared, way, book=book))
    append_once(log, decided)


def is_off(campaign: Campaign, activity: Activity | None) -> bool:
    """Whether a campaign was called off, or the `activity` that it invites to."""
    is_cancelled = campaign.state is CampaignState.CANCELLED
    return is_cancelled or (activity is not None and activity.is_cancelled)


def _message(
    obligation: ObligationRow,
    campaign: Campaign,
    activity: Activity | None,
    cared: Cared,
    way: Channel | Silence,
    *,
    book: PolicyBook,
) -> CampaignMessage:
    about = {
        "campaign_id": campaign.id,
        "customer_id": cared.id,
        "owner_id": cared.owner_id,
        "title": campaign.plan.title,
        "due_at": obligation.due_at,
    }
    choices, now = cared.choices, current_provenance().at
    day, send_at, expires_at = book.greetings.next_window(
        cared.id, choices.zone or book.calendar.zone, now, campaign.plan.starts_on
    )
    # Nobody is invited to what has begun.
    begins_at = activity.plan.starts_at if activity is not None else expires_at
    is_late = day > campaign.plan.ends_on or send_at >= begins_at
    if is_late and not isinstance(way, Silence):
        way = Silence.MISSED_WINDOW
    if isinstance(way, Silence):
        return CampaignMessage.skip(reason=way, **about)
    return CampaignMessage.issue(
        send_at=send_at,
        expires_at=min(expires_at, begins_at),
        channel=way,
        language=choices.language,
        **about,
    )

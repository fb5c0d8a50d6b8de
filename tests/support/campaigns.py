"""Campaigns and activities of the examples, and whatever can happen to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.access import Principal
from domain.activity import Activity, ActivityKind, ActivityPlan
from domain.aggregate import CareAggregate
from domain.campaign import Campaign, CampaignPlan, CampaignWords
from domain.campaign_message import CampaignAnswer, CampaignMessage
from domain.care_choices import TextLanguage
from domain.channel import Channel
from domain.grade import Grade
from domain.segment import Segment
from domain.silence import Silence
from tests.support.moments import LI, NOW, TODAY, TOMORROW, ZHAO, an_id, at, signed

WORDS = (
    CampaignWords(
        language=TextLanguage.CHINESE, subject="新品：{{company}}", body="{{name}}，您好！{{owner}}"
    ),
    CampaignWords(language=TextLanguage.ENGLISH, subject="New for you", body="Dear {{name}}"),
)


def a_campaign_plan(**changes: Any) -> CampaignPlan:
    fields = {"title": "橡木地板", "words": WORDS, "starts_on": TODAY, "ends_on": TOMORROW}
    return CampaignPlan(**{**fields, **changes})


def a_campaign(**changes: Any) -> Campaign:
    """Return a campaign that Li has planned."""
    with signed(by=LI):
        return Campaign.devise(a_campaign_plan(**changes), today=TODAY)


def an_activity_plan(**changes: Any) -> ActivityPlan:
    fields = {
        "title": "答谢会",
        "kind": ActivityKind.PARTY,
        "starts_at": NOW + timedelta(days=7),
        "place": "上海大剧院",
        "capacity": 2,
    }
    return ActivityPlan(**{**fields, **changes})


def an_activity(**changes: Any) -> Activity:
    """Return an activity that Li has planned, with two places."""
    with signed(by=LI):
        return Activity.arrange(an_activity_plan(**changes))


def campaigns() -> list[CareAggregate]:
    """Return campaigns and their messages with all that can happen to them."""
    segment = Segment(grades=(Grade.A, Grade.B), tag="展会", bought_since=TODAY)
    campaign, whom = a_campaign(segment=segment), an_id("customer")
    with signed(by=LI):
        campaign.amend(a_campaign_plan(title="橡木地板上市"), today=TODAY)
    with signed(by=ZHAO, why="价格有误"):
        campaign.approve([whom], due_at=NOW, today=TODAY)
        campaign.pause()
        campaign.resume()
        campaign.cancel()
    about = {
        "campaign_id": campaign.id, "owner_id": LI.id, "title": "橡木地板上市", "due_at": NOW,
    }  # fmt: skip
    with signed(by=Principal.system("decisions")):
        told = CampaignMessage.issue(
            customer_id=whom, send_at=at(TODAY, 9), expires_at=at(TODAY, 20), channel=Channel.SMS,
            language=TextLanguage.CHINESE, **about,
        )  # fmt: skip
        other = an_id("another customer")
        skipped = CampaignMessage.skip(customer_id=other, reason=Silence.NO_CONSENT, **about)
    with signed(by=LI):
        told.take_answer(CampaignAnswer.INTERESTED, "要报价")
    return [campaign, told, skipped]


def an_activitys_history() -> Activity:
    """Return an activity with all that can happen to one, though never to the same."""
    activity, guest = an_activity(capacity=1), an_id("customer")
    with signed(by=LI):
        activity.amend(an_activity_plan(capacity=1, details="着正装"))
        activity.invite([guest])
        activity.accept(guest, may_wait=False)
        activity.decline(guest)
        waits = Activity.GuestWaitlisted
        activity.trigger_event(waits, customer_id=guest, title=activity.plan.title)
    with signed(NOW + timedelta(days=8), by=LI):
        day = TODAY + timedelta(days=8)
        activity.record_attendance([guest], [], today=day, held_on=day)
        activity.record_attendance([], [guest], today=day, held_on=day)
    with signed(by=ZHAO, why="场地有变"):
        activity.trigger_event(Activity.Cancelled)
    return activity

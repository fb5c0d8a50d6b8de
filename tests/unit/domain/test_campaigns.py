"""Campaigns: planned, and approved by somebody other than whoever wrote them (R73, R76)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.activity import Activity
from domain.campaign import MOST_CUSTOMERS, Campaign, CampaignState
from domain.campaign_commands import (
    AmendCampaign,
    ApproveCampaign,
    CancelCampaign,
    PauseCampaign,
    PlanCampaign,
    ResumeCampaign,
)
from domain.errors import (
    AlreadyOverError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    OwnApprovalError,
    ReasonRequiredError,
)
from tests.support.campaigns import WORDS, a_campaign, a_campaign_plan, an_activity
from tests.support.moments import NOW, QIAN, TODAY, WANG, YESTERDAY, ZHAO, an_id, signed
from tests.support.scenario import an_event, given

WHOM = (an_id("customer"), an_id("another customer"))


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"title": " "}, "title", "required"),
        ({"words": WORDS[:1]}, "words", "both-languages"),
        ({"words": (WORDS[0], WORDS[0])}, "words", "both-languages"),
        ({"ends_on": YESTERDAY}, "ends_on", "out-of-range"),
        ({"ends_on": TODAY + timedelta(days=60)}, "ends_on", "out-of-range"),
    ],
)
def test_a_plan_that_nobody_could_carry_out_is_refused(
    changes: dict[str, Any], field: str, problem: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        a_campaign_plan(**changes)

    assert (refused.value.fields["field"], refused.value.fields["problem"]) == (field, problem)


@pytest.mark.parametrize(
    ("slip", "problem", "value"),
    [
        ("{name}，您好", "stray-brace", "{name}"),
        ("{{姓名}}，您好", "stray-brace", "{{姓名}}"),
        ("｛｛name｝｝，您好", "stray-brace", "｛｛name｝｝"),
        ("{{name}，您好", "stray-brace", "{{name}"),
        ("{{name}}}，您好", "stray-brace", "}"),
        ("请于{{on}}光临{{place}}", "unknown-variable", "on"),  # invites to nothing
    ],
)
def test_words_with_a_slip_that_customers_would_read_are_refused(
    slip: str, problem: str, value: str
) -> None:
    plan = a_campaign_plan(words=(replace(WORDS[0], body=slip), WORDS[1]))
    refused = {"field": "words", "problem": problem, "value": value}
    given().when(PlanCampaign(plan=plan)).then_refused(InvalidError, **refused)

    # What was planned before that was asked for is still there, and goes out to nobody.
    with signed(by=QIAN):
        earlier = Campaign.begin(Campaign.Planned, plan=plan)
    given(earlier).when(approval(earlier, *WHOM), by=ZHAO).then_refused(InvalidError, **refused)


def test_days_that_are_over_and_activities_that_are_not_there_cannot_be_planned_for() -> None:
    over = a_campaign_plan(starts_on=YESTERDAY, ends_on=YESTERDAY)
    given().when(PlanCampaign(plan=over)).then_refused(
        InvalidError, field="ends_on", problem="in-the-past"
    )
    given().when(PlanCampaign(plan=a_campaign_plan(activity_id=an_id("x")))).then_refused(
        NotFoundError
    )


def approval(campaign: Campaign, *customer_ids: UUID) -> ApproveCampaign:
    return ApproveCampaign(campaign_id=campaign.id, customer_ids=customer_ids)


def approved(**changes: Any) -> Campaign:
    campaign = a_campaign(**changes)
    with signed(by=ZHAO):
        campaign.approve(WHOM, due_at=NOW, today=TODAY)
    return campaign


def test_a_manager_approves_and_each_customer_is_named_once() -> None:
    campaign = a_campaign()
    asked = given(campaign)
    asked.when(approval(campaign, *WHOM), by=WANG).then_refused(ForbiddenError)
    running = asked.when(approval(campaign, *WHOM, WHOM[0]), by=ZHAO).then(
        an_event(Campaign.Approved, audience_count=2),
        an_event(Campaign.AudienceNamed, customer_ids=list(WHOM)),
    )

    assert running.state is CampaignState.APPROVED


def test_nobody_approves_what_he_wrote_himself_or_changed_last() -> None:
    campaign = a_campaign()
    asked = given(campaign)
    amend = AmendCampaign(campaign_id=campaign.id, changes={"title": "另一个"})
    asked.when(amend, by=WANG).then_refused(ForbiddenError)
    asked.when(amend, by=ZHAO).then(an_event(Campaign.Amended))

    asked.when(approval(campaign, *WHOM), by=ZHAO).then_refused(OwnApprovalError)
    asked.when(approval(campaign, *WHOM), by=QIAN).then(
        an_event(Campaign.Approved), an_event(Campaign.AudienceNamed)
    )


def test_an_audience_of_nobody_or_of_far_too_many_is_refused() -> None:
    campaign = a_campaign()
    asked, many = given(campaign), (UUID(int=number) for number in range(MOST_CUSTOMERS + 1))

    asked.when(approval(campaign), by=ZHAO).then_refused(InvalidError, problem="nobody")
    asked.when(approval(campaign, *many), by=ZHAO).then_refused(InvalidError, problem="too-many")


def test_once_approved_it_stays_as_it_was_read_and_can_be_held_and_called_off() -> None:
    running = approved()
    asked, cancel = given(running), CancelCampaign(campaign_id=running.id)
    amend = AmendCampaign(campaign_id=running.id, changes={"title": "另一个"})

    asked.when(amend).then_refused(AlreadyOverError, state="approved")
    asked.when(ResumeCampaign(campaign_id=running.id), by=ZHAO).then_refused(AlreadyOverError)
    asked.when(PauseCampaign(campaign_id=running.id)).then(an_event(Campaign.Paused))
    asked.when(ResumeCampaign(campaign_id=running.id)).then_refused(ForbiddenError)
    asked.when(ResumeCampaign(campaign_id=running.id), by=ZHAO).then(an_event(Campaign.Resumed))
    asked.when(cancel).then_refused(ReasonRequiredError)
    asked.when(cancel, by=WANG, why="价格有误").then_refused(ForbiddenError)
    asked.when(cancel, why="价格有误").then(an_event(Campaign.Cancelled))
    asked.when(cancel, why="价格有误").then_refused(AlreadyOverError, state="cancelled")


def test_whom_a_campaign_about_an_activity_goes_to_is_invited_in_the_same_save() -> None:
    activity = an_activity()
    campaign = a_campaign(activity_id=activity.id)
    invited = [
        an_event(Activity.GuestInvited, customer_id=each, campaign_id=campaign.id) for each in WHOM
    ]

    given(activity, campaign).when(approval(campaign, *WHOM), by=ZHAO).then(
        an_event(Campaign.Approved), an_event(Campaign.AudienceNamed), *invited
    )

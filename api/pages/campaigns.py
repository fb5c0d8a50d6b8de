"""Campaigns (营销活动): what is told to whom, in which words, and what came of it (R76)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from api.audiences import audience_of, forecast, not_set_up
from api.pages.frame import page_blueprint, read_query, show
from api.pages.roster import colleagues
from api.service import the_principal, the_service
from api.v1.campaigns import campaigns_page, counting, messages_page, the_campaign, words_of
from api.v1.schemas.campaigns import ResultsPage
from api.v1.schemas.query import PageQuery
from domain.access import Grant
from domain.campaign import VARIABLES, Campaign, CampaignState
from domain.customer import Customer
from domain.grade import DealStage, Demand, Grade, Importance
from domain.plain import to_plain

blueprint = page_blueprint("campaigns")

STEPS: dict[CampaignState, tuple[str, ...]] = {
    CampaignState.PLANNED: ("approval", "cancellation"),
    CampaignState.APPROVED: ("pause", "cancellation"),
    CampaignState.PAUSED: ("resumption", "cancellation"),
    CampaignState.CANCELLED: (),
}
"""What may be done at each state, by its place in the API."""

USUAL_RUN = timedelta(days=7)
"""How long a campaign goes out unless somebody says otherwise."""

MOST_ACTIVITIES = 100
"""How many of the latest activities are looked at for those that are still ahead."""

WINDOWS = (7, 30, 90)
"""Within how many days a purchase counts, in one step."""

FIGURES = ("audience", "owed", "reached", "failed", "unknown", "skipped", "answered", "interested",
           "bought")  # fmt: skip
"""What is counted of the customers of a campaign."""


@blueprint.get("/care/campaigns")
def list_campaigns() -> Response:
    """Show every campaign, the newest first."""
    body, _ = campaigns_page(read_query(PageQuery))
    return show("campaigns.html", rows=body["items"], next_cursor=body.get("next_cursor"))


@blueprint.get("/care/campaigns/new")
def ask() -> Response:
    """Show the form for another campaign, which tells whom it would go to while it is filled."""
    return _form(None)


@blueprint.get("/care/campaigns/<uuid:campaign_id>/plan")
def amend(campaign_id: UUID) -> Response:
    """Show the same form for a campaign that is not approved yet."""
    return _form(the_campaign(campaign_id))


def _form(campaign: Campaign | None) -> Response:
    the_principal().require(Grant.WRITE)
    now = the_service().now()
    activities = the_service().read.campaigns.activities(limit=MOST_ACTIVITIES)
    return show(
        "plan_campaign.html",
        campaign=campaign,
        last=the_service().today() + USUAL_RUN,
        activities=[row for row in activities if row.starts_at > now and not row.is_cancelled],
        choices=segment_choices(),
        colleagues=colleagues(),
        variables=sorted(VARIABLES),
        not_set_up=not_set_up(the_service().read, "campaign"),
    )


def segment_choices() -> dict[str, list[str]]:
    """Return what one can choose between among the criteria of a segment."""
    axes = {"grades": Grade, "deal_stage": DealStage, "importance": Importance, "demand": Demand}
    return {name: [each.value for each in axis] for name, axis in axes.items()}


@blueprint.get("/care/campaigns/<uuid:campaign_id>")
def show_campaign(campaign_id: UUID) -> Response:
    """Show a campaign: the words as a customer reads them, its next step, what came of it."""
    campaign, query = the_campaign(campaign_id), read_query(ResultsPage)
    service, visibility = the_service(), the_principal().visibility
    body, _ = messages_page(query, campaign_id)
    segment = to_plain(campaign.plan.segment)
    is_planned = campaign.state is CampaignState.PLANNED
    is_own = campaign.author == the_principal().name
    may_amend = Grant.WRITE in the_principal().grants and (is_own or the_principal().is_manager)
    steps = _steps(campaign, is_own=is_own) if campaign.plan.ends_on >= service.today() else []
    audience = audience_of(service.read, campaign.plan.segment, visibility) if is_planned else ()
    some = body["items"][0].customer_id if body["items"] else next(iter(audience), None)
    return show(
        "campaign.html",
        campaign=campaign,
        criteria={name: value for name, value in segment.items() if value},
        steps=steps,
        is_own=is_own and is_planned,
        may_amend=may_amend and is_planned,
        windows=WINDOWS,
        within_days=query["within_days"],
        forecast=forecast(service.read, audience) if is_planned else None,
        results=service.read.campaigns.results(campaign_id, visibility, counting(query)),
        figures=FIGURES,
        rows=body["items"],
        next_cursor=body.get("next_cursor"),
        **_preview(campaign, some),
    )


def _steps(campaign: Campaign, *, is_own: bool) -> list[str]:
    """Return what whoever looks may do next."""
    is_manager = the_principal().is_manager
    may = {"approval": is_manager and not is_own, "resumption": is_manager}
    return [step for step in STEPS[campaign.state] if may.get(step, is_own or is_manager)]


def _preview(campaign: Campaign, customer_id: UUID | None) -> dict[str, Any]:
    """Return the words in each language, as the customer would read them if there is one."""
    customer = the_service().read.log.get(customer_id) if customer_id else None
    if not isinstance(customer, Customer):
        return {"words": campaign.plan.words, "sample": None}
    plan = campaign.plan
    words = [words_of(each, plan.activity_id, customer) for each in plan.words]
    return {"words": words, "sample": customer}

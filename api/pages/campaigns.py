"""Campaigns (营销活动): what is told to whom, in which words, and what came of it (R76)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.audiences import audience_of, forecast
from api.pages.frame import page_blueprint, read_query, show
from api.service import the_principal, the_service
from api.v1.campaigns import campaigns_page, counting, messages_page, the_campaign, words_of
from api.v1.schemas.campaigns import ResultsPage
from api.v1.schemas.query import PageQuery
from domain.campaign import Campaign, CampaignState
from domain.customer import Customer
from domain.plain import to_plain

blueprint = page_blueprint("campaigns")

STEPS: dict[CampaignState, tuple[str, ...]] = {
    CampaignState.PLANNED: ("approval", "cancellation"),
    CampaignState.APPROVED: ("pause", "cancellation"),
    CampaignState.PAUSED: ("resumption", "cancellation"),
    CampaignState.CANCELLED: (),
}
"""What may be done at each state, by its place in the API."""

FIGURES = ("audience", "owed", "reached", "failed", "unknown", "skipped", "answered", "interested",
           "bought")  # fmt: skip
"""What is counted of the customers of a campaign."""


@blueprint.get("/care/campaigns")
def list_campaigns() -> Response:
    """Show every campaign, the newest first."""
    body, _ = campaigns_page(read_query(PageQuery))
    return show("campaigns.html", rows=body["items"], next_cursor=body.get("next_cursor"))


@blueprint.get("/care/campaigns/<uuid:campaign_id>")
def show_campaign(campaign_id: UUID) -> Response:
    """Show a campaign: the words as a customer reads them, its next step, what came of it."""
    campaign, query = the_campaign(campaign_id), read_query(ResultsPage)
    service, visibility = the_service(), the_principal().visibility
    body, _ = messages_page(query, campaign_id)
    segment = to_plain(campaign.plan.segment)
    is_planned = campaign.state is CampaignState.PLANNED
    audience = audience_of(service.read, campaign.plan.segment, visibility) if is_planned else ()
    some = body["items"][0].customer_id if body["items"] else next(iter(audience), None)
    return show(
        "campaign.html",
        campaign=campaign,
        criteria={name: value for name, value in segment.items() if value},
        steps=STEPS[campaign.state] if campaign.plan.ends_on >= service.today() else (),
        forecast=forecast(service.read, audience) if is_planned else None,
        results=service.read.campaigns.results(campaign_id, visibility, counting(query)),
        figures=FIGURES,
        rows=body["items"],
        next_cursor=body.get("next_cursor"),
        **_preview(campaign, some),
    )


def _preview(campaign: Campaign, customer_id: UUID | None) -> dict[str, Any]:
    """Return the words in each language, as the customer would read them if there is one."""
    customer = the_service().read.log.get(customer_id) if customer_id else None
    if not isinstance(customer, Customer):
        return {"words": campaign.plan.words, "sample": None}
    words = [words_of(campaign.plan, customer, each.language) for each in campaign.plan.words]
    return {"words": words, "sample": customer}

"""Campaigns: planned, approved by somebody else, told once to each, and what came of it (R76)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from api import representations
from api.audiences import Draft, audience_of, forecast
from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.service import carry_out, the_principal, the_service
from api.v1.customers import visible_customer
from api.v1.lists import listed
from api.v1.schemas import campaigns as schemas
from api.v1.schemas.complaints import Reason
from api.v1.schemas.greetings import Preview
from api.v1.schemas.query import PageQuery
from api.v1.schemas.rows import page_of
from api.v1.writes import written
from domain import campaign_commands as commands
from domain.access import Grant
from domain.activity import Activity
from domain.campaign import Campaign, CampaignPlan, CampaignWords
from domain.campaign_message import CampaignMessage
from domain.care_choices import TextLanguage
from domain.caring import choices_of
from domain.commands import Command
from domain.customer import Customer
from domain.errors import NotFoundError
from domain.plain import from_plain, to_plain
from projections.campaigns.queries import After
from workers.customer_words import Words, campaign_words_for

blueprint = Blueprint("campaigns", "campaigns", description="营销活动 Campaigns")

Answer = tuple[dict[str, Any], dict[str, str]]

CAMPAIGN = "/campaigns/<uuid:campaign_id>"


@blueprint.post("/campaigns", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Campaign)
@blueprint.arguments(schemas.NewCampaign)
def plan_campaign(body: dict[str, Any], idempotency_key: str) -> Answer:
    """Plan a campaign; nobody is told before somebody other than its author approves it."""
    command = commands.PlanCampaign(plan=from_plain(CampaignPlan, to_plain(body)))
    receipt = carry_out(command, idempotency_key=idempotency_key)
    location = {"Location": f"/api/v1/campaigns/{receipt.subject_id}"}
    return _shown(receipt.subject), representations.replay_headers(receipt) | location


@blueprint.get("/campaigns", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.CampaignRow))
@blueprint.arguments(PageQuery, location="query")
def list_campaigns(query: dict[str, Any]) -> Answer:
    """List campaigns, the newest first."""
    return campaigns_page(query)


def campaigns_page(query: dict[str, Any]) -> Answer:
    """Return the page of campaigns that `query` asks for, in rows."""
    campaigns = the_service().read.campaigns
    return listed(
        query, tuple[datetime, UUID], campaigns.page, lambda row: (row.planned_at, row.campaign_id)
    )


@blueprint.get(CAMPAIGN, needs=Grant.READ)
@blueprint.shows(200, schemas.Campaign)
def get_campaign(campaign_id: UUID) -> Answer:
    """Return a campaign as it stands."""
    campaign = the_campaign(campaign_id)
    return _shown(campaign), version_headers(campaign.version)


@blueprint.patch(CAMPAIGN, needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(200, schemas.Campaign)
@blueprint.arguments(schemas.CampaignPatch)
def amend_campaign(
    body: dict[str, Any], campaign_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Change a plan that is not approved yet."""
    command = commands.AmendCampaign(campaign_id=campaign_id, changes=body)
    return _changed(command, expected_version, idempotency_key)


@blueprint.get(f"{CAMPAIGN}/audience", needs=Grant.READ)
@blueprint.shows(200, schemas.Forecast)
def forecast_campaign(campaign_id: UUID) -> Answer:
    """Say whom it would go to if whoever asks approved it now, and who would not be told."""
    read, segment = the_service().read, the_campaign(campaign_id).plan.segment
    return asdict(forecast(read, audience_of(read, segment, the_principal().visibility))), {}


@blueprint.get(f"{CAMPAIGN}/preview", needs=Grant.READ)
@blueprint.shows(200, Preview)
@blueprint.arguments(schemas.PreviewQuery, location="query")
def preview_campaign(query: dict[str, Any], campaign_id: UUID) -> Answer:
    """Show the words that a customer would read."""
    plan, customer = the_campaign(campaign_id).plan, visible_customer(query["customer_id"])
    language = TextLanguage(query.get("language") or choices_of(customer).language)
    return _read_by(words_of(plan.words_in(language), plan.activity_id, customer)), {}


@blueprint.post("/campaigns/preview", needs=Grant.READ)
@blueprint.shows(200, schemas.PlanPreview)
@blueprint.arguments(schemas.Draft)
def preview_plan(body: dict[str, Any]) -> Answer:
    """Say whom a plan would go to, and how the first of them would read it; nothing is written.

    For whoever is still writing it: each part may be left out. The answer names nobody when the
    segment comes to nobody, and then has no words either.
    """
    draft = from_plain(Draft, to_plain(body))
    read = the_service().read
    audience = audience_of(read, draft.segment, the_principal().visibility)
    shown: dict[str, Any] = {"audience": asdict(forecast(read, audience))}
    first = read.log.get(audience[0]) if audience else None
    if not isinstance(first, Customer):
        return shown | {"customer_name": None, "words": []}, {}
    words = [words_of(each, draft.activity_id, first) for each in draft.words]
    name = first.card.get("company") or first.card.get("name")
    return shown | {"customer_name": name, "words": [_read_by(each) for each in words]}, {}


def _read_by(words: Words) -> dict[str, Any]:
    return {"subject": words.subject, "body": words.body, "language": words.language}


def words_of(words: CampaignWords, activity_id: UUID | None, customer: Customer) -> Words:
    """Return the words that a customer would read; `activity_id` is what they invite to."""
    read = the_service().read
    activity = read.log.get(activity_id) if activity_id else None
    return campaign_words_for(
        customer,
        words,
        activity.plan if isinstance(activity, Activity) else None,
        owner=read.people.get(customer.owner_id) if customer.owner_id else None,
        zone=read.care.book().calendar.tz,
    )


@blueprint.post(f"{CAMPAIGN}/approval", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Campaign)
@blueprint.arguments(schemas.Reasoned)
def approve_campaign(
    body: dict[str, Any], campaign_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Let it go out to the customers in scope whom its segment comes to now; for managers."""
    the_principal().require_manager()
    read, segment = the_service().read, the_campaign(campaign_id).plan.segment
    whom = audience_of(read, segment, the_principal().visibility)
    command = commands.ApproveCampaign(campaign_id=campaign_id, customer_ids=whom)
    return _changed(command, expected_version, idempotency_key, body.get("reason", ""))


@blueprint.post(f"{CAMPAIGN}/pause", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Campaign)
@blueprint.arguments(schemas.Reasoned)
def pause_campaign(
    body: dict[str, Any], campaign_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Send nothing more for the time being."""
    command = commands.PauseCampaign(campaign_id=campaign_id)
    return _changed(command, expected_version, idempotency_key, body.get("reason", ""))


@blueprint.post(f"{CAMPAIGN}/resumption", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Campaign)
@blueprint.arguments(schemas.Reasoned)
def resume_campaign(
    body: dict[str, Any], campaign_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Let it go on; for managers."""
    command = commands.ResumeCampaign(campaign_id=campaign_id)
    return _changed(command, expected_version, idempotency_key, body.get("reason", ""))


@blueprint.post(f"{CAMPAIGN}/cancellation", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Campaign)
@blueprint.arguments(Reason)
def cancel_campaign(
    body: dict[str, Any], campaign_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Call it off, with a reason; who was not told yet never is."""
    command = commands.CancelCampaign(campaign_id=campaign_id)
    return _changed(command, expected_version, idempotency_key, body["reason"])


@blueprint.post(f"{CAMPAIGN}/answers", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Answer)
@blueprint.arguments(schemas.NewAnswer)
def record_answer(body: dict[str, Any], campaign_id: UUID, idempotency_key: str) -> Answer:
    """Record what a customer said; who is interested becomes a task of his owner."""
    command = commands.RecordAnswer(campaign_id=campaign_id, **body)
    return written(command, _answer, idempotency_key)


@blueprint.get(f"{CAMPAIGN}/messages", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.CampaignMessageRow))
@blueprint.arguments(schemas.ResultsPage, location="query")
def list_campaign_messages(query: dict[str, Any], campaign_id: UUID) -> Answer:
    """List how it stands with each customer in scope: told, skipped and why, answered, bought."""
    return messages_page(query, campaign_id)


def messages_page(query: dict[str, Any], campaign_id: UUID) -> Answer:
    """Return the page of a campaign's customers that `query` asks for, in rows."""
    the_campaign(campaign_id)
    campaigns, visibility = the_service().read.campaigns, the_principal().visibility
    return listed(
        query,
        tuple[UUID],
        lambda after, limit: campaigns.messages(
            campaign_id, visibility, counting(query), after=after, limit=limit
        ),
        lambda row: (row.customer_id,),
    )


@blueprint.get(f"{CAMPAIGN}/results", needs=Grant.READ)
@blueprint.shows(200, schemas.CampaignResults)
@blueprint.arguments(schemas.ResultsQuery, location="query")
def count_campaign(query: dict[str, Any], campaign_id: UUID) -> Answer:
    """Count what came of it with the customers in scope."""
    the_campaign(campaign_id)
    visibility = the_principal().visibility
    found = the_service().read.campaigns.results(campaign_id, visibility, counting(query))
    return asdict(found), {}


def counting(query: dict[str, Any]) -> After:
    """Return which purchases count."""
    zone = the_service().read.care.book().calendar.zone
    return After(days=query["within_days"], zone=zone)


def the_campaign(campaign_id: UUID) -> Campaign:
    """Return a campaign; NotFoundError when there is none."""
    campaign = the_service().read.log.get(campaign_id)
    if not isinstance(campaign, Campaign):
        raise NotFoundError(of="campaign", id=str(campaign_id))
    return campaign


def _changed(
    command: Command, expected_version: int, idempotency_key: str, why: str = ""
) -> Answer:
    return written(command, _shown, idempotency_key, expected_version=expected_version, why=why)


def _answer(message: CampaignMessage) -> dict[str, Any]:
    return {
        "campaign_id": message.campaign_id,
        "customer_id": message.customer_id,
        "answer": message.answer,
    }


def _shown(campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "version": campaign.version,
        "state": campaign.state,
        "author": campaign.author,
        "audience_count": campaign.audience_count,
        **to_plain(campaign.plan),
    }

"""Campaigns as they come in and go out (营销活动, R73, R76)."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.audiences import Forecast as ForecastRow
from api.v1.schemas.base import EnumText, Id, ListOf, LocalDate, OneOf, StrictSchema, Text
from api.v1.schemas.customers import REASON
from api.v1.schemas.greetings import Preview
from api.v1.schemas.query import PageQuery, QueryNumber
from api.v1.schemas.rows import schema_of
from domain.campaign import LONGEST_TITLE, CampaignState
from domain.campaign_message import CampaignAnswer
from domain.care_choices import TextLanguage
from domain.grade import DealStage, Demand, Grade, Importance
from domain.template import LONGEST_TEXT
from projections.campaigns import queries as campaigns

Forecast = schema_of(ForecastRow)


class Segment(StrictSchema):
    """Criteria that a customer has to meet, all of them; without any, everybody in scope."""

    grades = ListOf(EnumText(Grade), len(Grade))
    owner_id = Id(allow_none=True)
    deal_stage = EnumText(DealStage, allow_none=True)
    importance = EnumText(Importance, allow_none=True)
    demand = EnumText(Demand, allow_none=True)
    industry = Text(100, allow_none=True)
    district = Text(100, allow_none=True)
    region = Text(100, allow_none=True)
    tag = Text(50, allow_none=True)
    last_contact_before = LocalDate(allow_none=True)
    bought_product = Text(200, allow_none=True)
    bought_since = LocalDate(allow_none=True)


class CampaignWords(StrictSchema):
    """What customers read in one language, with variables such as {{name}}."""

    language = EnumText(TextLanguage, required=True)
    subject = Text(200, required=True, metadata={"example": "新品：橡木地板"})
    body = Text(LONGEST_TEXT, lines=True, required=True)


class CampaignPatch(StrictSchema):
    """What changes of a plan that is not approved yet; what is not named stays."""

    title = Text(LONGEST_TITLE)
    words = ListOf(fields.Nested(CampaignWords), len(TextLanguage), minimum=len(TextLanguage))
    starts_on = LocalDate()
    ends_on = LocalDate()
    segment = fields.Nested(Segment)
    activity_id = Id(allow_none=True, metadata={"description": "What the words invite to."})


class NewCampaign(StrictSchema):
    """A plan: what is told to whom on which days, which are dates where each customer lives."""

    title = Text(LONGEST_TITLE, required=True, metadata={"example": "橡木地板上市"})
    words = ListOf(
        fields.Nested(CampaignWords), len(TextLanguage), minimum=len(TextLanguage), required=True
    )
    starts_on = LocalDate(required=True)
    ends_on = LocalDate(required=True)
    segment = fields.Nested(Segment)
    activity_id = Id(allow_none=True, metadata={"description": "What the words invite to."})


class Draft(StrictSchema):
    """A plan while it is written; what is left out is not asked for."""

    segment = fields.Nested(Segment)
    words = ListOf(fields.Nested(CampaignWords), len(TextLanguage))
    activity_id = Id(allow_none=True, metadata={"description": "What the words invite to."})


class Campaign(Schema):
    """A campaign as it stands; `version` is the ETag of the next step."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    state = EnumText(CampaignState, required=True)
    author = fields.String(required=True)
    title = fields.String(required=True)
    words = fields.List(fields.Nested(CampaignWords), required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    segment = fields.Nested(Segment, required=True)
    activity_id = fields.UUID(required=True, allow_none=True)
    audience_count = fields.Integer(required=True)


class PlanPreview(Schema):
    """Whom a plan would go to, and the words as the first of them, `customer_name`, reads them."""

    audience = fields.Nested(Forecast, required=True)
    customer_name = fields.String(required=True, allow_none=True)
    words = fields.List(fields.Nested(Preview), required=True)


class NewAnswer(StrictSchema):
    """What a customer said to what he was told; who is interested becomes a task."""

    customer_id = Id(required=True)
    answer = EnumText(CampaignAnswer, required=True)
    note = Text(1_000, lines=True)


class Answer(Schema):
    """What a customer answered."""

    campaign_id = fields.UUID(required=True)
    customer_id = fields.UUID(required=True)
    answer = EnumText(CampaignAnswer, required=True)


class PreviewQuery(StrictSchema):
    """For which customer, and in which language; his own when none is named."""

    customer_id = Id(required=True)
    language = OneOf(tuple(TextLanguage))


def _days() -> QueryNumber:
    described = {"description": "Within how many days a purchase counts."}
    return QueryNumber(0, 3_650, load_default=30, metadata=described)


class ResultsQuery(StrictSchema):
    """What counts as a purchase that followed."""

    within_days = _days()


class ResultsPage(PageQuery):
    """What counts as a purchase that followed, page by page."""

    within_days = _days()


class Reasoned(StrictSchema):
    """Why, if there is anything to say."""

    reason = Text(500, metadata=REASON)


CampaignRow = schema_of(campaigns.CampaignRow)
CampaignMessageRow = schema_of(campaigns.CampaignMessageRow)
CampaignResults = schema_of(campaigns.CampaignResults)

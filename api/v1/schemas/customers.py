"""Customers, contacts, regradings, owners and purchases as they come in and go out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from api.explanations import Explanation
from api.pool_standing import PoolStanding
from api.v1.schemas.base import (
    DecimalText,
    EnumText,
    Flag,
    Id,
    ListOf,
    LocalDate,
    StrictSchema,
    Text,
    WholeNumber,
)
from api.v1.schemas.rows import schema_of
from domain import journal
from domain.card import CardSource, Verification
from domain.contact import BEST_SATISFACTION, ContactMethod, ContactPurpose
from domain.grade import DealStage, Demand, Grade, Importance, Urgency
from domain.journal import JournalKind
from domain.priority import Pressure, Severity
from projections.purchases import queries as purchases

REASON = {"description": "Why; kept with the event and shown to auditors."}

YEARLY_DAY = {
    "description": (
        "A day that returns every year, with or without its year: 1990-05-01, 05-01, 5月1日, of the"
        " lunar calendar lunar:1990-05-01, 农历八月十五, 闰六月初一. Kept as 1990-05-01, --05-01 or"
        " lunar:--06L-01 (L marks a leap month)."
    ),
    "example": "lunar:--08-15",
}


def _card_fields(**options: Any) -> dict[str, fields.Field[Any]]:
    return {
        "company": Text(200, **options),
        "contact": Text(100, **options),
        "phones": ListOf(Text(40), 10, **options),
        "email": Text(254, **options),
        "wechat": Text(100, **options),
        "address": Text(500, **options),
        "birthday": Text(40, **options, metadata=YEARLY_DAY),
        "company_day": Text(40, **options, metadata=YEARLY_DAY),
        "needs": Text(4_000, lines=True, **options),
        "notes": Text(4_000, lines=True, **options),
    }


def _classification_fields(**options: Any) -> dict[str, fields.Field[Any]]:
    short = ("industry", "level", "district", "region", "business_status")
    kinds = ("ownership_kind", "outlet_kind", "size", "route")
    return {
        "deal_stage": EnumText(DealStage),
        "importance": EnumText(Importance),
        "demand": EnumText(Demand, **options),
        "needed_by": LocalDate(**options),
        "expected_on": LocalDate(**options),
        **{name: Text(100, **options) for name in (*short, *kinds)},
        "route_position": WholeNumber(0, 1_000_000, **options),
        "tags": ListOf(Text(50), 50, **options),
    }


class NewCustomer(StrictSchema.from_dict({**_card_fields(), **_classification_fields()})):  # type: ignore[misc]
    """A customer's file to be opened (建档).

    Without `owner_id` a representative becomes the owner himself. Without `grade` it follows from
    `demand` and `expected_on`. Phones are taken as Chinese unless they carry a country code.
    """

    name = Text(200, required=True, metadata={"example": "张三"})
    reference = Text(100, metadata={"description": "The company's own number of the customer."})
    source = EnumText(CardSource, load_default=CardSource.REP_VISIT)
    source_cost = DecimalText()
    owner_id = Id()
    second_owner_id = Id()
    grade = EnumText(Grade)
    promised_on = LocalDate(metadata={"description": "A first contact promised to the customer."})
    shares_company = Flag(
        metadata={"description": "A manager accepts that the company is on file already."}
    )
    reason = Text(500, metadata=REASON)


class CustomerPatch(
    StrictSchema.from_dict(  # type: ignore[misc]
        {**_card_fields(allow_none=True), **_classification_fields(allow_none=True)}
    )
):
    """Fields to correct; null empties one. Corrections of the card need a reason (R6)."""

    name = Text(200)
    shares_company = Flag()
    reason = Text(500, metadata=REASON)


Due = schema_of(journal.Due)


class Customer(StrictSchema):
    """A customer as he stands; `version` is the ETag of the next change."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    company = fields.String(required=True)
    contact = fields.String(required=True)
    phones = fields.List(fields.String(), required=True)
    email = fields.String(required=True)
    wechat = fields.String(required=True)
    address = fields.String(required=True)
    birthday = fields.String(required=True)
    company_day = fields.String(required=True)
    needs = fields.String(required=True)
    notes = fields.String(required=True)
    reference = fields.String(required=True)
    owner_id = fields.UUID(required=True, allow_none=True)
    second_owner_id = fields.UUID(required=True, allow_none=True)
    grade = EnumText(Grade, required=True)
    journal = EnumText(JournalKind, required=True)
    deal_stage = EnumText(DealStage, required=True)
    importance = EnumText(Importance, required=True)
    demand = EnumText(Demand, required=True, allow_none=True)
    needed_by = fields.Date(required=True, allow_none=True)
    urgency = EnumText(Urgency, required=True, allow_none=True)
    expected_on = fields.Date(required=True, allow_none=True)
    industry = fields.String(required=True)
    level = fields.String(required=True)
    district = fields.String(required=True)
    region = fields.String(required=True)
    business_status = fields.String(required=True)
    ownership_kind = fields.String(required=True)
    outlet_kind = fields.String(required=True)
    size = fields.String(required=True)
    route = fields.String(required=True)
    route_position = fields.Integer(required=True, allow_none=True)
    tags = fields.List(fields.String(), required=True)
    verification = EnumText(Verification, required=True)
    registered_on = fields.Date(required=True)
    last_contact_on = fields.Date(required=True, allow_none=True)
    due = fields.Nested(Due, required=True)
    follow_up_level = fields.Integer(
        required=True, metadata={"description": "The rung the overdue follow-up climbed, 0: none."}
    )
    is_flagged = fields.Boolean(required=True)
    recorded_at = fields.DateTime(required=True)


class Why(Schema):
    """When a customer is due, by which rule, and how he stands to the pool; all of it in words.

    `explanations` are those of his due date, his grade and his owner, then of what was decided
    about him in log order: escalations, greetings, what was left undone, returns to the pool.
    """

    due = fields.Nested(Due, required=True)
    text = fields.String(
        required=True, metadata={"description": "In the language of Accept-Language."}
    )
    pool = fields.Nested(schema_of(PoolStanding), required=True)
    explanations = fields.List(fields.Nested(schema_of(Explanation)), required=True)


class NewGrievance(StrictSchema):
    """What the customer complained about in a contact."""

    summary = Text(500, required=True)
    details = Text(10_000, lines=True)
    severity = EnumText(Severity)
    pressure = EnumText(Pressure)


class NewContact(StrictSchema):
    """A contact that took place (跟进记录), with its grade decision and the next date.

    Without `contacted_on` it was today. Without `grade` and `demand` the grade is kept; with
    `demand` it is assessed. A `promised_on` later than the grade allows needs `defer_reason`.
    `task_id` is an open task of the customer that the contact has done. An opinion or suggestion
    becomes a task of the owner unless `needs_action` is false or it is taken in as a `complaint`.
    """

    method = EnumText(ContactMethod, required=True)
    contacted_on = LocalDate()
    purpose = EnumText(ContactPurpose, load_default=ContactPurpose.FOLLOW_UP)
    text = Text(10_000, lines=True)
    feedback = Text(10_000, lines=True, metadata={"description": "The customer's opinion."})
    suggestions = Text(10_000, lines=True)
    satisfaction = WholeNumber(
        1, BEST_SATISFACTION, metadata={"description": "The customer's own, 1 is worst."}
    )
    grade = EnumText(Grade)
    demand = EnumText(Demand)
    expected_on = LocalDate()
    promised_on = LocalDate(metadata={"description": "下次联系日期"})
    defer_reason = Text(500)
    next_method = EnumText(ContactMethod)
    task_id = Id()
    needs_action = Flag(metadata={"description": "Whether what he said becomes a task (R71)."})
    complaint = fields.Nested(NewGrievance)


class NewQuickNote(StrictSchema):
    """One key (快捷键) that records a whole contact; without a date it was today."""

    key = Text(1, required=True, metadata={"example": "1"})
    contacted_on = LocalDate()


class ContactReceipt(StrictSchema):
    """What a contact or regrading has led to."""

    customer_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    position = fields.Integer(required=True)
    grade = EnumText(Grade, required=True)
    journal = EnumText(JournalKind, required=True)
    last_contact_on = fields.Date(required=True, allow_none=True)
    due = fields.Nested(Due, required=True)
    follow_up_level = fields.Integer(
        required=True, metadata={"description": "The rung the overdue follow-up climbed, 0: none."}
    )
    is_flagged = fields.Boolean(required=True)


class RecordedContact(ContactReceipt):
    """What a contact has led to, with the task and the complaint that it has brought about."""

    task_id = fields.UUID(required=True, allow_none=True)
    complaint_id = fields.UUID(required=True, allow_none=True)


class NewRegrading(StrictSchema):
    """Another grade without a contact, judged by `grade` or assessed from `demand`."""

    grade = EnumText(Grade)
    demand = EnumText(Demand)
    expected_on = LocalDate()
    reason = Text(500, metadata=REASON)


class NewOwner(StrictSchema):
    """Another owner (替换跟单人)."""

    owner_id = Id(required=True)
    reason = Text(500, metadata=REASON)


class NewSecondOwner(StrictSchema):
    """Another second owner (跟单人2), or null for none."""

    owner_id = Id(required=True, allow_none=True)
    reason = Text(500, metadata=REASON)


class NewReturn(StrictSchema):
    """Why a customer goes back to the public pool (退回公海)."""

    reason = Text(500, required=True, metadata=REASON)


class NewPartnerLink(StrictSchema):
    """The number under which a prospect is a trading partner (往来单位) from now on (R10)."""

    reference = Text(100, required=True)
    reason = Text(500, metadata=REASON)


class NewVerification(StrictSchema):
    """The outcome of checking a card (R4)."""

    verification = EnumText(Verification, required=True)
    reason = Text(500, metadata=REASON)


class NewPurchase(StrictSchema):
    """A line of trade history (R7); `amount` counts for the whole line."""

    purchased_on = LocalDate(required=True)
    product = Text(200, required=True)
    quantity = DecimalText(places=3, required=True)
    amount = DecimalText(required=True)
    currency = Text(3, load_default="CNY")
    order_no = Text(100)


PurchaseRow = schema_of(purchases.PurchaseRow)
PurchaseTotal = schema_of(purchases.PurchaseTotal)

"""Purchases (交易记录): the trade history of a customer, line by line and summed up (R7)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.service import the_service
from api.v1.customers import customer_shown, visible_customer
from api.v1.lists import listed
from api.v1.schemas import customers as schemas
from api.v1.schemas.query import PageQuery
from api.v1.schemas.rows import list_of, page_of
from api.v1.writes import written
from domain import commands
from domain.access import Grant
from domain.card import Purchase

blueprint = Blueprint(
    "purchases",
    "purchases",
    url_prefix="/customers/<uuid:customer_id>/purchases",
    description="交易记录 Purchases",
)

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("", needs=Grant.WRITE)
@blueprint.if_match_optional
@blueprint.idempotent
@blueprint.shows(201, schemas.Customer)
@blueprint.arguments(schemas.NewPurchase)
def record_purchase(
    body: dict[str, Any], customer_id: UUID, expected_version: int | None, idempotency_key: str
) -> Answer:
    """Record one line of trade history; `amount` counts for the whole line."""
    command = commands.RecordPurchase(customer_id=customer_id, purchase=Purchase(**body))
    return written(command, customer_shown, idempotency_key, expected_version=expected_version)


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.PurchaseRow))
@blueprint.arguments(PageQuery, location="query")
def list_purchases(query: dict[str, Any], customer_id: UUID) -> Answer:
    """List what a customer has bought, the latest first."""
    visible_customer(customer_id)
    purchases = the_service().read.purchases
    return listed(
        query,
        tuple[date, int],
        lambda after, limit: purchases.page(customer_id, after, limit),
        lambda row: row.sort_key,
    )


@blueprint.get("/totals", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.PurchaseTotal))
def sum_up_purchases(customer_id: UUID) -> Answer:
    """Sum up what a customer has bought, by currency; refunds count against it."""
    visible_customer(customer_id)
    return {"items": the_service().read.purchases.totals(customer_id)}, {}

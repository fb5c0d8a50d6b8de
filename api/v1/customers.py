"""Customers: open, read and correct a file; everything done with a customer hangs under it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api import representations
from api.as_of import as_it_was, asked_moment, book_of, today_of
from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.explanations import Words, explanations_of
from api.people_names import People
from api.pool_standing import pool_standing
from api.problems import request_language
from api.service import carry_out, the_principal, the_service
from api.v1.schemas import customers as schemas
from api.v1.schemas.query import AsOfQuery
from api.v1.writes import written
from domain import commands
from domain.access import Grant
from domain.card import CARD_FIELDS, CLASSIFICATION_FIELDS, Card, Classification
from domain.customer import Customer
from domain.erasure import require_known
from domain.errors import NotFoundError

blueprint = Blueprint(
    "customers", "customers", url_prefix="/customers", description="客户 Customers"
)

Answer = tuple[dict[str, Any], dict[str, str]]


def visible_customer(customer_id: UUID) -> Customer:
    """Return a customer as he stands; NotFoundError as below, ErasedError when he was erased."""
    customer = customer_or_erased(customer_id)
    require_known(customer)
    return customer


def customer_or_erased(customer_id: UUID) -> Customer:
    """Return a customer, erased or not; NotFoundError when absent or out of scope."""
    customer = the_service().read.log.get(customer_id)
    visibility = the_principal().visibility
    if not isinstance(customer, Customer) or not visibility.covers(
        customer.owner_id, customer.second_owner_id
    ):
        raise NotFoundError(of="customer", id=str(customer_id))
    return customer


@blueprint.post("", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Customer)
@blueprint.arguments(schemas.NewCustomer)
def create_customer(body: dict[str, Any], idempotency_key: str) -> Answer:
    """Open a customer's file (建档)."""
    card = {name: body.pop(name) for name in CARD_FIELDS if name in body}
    axes = {name: body.pop(name) for name in CLASSIFICATION_FIELDS if name in body}
    why = body.pop("reason", "")
    command = commands.RegisterCustomer(
        card=Card(**_tuples(card)), classification=Classification(**_tuples(axes)), **body
    )
    receipt = carry_out(command, why=why, idempotency_key=idempotency_key)
    shown = customer_shown(receipt.subject)
    headers = representations.replay_headers(receipt)
    return shown, headers | {"Location": f"/api/v1/customers/{receipt.subject_id}"}


@blueprint.get("/<uuid:customer_id>", needs=Grant.READ)
@blueprint.shows(200, schemas.Customer)
@blueprint.arguments(AsOfQuery, location="query")
def get_customer(query: dict[str, Any], customer_id: UUID) -> Answer:
    """Return a customer's file as it stands, or as it stood."""
    moment = asked_moment(query)
    customer = as_it_was(visible_customer(customer_id), moment, "customer")
    shown = representations.customer(customer, today_of(moment))
    return shown, version_headers(customer.version)


@blueprint.get("/<uuid:customer_id>/why", needs=Grant.READ)
@blueprint.shows(200, schemas.Why)
@blueprint.arguments(AsOfQuery, location="query")
def explain_customer(query: dict[str, Any], customer_id: UUID) -> Answer:
    """Say why a customer stands as he does, and why what was decided about him was (D8, D10)."""
    moment, language = asked_moment(query), request_language()
    customer = as_it_was(visible_customer(customer_id), moment, "customer")
    book = book_of(moment)
    read = the_service().read
    standing = pool_standing(read, customer, book, moment, language)
    explanations = explanations_of(
        read.history,
        customer,
        book.calendar.calendar,
        Words(language, People(read.people, language).name),
        moment.position if moment else None,
    )
    shown = representations.why(customer, book.calendar.calendar, language)
    shown |= {"pool": standing, "explanations": explanations}
    return shown, {"Content-Language": language.value, "Vary": "Accept-Language"}


@blueprint.patch("/<uuid:customer_id>", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(200, schemas.Customer)
@blueprint.arguments(schemas.CustomerPatch)
def correct_customer(
    body: dict[str, Any], customer_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Correct the card, with a reason, or move the customer on other axes."""
    card = {name: body[name] for name in CARD_FIELDS if name in body}
    axes = {name: body[name] for name in CLASSIFICATION_FIELDS if name in body}
    command = commands.CorrectCustomer(
        customer_id=customer_id,
        card={n: v if v is not None else () if n == "phones" else "" for n, v in card.items()},
        classification=axes,
        shares_company=body.get("shares_company", False),
    )
    return written(
        command,
        customer_shown,
        idempotency_key,
        expected_version=expected_version,
        why=body.get("reason", ""),
    )


def customer_shown(customer: Customer) -> dict[str, Any]:
    """Return a customer's file as it stands today."""
    return representations.customer(customer, the_service().today())


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {n: tuple(v) if isinstance(v, list) else v for n, v in values.items() if v is not None}

"""Greetings (问候): who is greeted when, by whom, in which words, and who said yes to it (R73)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.service import the_principal, the_service
from api.v1.customers import visible_customer
from api.v1.lists import listed
from api.v1.schemas import greetings as schemas
from api.v1.schemas.rows import page_of
from api.v1.writes import written
from domain import commands
from domain.access import Grant
from domain.care_choices import TextLanguage
from domain.caring import choices_of
from domain.customer import Customer
from domain.errors import NotFoundError
from domain.greeting import Greeting
from domain.occasion import Occasion, OccasionKind
from projections.greetings.queries import GreetingState
from projections.occasions.queries import OccasionRow
from workers.customer_words import words_for

blueprint = Blueprint("greetings", "greetings", url_prefix="", description="问候 Greetings")

AHEAD = BEHIND = timedelta(days=30)

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("/customers/<uuid:customer_id>/care-choices", needs=Grant.READ)
@blueprint.shows(200, schemas.Care)
def get_care_choices(customer_id: UUID) -> Answer:
    """Return what the customer chose about being cared for."""
    customer = visible_customer(customer_id)
    return _care(customer), version_headers(customer.version)


@blueprint.post("/customers/<uuid:customer_id>/care-choices", needs=Grant.WRITE)
@blueprint.if_match_optional
@blueprint.idempotent
@blueprint.shows(201, schemas.Care)
@blueprint.arguments(schemas.CareChoices)
def choose_care(
    body: dict[str, Any], customer_id: UUID, expected_version: int | None, idempotency_key: str
) -> Answer:
    """Record what the customer chose: consent by channel, language, zone, no greetings at all."""
    why = body.pop("reason")
    command = commands.ChooseCare(customer_id=customer_id, choices=body)
    return written(command, _care, idempotency_key, expected_version=expected_version, why=why)


@blueprint.get("/greetings", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.OccasionRow))
@blueprint.arguments(schemas.GreetingsQuery, location="query")
def list_greetings(query: dict[str, Any]) -> Answer:
    """List whom of the customers in scope we are going to greet, the earliest first.

    Gifts and visits that the policy asks for are listed as well; `kind` tells which is which.
    """
    return greetings_page(query)


def greetings_page(query: dict[str, Any]) -> Answer:
    """Return the page of occasions that `query` asks for, in rows."""
    service, visibility = the_service(), the_principal().visibility
    first = query.get("first") or service.today()
    last = query.get("last") or first + AHEAD
    return listed(
        query,
        tuple[date, UUID],
        lambda after, limit: service.read.occasions.page(
            visibility, first, last, after=after, limit=limit
        ),
        lambda row: (row.on, row.key),
    )


@blueprint.get("/greetings/decided", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.DecidedRow))
@blueprint.arguments(schemas.DecidedQuery, location="query")
def list_decided(query: dict[str, Any]) -> Answer:
    """List what became of the greetings of customers in scope, the latest day first.

    Skipped ones tell their reason; who was greeted by a representative in person is reserved.
    """
    return decided_page(query)


def decided_page(query: dict[str, Any]) -> Answer:
    """Return the page of decided greetings that `query` asks for, in rows."""
    service, visibility = the_service(), the_principal().visibility
    first = query.get("first") or service.today() - BEHIND
    last = query.get("last") or service.today() + AHEAD
    state = GreetingState(query["state"]) if "state" in query else None
    return listed(
        query,
        tuple[date, UUID],
        lambda after, limit: service.read.greetings.page(
            visibility, first, last, state=state, after=after, limit=limit
        ),
        lambda row: (row.on, row.key),
    )


@blueprint.post("/greetings/<uuid:greeting_key>/reservation", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Decided)
@blueprint.arguments(schemas.Reserving)
def reserve_greeting(body: dict[str, Any], greeting_key: UUID, idempotency_key: str) -> Answer:
    """Greet the customer in person, so that we do not."""
    row = _ahead(greeting_key)
    command = commands.ReserveGreeting(customer_id=row.customer_id, occasion=_occasion(row))
    return _decided(command, body.get("reason", ""), idempotency_key)


@blueprint.post("/greetings/<uuid:greeting_key>/skipping", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Decided)
@blueprint.arguments(schemas.Skipping)
def skip_greeting(body: dict[str, Any], greeting_key: UUID, idempotency_key: str) -> Answer:
    """Have the customer not greeted on this occasion."""
    row = _ahead(greeting_key)
    command = commands.SkipGreeting(customer_id=row.customer_id, occasion=_occasion(row))
    return _decided(command, body["reason"], idempotency_key)


@blueprint.get("/greetings/<uuid:greeting_key>/preview", needs=Grant.READ)
@blueprint.shows(200, schemas.Preview)
@blueprint.arguments(schemas.PreviewQuery, location="query")
def preview_greeting(query: dict[str, Any], greeting_key: UUID) -> Answer:
    """Show the words that the customer would read."""
    row, service = _ahead(greeting_key), the_service()
    customer = visible_customer(row.customer_id)
    language = TextLanguage(query.get("language") or choices_of(customer).language)
    owner = service.read.people.get(customer.owner_id) if customer.owner_id else None
    policy = service.read.care.book().greetings
    words = words_for(
        customer, row.occasion, row.year, language=language, policy=policy, owner=owner
    )
    return {"subject": words.subject, "body": words.body, "language": language}, {}


def _ahead(key: UUID) -> OccasionRow:
    """Return an occasion of a customer in scope that is still ahead."""
    row = the_service().read.occasions.get(key)
    if row is None:
        raise NotFoundError(of="greeting", id=str(key))
    visible_customer(row.customer_id)
    return row


def _occasion(row: OccasionRow) -> Occasion:
    return Occasion(OccasionKind(row.occasion.partition(":")[0]), row.occasion, row.year, row.on)


def _decided(command: commands.Command, why: str, idempotency_key: str) -> Answer:
    return written(command, _greeting, idempotency_key, why=why)


def _greeting(greeting: Greeting) -> dict[str, Any]:
    return {
        "key": greeting.id,
        "customer_id": greeting.customer_id,
        "occasion": greeting.occasion,
        "on": greeting.on,
    }


def _care(customer: Customer) -> dict[str, Any]:
    choices = choices_of(customer)
    return {
        "customer_id": customer.id,
        "version": customer.version,
        "zone": choices.zone,
        "language": choices.language,
        "consents": dict(choices.consents),
        "wants_greetings": choices.wants_greetings,
        "wants_offers": choices.wants_offers,
    }

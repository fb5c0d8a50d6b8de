"""Audit (审计): what was signed, one customer's history with its proof, who looked (D13, R59).

For auditors and administrators who see the whole company.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from api.characters import composed, forbidden_in
from api.pages.customer import in_words
from api.pages.frame import names_of_customers, page_blueprint, read_query, show, the_people
from api.pages.search import LONGEST, MOST
from api.service import the_principal, the_service
from api.v1.audit import access_page, checkpoint_page
from api.v1.customers import customer_or_erased
from api.v1.history import record_look, told
from api.v1.schemas.audit import AccessQuery
from api.v1.schemas.inbox import HistoryQuery
from api.v1.schemas.query import PageQuery
from domain.access_record import AccessKind
from workers.erasing.onlookers import Onlooker

blueprint = page_blueprint("audit")
blueprint.before_request(lambda: the_principal().require_auditor())

LOOKS = 50
"""How many looks into a customer's past are shown, the newest."""

ERASED = 200
"""How many erasures and legal holds are shown."""


@blueprint.get("/audit")
def show_audit() -> Response:
    """Show what was signed, who was erased, and who may not be."""
    read = the_service().read
    body, _ = checkpoint_page(read_query(PageQuery, limit="10"))
    unfinished = [row.customer_id for row in read.erasures.unfinished()]
    held = read.erasures.held(None, ERASED)
    return show(
        "audit.html",
        checkpoints=body["items"],
        next_cursor=body.get("next_cursor"),
        keys=read.checkpoints.verifier_keys(),
        erasures=[(row, _name(row.erased_by)) for row in read.erasures.page(None, ERASED)],
        onlookers=_onlookers(unfinished),
        holds=[(row, read.log.get(row.customer_id)) for row in held],
    )


@blueprint.post("/audit")
def find_customer() -> Response:
    """Show the customers who fit a text; by POST, for addresses are logged."""
    text = composed(request.form.get("text", "")[:LONGEST])
    hits = []
    if text.strip() and not forbidden_in(text):
        visibility = the_principal().visibility
        hits = the_service().read.duplicates.search(text, visibility, MOST)
    return show("audit_found.html", hits=hits, text=text)


@blueprint.get("/audit/accesses")
def list_accesses() -> Response:
    """Show who looked into whose past, what he took away and why."""
    query = read_query(AccessQuery)
    body, _ = access_page(query)
    wanted = [row.customer_id for row in body["items"]]
    if "customer_id" in query:
        wanted.append(query["customer_id"])
    return show(
        "audit_accesses.html",
        rows=body["items"],
        names=names_of_customers(wanted),
        next_cursor=body.get("next_cursor"),
        asked=query,
        kinds=AccessKind,
    )


@blueprint.get("/audit/customers/<uuid:customer_id>")
def show_audited(customer_id: UUID) -> Response:
    """Show all that happened to a customer, erased or not, and who looked into it."""
    customer = customer_or_erased(customer_id)
    record_look(customer_id)
    body, _ = told(read_query(HistoryQuery), customer_id)
    looks = the_service().read.history.page(customer_id, limit=LOOKS, kind="access")
    return show(
        "audit_customer.html",
        customer_id=customer_id,
        card=customer.card,
        is_erased=customer.erased_on is not None,
        onlookers=_onlookers([] if customer.is_purged else [customer_id]),
        entries=[in_words(entry) for entry in body["items"]],
        next_cursor=body.get("next_cursor"),
        looks=[in_words(entry) for entry in looks],
        newest=the_service().read.checkpoints.newest(),
    )


def _onlookers(erased: list[UUID]) -> list[Onlooker]:
    """Return whom the purge of those who were `erased` waits for."""
    return the_service().onlookers.keeping(erased) if erased else []


def _name(actor: str) -> str:
    return the_people().named(actor)

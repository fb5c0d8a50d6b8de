"""Contracts and receivables: what customers owe, what came in, and who sees to it (R13, R67)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from api import representations
from api.as_of import as_it_was, asked_moment
from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.service import carry_out, the_principal, the_service
from api.v1.lists import listed
from api.v1.schemas import contracts as schemas
from api.v1.schemas.complaints import Reason
from api.v1.schemas.query import AsOfQuery
from api.v1.schemas.rows import list_of, page_of
from api.v1.writes import written
from domain import aftercare_commands as commands
from domain.access import Grant
from domain.commands import Command
from domain.contract import Contract, Instalment
from domain.errors import NotFoundError
from projections.contracts.queries import ContractFilters, ReceivableFilters

blueprint = Blueprint("contracts", "contracts", description="合同与应收 Contracts and receivables")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("/contracts", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Contract)
@blueprint.arguments(schemas.NewContract)
def sign_contract(body: dict[str, Any], idempotency_key: str) -> Answer:
    """Sign a contract; its number is refused if another contract has it (409)."""
    why = body.pop("reason", "")
    plan = tuple(
        Instalment(number=number, **each) for number, each in enumerate(body.pop("instalments"), 1)
    )
    command = commands.SignContract(instalments=plan, **body)
    receipt = carry_out(command, why=why, idempotency_key=idempotency_key)
    location = {"Location": f"/api/v1/contracts/{receipt.subject_id}"}
    return _shown(receipt.subject), representations.replay_headers(receipt) | location


@blueprint.get("/contracts", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.ContractRow))
@blueprint.arguments(schemas.ContractQuery, location="query")
def list_contracts(query: dict[str, Any]) -> Answer:
    """List contracts, the newest first."""
    read, visibility = the_service().read, the_principal().visibility
    filters = ContractFilters(
        state=query.get("state"),
        customer_id=query.get("customer_id"),
        responsible_id=query.get("responsible_id"),
        number=query.get("number", ""),
    )
    return listed(
        query,
        tuple[date, UUID],
        lambda after, limit: read.contracts.page(visibility, filters, after=after, limit=limit),
        lambda row: (row.signed_on, row.contract_id),
    )


@blueprint.get("/contracts/<uuid:contract_id>", needs=Grant.READ)
@blueprint.shows(200, schemas.Contract)
@blueprint.arguments(AsOfQuery, location="query")
def get_contract(query: dict[str, Any], contract_id: UUID) -> Answer:
    """Return a contract as it stands, with its plan of payments."""
    contract = as_it_was(visible_contract(contract_id), asked_moment(query), "contract")
    return _shown(contract), version_headers(contract.version)


@blueprint.post("/contracts/<uuid:contract_id>/payments", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Contract)
@blueprint.arguments(schemas.NewPayment)
def record_payment(
    body: dict[str, Any], contract_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Record money that came in, or with a negative amount that it was taken back."""
    why = body.pop("reason", "")
    fields = {"received_on": the_service().today(), **body}
    command = commands.RecordPayment(contract_id=contract_id, **fields)
    return _changed(command, expected_version, idempotency_key, why)


@blueprint.post("/contracts/<uuid:contract_id>/responsible-changes", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Contract)
@blueprint.arguments(schemas.NewResponsible)
def change_responsible(
    body: dict[str, Any], contract_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Have somebody else see to the payments; who does may hand it on, or a manager."""
    why = body.pop("reason", "")
    command = commands.ChangeResponsible(contract_id=contract_id, **body)
    return _changed(command, expected_version, idempotency_key, why)


@blueprint.post("/contracts/<uuid:contract_id>/closing", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Contract)
@blueprint.arguments(schemas.ContractClosing)
def close_contract(
    body: dict[str, Any], contract_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Say that a contract is fulfilled; what is still owed is written off, with a reason."""
    command = commands.CloseContract(contract_id=contract_id)
    return _changed(command, expected_version, idempotency_key, body.get("reason", ""))


@blueprint.post("/contracts/<uuid:contract_id>/cancellation", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Contract)
@blueprint.arguments(Reason)
def cancel_contract(
    body: dict[str, Any], contract_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Say that a contract does not hold, with a reason; its number is free again."""
    command = commands.CancelContract(contract_id=contract_id)
    return _changed(command, expected_version, idempotency_key, body["reason"])


@blueprint.get("/receivables", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.ReceivableRow))
@blueprint.arguments(schemas.ReceivablesQuery, location="query")
def list_receivables(query: dict[str, Any]) -> Answer:
    """List what customers owe, instalment by instalment, the longest due first."""
    read, visibility, filters = the_service().read, the_principal().visibility, _owed(query)
    return listed(
        query,
        tuple[date, UUID, int],
        lambda after, limit: read.contracts.receivables(
            visibility, filters, after=after, limit=limit
        ),
        lambda row: (row.due_on, row.contract_id, row.instalment),
    )


@blueprint.get("/receivables/totals", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.ReceivableTotal))
@blueprint.arguments(schemas.TotalsQuery, location="query")
def sum_up_receivables(query: dict[str, Any]) -> Answer:
    """Sum up what is owed by who sees to it and by currency, the most overdue first."""
    service = the_service()
    visibility, today = the_principal().visibility, service.today()
    return {"items": service.read.contracts.totals(visibility, today, _owed(query))}, {}


def visible_contract(contract_id: UUID) -> Contract:
    """Return a contract; NotFoundError unless its customer or who sees to it is in scope."""
    log, visibility = the_service().read.log, the_principal().visibility
    contract = log.get(contract_id)
    if isinstance(contract, Contract):
        customer = log.get(contract.customer_id)
        owners = (customer.owner_id, customer.second_owner_id) if customer else ()
        if visibility.covers(contract.responsible_id, *owners):
            return contract
    raise NotFoundError(of="contract", id=str(contract_id))


def _owed(query: dict[str, Any]) -> ReceivableFilters:
    given = [query.get("due_before"), the_service().today() if query["overdue"] else None]
    return ReceivableFilters(
        due_before=min((day for day in given if day is not None), default=None),
        customer_id=query.get("customer_id"),
        responsible_id=query.get("responsible_id"),
    )


def _changed(command: Command, expected_version: int, idempotency_key: str, why: str) -> Answer:
    return written(command, _shown, idempotency_key, expected_version=expected_version, why=why)


def _shown(contract: Contract) -> dict[str, Any]:
    (signed,) = the_service().read.log.events.get(contract.id, lte=1)
    return representations.contract(contract, signed)

"""What the commands about contracts do."""

from __future__ import annotations

from domain import aftercare_commands as commands
from domain.contract import Contract
from domain.errors import DuplicateContractError, InvalidError
from domain.handlers.work import Work
from domain.identity import IdentityClaim, contract_claim


def sign(work: Work, command: commands.SignContract) -> Contract:
    """Sign a contract and claim its number in the same save."""
    customer = work.customer_for_reading(command.customer_id)
    responsible_id = command.responsible_id or customer.owner_id
    if responsible_id is None:
        raise InvalidError(field="responsible_id", problem="required")
    work.require_present(responsible_id, "responsible_id")
    claim = contract_claim(work.blinding_secret, command.number)
    contract = Contract.sign(
        customer_id=customer.id,
        number=command.number,
        title=command.title,
        amount=command.amount,
        currency=command.currency,
        signed_on=command.signed_on,
        responsible_id=responsible_id,
        instalments=command.instalments,
        claim_id=claim.id,
        today=work.book.today(work.provenance.at),
    )
    work.add(contract)
    known = work.holders([claim.id]).get(claim.id)
    if known is None:
        work.add(IdentityClaim.claim(claim, customer.id))
    elif known.holder_ids:
        raise DuplicateContractError(field="number")
    else:
        known.add_holder(customer.id)
        work.add(known)
    return contract


def receive_payment(work: Work, command: commands.RecordPayment) -> Contract:
    """Record money that came in."""
    contract = work.contract(command.contract_id)
    today = work.book.today(work.provenance.at)
    contract.receive_payment(command.amount, command.received_on, today, command.note)
    return contract


def change_responsible(work: Work, command: commands.ChangeResponsible) -> Contract:
    """Have somebody else see to it; who does decides that himself, or a manager."""
    contract = work.contract(command.contract_id)
    if work.principal.id is None or work.principal.id != contract.responsible_id:
        work.principal.require_manager()
    work.require_present(command.responsible_id, "responsible_id")
    contract.change_responsible(command.responsible_id)
    return contract


def close(work: Work, command: commands.CloseContract) -> Contract:
    """Say that it is fulfilled."""
    contract = work.contract(command.contract_id)
    contract.close()
    return contract


def cancel(work: Work, command: commands.CancelContract) -> Contract:
    """Say that it does not hold, and give its number up."""
    contract = work.contract(command.contract_id)
    contract.cancel()
    for claim in work.holders([contract.claim_id]).values():
        claim.release(contract.customer_id)
        work.add(claim)
    return contract

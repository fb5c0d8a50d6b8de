"""What the commands about forgetting a person do; only an administrator decides that."""

from __future__ import annotations

from domain import erasure, erasure_commands
from domain.customer import Customer
from domain.handlers.work import Work


def set_hold(work: Work, command: erasure_commands.SetHold) -> Customer:
    """Forbid that he be erased."""
    customer = work.customer(command.customer_id)
    erasure.hold(customer)
    return customer


def lift_hold(work: Work, command: erasure_commands.LiftHold) -> Customer:
    """Let him be erased again."""
    customer = work.customer(command.customer_id)
    erasure.lift_hold(customer)
    return customer


def erase(work: Work, command: erasure_commands.EraseCustomer) -> Customer:
    """Forget him, and let his phones, company and number be taken by others."""
    customer = work.customer(command.customer_id)
    claims = work.holders(customer.claim_ids)
    today = work.book.today(work.provenance.at)
    erasure.erase(customer, command.ground, today, is_again=command.is_again)
    for claim in claims.values():
        claim.forget(customer.id)
        work.add(claim)
    return customer


def complete(work: Work, command: erasure_commands.CompleteErasure) -> Customer:
    """Record the end, once."""
    customer = work.erased_customer(command.customer_id)
    if not customer.is_purged:
        customer.trigger_event(
            Customer.ErasureCompleted,
            searched=dict(command.searched),
            found=dict(command.found),
            knew_values=command.knew_values,
        )
    return customer

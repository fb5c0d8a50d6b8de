"""What the commands about the public pool and about overdue follow-ups do."""

from __future__ import annotations

from domain import follow_up, pool, pool_commands
from domain.customer import Customer
from domain.errors import ForbiddenError
from domain.handlers.work import Work


def escalate_follow_up(work: Work, command: pool_commands.EscalateFollowUp) -> Customer:
    """Climb a rung, if there is still one to climb."""
    customer = work.customer(command.customer_id)
    follow_up.escalate(
        customer,
        work.book,
        owner_id=command.expected_owner_id,
        manager_id=command.manager_id,
    )
    return customer


def warn(work: Work, command: pool_commands.WarnOfPool) -> Customer:
    """Warn the owner, if there is still something to warn of."""
    customer = work.customer(command.customer_id)
    pool.warn(customer, work.book)
    return customer


def give_back(work: Work, command: pool_commands.ReturnToPool) -> Customer:
    """Return a customer, if nobody has done anything since the warning."""
    customer = work.customer(command.customer_id)
    pool.give_back(
        customer, work.book, manager_id=command.manager_id, grace_until=command.grace_until
    )
    return customer


def put_in(work: Work, command: pool_commands.PutIntoPool) -> Customer:
    """Put a customer into the pool; only a manager decides that."""
    work.principal.require_manager()
    customer = work.customer(command.customer_id)
    pool.put_in(customer, work.book)
    return customer


def claim(work: Work, command: pool_commands.ClaimCustomer) -> Customer:
    """Take a customer from the pool for oneself, within the caps."""
    rep_id = work.principal.id
    if rep_id is None or work.principal.role not in pool.CLAIMANTS:
        raise ForbiddenError(needs="rep", role=work.principal.role.value)
    customer = work.customer_in_pool(command.customer_id)
    pool.take_out(customer, work.book, rep_id)
    claimant = work.add(work.representative_for_reading(rep_id))
    claimant.claim(work.book, customer.id, held=command.held)
    return customer


def assign(work: Work, command: pool_commands.AssignFromPool) -> Customer:
    """Give a customer of the pool to somebody in one's scope; only a manager decides that."""
    work.principal.require_manager()
    customer = work.customer_in_pool(command.customer_id)
    work.require_present(command.owner_id, "owner_id")
    if not work.principal.visibility.covers(command.owner_id):
        raise ForbiddenError(needs="scope over the owner", role=work.principal.role.value)
    pool.take_out(customer, work.book, command.owner_id, is_assigned=True)
    return customer

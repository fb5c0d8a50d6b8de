"""The public pool (公海): whoever is neglected goes there, and reps claim from it (R60, D10).

Whoever has no owner is in the pool. What our own processes ask for is decided anew on the customer
as he is now, and may come to nothing: he was contacted meanwhile, or it was done before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.access import Role
from domain.customer import Customer
from domain.errors import (
    CoolingDownError,
    NothingChangedError,
    TakenFromPoolError,
)
from domain.follow_up import attention_of
from domain.journal import next_due
from domain.policies.attention import RunningClock, StepKind
from domain.policies.book import PolicyBook, PolicyKind
from domain.policies.pool import PoolPolicy
from domain.provenance import current_provenance, require_reason
from domain.representative import Representative

CLAIMANTS = frozenset({Role.REP, Role.MANAGER})
"""The roles that have customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What somebody may still claim today, and what bounds it."""

    claims_left: int
    claimed_today: int
    claims_a_day: int
    held: int
    most_held: int
    cool_down_days: int


def caps(claimant: Representative, policy: PoolPolicy, today: date, held: int) -> Caps:
    """Return what `claimant`, who owns `held` customers, may claim today."""
    claimed = claimant.claims_of(today)
    left = min(policy.claims_a_day - claimed, policy.most_held - held)
    return Caps(
        claims_left=max(left, 0) if claimant.role in CLAIMANTS else 0,
        claimed_today=claimed,
        claims_a_day=policy.claims_a_day,
        held=held,
        most_held=policy.most_held,
        cool_down_days=policy.cool_down_days,
    )


def warn(customer: Customer, book: PolicyBook) -> None:
    """Warn the owner that the customer goes back soon, once a day at most; or nothing.

    One who was warned long ago and not returned, for he was exempt, is warned again.
    """
    today = _today(book)
    told = customer.pool_warning
    if customer.owner_id is None or (told is not None and told.warned_on >= today):
        return
    running = _clocks(customer, book)
    if not running or running[0].warns_on > today:
        return
    customer.trigger_event(
        Customer.PoolWarned,
        owner_id=customer.owner_id,
        clock=running[0].clock.value,
        since=running[0].since,
        term_days=running[0].term_days,
        warned_on=today,
        returns_on=book.attention_rules.warning(running[0].clock, today).returns_on,
        to_ids=_owners(customer),
        **_versions(book),
    )


def give_back(
    customer: Customer,
    book: PolicyBook,
    *,
    manager_id: UUID | None = None,
    grace_until: datetime | None = None,
) -> None:
    """Return the customer whose owner was warned and did nothing; or nothing.

    `manager_id` is told besides the owners. `grace_until` is until when nothing went back after an
    outage, if that kept this customer longer.
    """
    today = _today(book)
    if customer.owner_id is None or customer.pool_warning is None:
        return
    step = book.attention_rules.pool_step(attention_of(customer, book))
    if step is None or step.kind is not StepKind.POOL_RETURN or step.on > today:
        return
    clock = customer.pool_warning.clock
    running = next(each for each in _clocks(customer, book) if each.clock is clock)
    told = [*_owners(customer), manager_id] if manager_id is not None else _owners(customer)
    _return(customer, book, running, grace_until=grace_until, to_ids=list(dict.fromkeys(told)))


def put_in(customer: Customer, book: PolicyBook) -> None:
    """Put a customer into the pool by hand, with the reason of the provenance.

    Raises NothingChangedError for one who is there, ReasonRequiredError.
    """
    if customer.owner_id is None:
        raise NothingChangedError(of="owner")
    require_reason()
    _return(customer, book, None, grace_until=None, to_ids=_owners(customer))


def take_out(
    customer: Customer, book: PolicyBook, rep_id: UUID, *, is_assigned: bool = False
) -> None:
    """Give a customer of the pool to `rep_id`, with a first date as after a contact.

    Raises TakenFromPoolError for one who has an owner, CoolingDownError for somebody who lost him a
    short time ago, unless he `is_assigned` by a manager.
    """
    today = _today(book)
    if customer.owner_id is not None:
        raise TakenFromPoolError(customer_id=str(customer.id))
    free_on = may_claim_on(customer, book, rep_id)
    if free_on > today and not is_assigned:
        raise CoolingDownError(until=free_on.isoformat(), days=book.pool.cool_down_days)
    if rep_id == customer.second_owner_id:
        customer.change_second_owner(None)
    due = next_due(
        book,
        grade=customer.grade,
        counted_from=today,
        is_contacted=customer.last_contact_on is not None,
        needed_by=customer.needed_by,
        expected_on=customer.expected_on,
    )
    customer.trigger_event(
        Customer.Claimed,
        to_owner_id=rep_id,
        is_assigned=is_assigned,
        claimed_on=today,
        pool_version=book.versions[PolicyKind.POOL],
        due=due,
    )


def may_claim_on(customer: Customer, book: PolicyBook, rep_id: UUID) -> date:
    """Return the first day on which `rep_id` may claim the customer."""
    lost_on = customer.former_owners.get(rep_id, date.min)
    return lost_on + timedelta(days=book.pool.cool_down_days)


def _return(
    customer: Customer, book: PolicyBook, running: RunningClock | None, **facts: Any
) -> None:
    customer.trigger_event(
        Customer.ReturnedToPool,
        from_owner_id=customer.owner_id,
        from_second_owner_id=customer.second_owner_id,
        clock=running.clock.value if running else None,
        since=running.since if running else None,
        term_days=running.term_days if running else None,
        returned_on=_today(book),
        grade=customer.grade.value,
        last_contact_on=customer.last_contact_on,
        **_versions(book),
        **facts,
    )


def _clocks(customer: Customer, book: PolicyBook) -> list[RunningClock]:
    return book.attention_rules.clocks(attention_of(customer, book))


def _owners(customer: Customer) -> list[UUID]:
    return [rep for rep in (customer.owner_id, customer.second_owner_id) if rep is not None]


def _versions(book: PolicyBook) -> dict[str, int]:
    return {
        "pool_version": book.versions[PolicyKind.POOL],
        "calendar_version": book.versions[PolicyKind.CALENDAR],
    }


def _today(book: PolicyBook) -> date:
    return book.today(current_provenance().at)

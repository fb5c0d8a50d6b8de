"""A customer's follow-up (跟进): moved by other rules, or escalated when it stays undone."""

from __future__ import annotations

from uuid import UUID

from domain.customer import Customer
from domain.journal import due_under_other_rules
from domain.policies.attention import Attention
from domain.policies.book import PolicyBook, PolicyKind
from domain.provenance import current_provenance


def recompute(
    customer: Customer, before: PolicyBook, after: PolicyBook, policy: PolicyKind
) -> None:
    """Move the next date to where `after` would have put it, because `policy` was amended.

    `before` holds the rules it was made under. Nothing is recorded when the date comes to the same
    or was not made by rules alone, so this may be asked any number of times.
    """
    due = due_under_other_rules(
        customer.due,
        before,
        after,
        grade=customer.grade,
        is_contacted=customer.last_contact_on is not None,
        next_method=customer.next_method,
        needed_by=customer.needed_by,
        expected_on=customer.expected_on,
    )
    if due.on != customer.due.on:
        customer.trigger_event(Customer.DueMoved, policy=policy.value, before=customer.due, due=due)


def attention_of(customer: Customer, book: PolicyBook) -> Attention:
    """Return what the pool's clocks and the ladder of overdue follow-ups go by."""
    return Attention(
        grade=customer.grade,
        contacted_on=customer.last_contact_on or customer.registered_on,
        owned_since=book.today(customer.owned_since),
        bought_on=customer.bought_on,
        due_on=customer.due.on,
        level=customer.follow_up_level,
        climbed_on=customer.climbed_on,
        warning=customer.pool_warning,
    )


def escalate(
    customer: Customer, book: PolicyBook, *, owner_id: UUID, manager_id: UUID | None
) -> None:
    """Climb the next rung if the follow-up is that long overdue; or nothing.

    `owner_id` is whom `manager_id` is the manager of: with another owner by now nobody is told.
    """
    if customer.owner_id != owner_id:
        return
    today = book.today(current_provenance().at)
    attention = attention_of(customer, book)
    step = book.attention_rules.ladder_step(attention)
    above = book.cadence.rung_above(attention.level, attention.grade)
    if above is None or step is None or step.on > today:
        return
    level, rung = above
    manager = [manager_id] if rung.tells_manager and manager_id is not None else []
    customer.trigger_event(
        Customer.FollowUpEscalated,
        owner_id=owner_id,
        level=level,
        days=rung.days,
        due_on=customer.due.on,
        climbed_on=today,
        is_flagged=rung.flags,
        cadence_version=book.versions[PolicyKind.CADENCE],
        calendar_version=book.versions[PolicyKind.CALENDAR],
        to_ids=[owner_id, *manager],
    )

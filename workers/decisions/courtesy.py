"""Decides on gifts and visits: a task for the owner, or why there is none (礼遇, R75)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from domain.caring import choices_of
from domain.customer import Customer
from domain.policies.book import PolicyBook, PolicyKind
from domain.policies.courtesies import (
    CourtesyFacts,
    CourtesyKind,
    NoCourtesy,
    reason_against,
)
from domain.provenance import signing
from domain.task import Courtesy, Task, TaskKind
from projections.obligations.queries import ObligationRow
from workers.decisions.office import Office
from workers.decisions.saving import append_once


def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Decide each by what is so now, the grade above all; all of them are saved together."""
    book = office.care.book()
    customers = office.care.log.get_many({o.subject_id for o in obligations})
    complaining = office.complaints.complaining(list(customers))
    decided = []
    for obligation in obligations:
        customer: Customer = customers[obligation.subject_id]
        with signing(office.signature(now, obligation.key)):
            decided.append(_task(obligation, customer, customer.id in complaining, book, now))
    append_once(office.care.log, decided)


def _task(
    obligation: ObligationRow,
    customer: Customer,
    has_open_complaint: bool,  # noqa: FBT001 - one fact among others
    book: PolicyBook,
    now: datetime,
) -> Task:
    kind, occasion = CourtesyKind(obligation.kind), obligation.payload["occasion"]
    rule, today = book.greetings.courtesy(kind, occasion), book.today(now)
    on = obligation.day or today
    facts = CourtesyFacts(
        on=on,
        grade=customer.grade,
        has_owner=customer.owner_id is not None,
        wants_greetings=choices_of(customer).wants_greetings,
        has_open_complaint=has_open_complaint,
        is_erased=customer.erased_on is not None,
    )
    reason = reason_against(rule, facts, today)
    courtesy = Courtesy(
        occasion=occasion,
        year=obligation.payload["year"],
        on=on,
        grade=customer.grade.value,
        policy_version=book.versions[PolicyKind.GREETINGS],
    )
    if rule is None or reason is not None:
        return Task.skip(
            id=obligation.key,
            customer_id=customer.id,
            kind=TaskKind(kind.value),
            due_on=on,
            cause=None,
            owed_at=obligation.due_at,
            reason=reason or NoCourtesy.NOT_OF_GRADE,
            courtesy=courtesy,
        )
    return Task.open(
        id=obligation.key,
        customer_id=customer.id,
        owner_id=customer.owner_id,
        kind=TaskKind(kind.value),
        due_on=_due_on(rule.planned_for(on), on, today, book),
        owed_at=obligation.due_at,
        courtesy=courtesy,
    )


def _due_on(planned: date, on: date, today: date, book: PolicyBook) -> date:
    """Return the first working day from the planned one, unless that is after the occasion."""
    earliest = max(planned, today)
    day = book.calendar.calendar.next_workday(earliest)
    return day if day <= on else earliest

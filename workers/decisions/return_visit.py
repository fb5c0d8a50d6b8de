"""Decides on return visits: a task for the owner, or the reason why there is none (回访, R46)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from domain.customer import Customer
from domain.grade import DealStage, Grade
from domain.policies.return_visits import NoVisit, VisitCause, VisitFacts, reason_against
from domain.provenance import signing
from domain.task import Cause, Task, TaskKind
from projections.obligations.queries import ObligationRow
from workers.decisions.office import Office
from workers.decisions.saving import append_once

KIND = TaskKind.RETURN_VISIT


def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Decide each visit by what is so now; of several to one customer the first is made."""
    ids = {each.customer_id for each in obligations if each.customer_id is not None}
    customers = office.care.log.get_many(ids)
    complaining = office.complaints.complaining(ids)
    expecting = office.tasks.with_open(ids, KIND)
    book = office.care.book()
    today, decided = book.today(now), []
    for obligation in obligations:
        customer: Customer = customers[obligation.customer_id]  # type: ignore[index]  # never None
        facts = VisitFacts(
            cause=VisitCause(obligation.payload["cause"]),
            caused_on=date.fromisoformat(obligation.payload["on"]),
            planned=date.fromisoformat(obligation.payload["planned"]),
            visited_on=customer.return_visited_on,
            has_owner=customer.owner_id is not None,
            is_dead=customer.grade is Grade.E,
            has_bought=customer.axes.deal_stage is DealStage.CLOSED,
            has_open_complaint=customer.id in complaining,
            has_open_visit=customer.id in expecting,
        )
        reason = reason_against(book.return_visits, facts, today)
        # Decided the day before; what is late cannot have been asked for before today.
        due_on = book.calendar.calendar.next_workday(max(facts.planned, today))
        with signing(office.signature(now, obligation.key)):
            decided.append(_task(obligation, customer, due_on, reason))
        if reason is None:
            expecting.add(customer.id)
    append_once(office.care.log, decided)


def _task(
    obligation: ObligationRow, customer: Customer, due_on: date, reason: NoVisit | None
) -> Task:
    facts: dict[str, Any] = {
        "id": obligation.key,
        "customer_id": customer.id,
        "kind": KIND,
        "due_on": due_on,
        "cause": Cause(obligation.subject_id, obligation.payload["version"]),
        "owed_at": obligation.due_at,
    }
    if reason is not None:
        return Task.skip(**facts, reason=reason)
    return Task.open(**facts, owner_id=customer.owner_id)

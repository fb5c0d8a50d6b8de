"""What is owed to customers: to ask how satisfied they are, some days after a cause (回访, R46).

Each is due at the opening of the day before the visit, so that the task stands on the list of its
own day and is counted there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.complaint import Complaint
from domain.contact import ContactPurpose
from domain.customer import Customer
from domain.ids import named_id
from domain.policies.return_visits import VisitCause
from domain.task import Task, TaskKind
from projections.obligations.ledger import Ledger, Obligation

KIND = "return_visit"
PRIORITY = 2


def _bought(event: Any, ledger: Ledger) -> None:
    """Owe one visit, however many lines an order has."""
    visit = _visit(event, event.originator_id, VisitCause.PURCHASE, event.purchased_on, ledger)
    if visit is not None:
        ledger.begin(visit)


def _contacted(event: Any, ledger: Ledger) -> None:
    if event.purpose != ContactPurpose.SERVICE:
        return
    visit = _visit(event, event.originator_id, VisitCause.SERVICE, event.contacted_on, ledger)
    if visit is not None:
        ledger.begin(visit)


def _closed(event: Any, ledger: Ledger) -> None:
    day = ledger.hours.day_of(event.timestamp)
    visit = _visit(event, event.customer_id, VisitCause.COMPLAINT, day, ledger)
    if visit is not None:
        ledger.add(visit)


def _reopened(event: Any, ledger: Ledger) -> None:
    ledger.clear(KIND, event.originator_id)


def _decided(event: Any, ledger: Ledger) -> None:
    if event.kind == TaskKind.RETURN_VISIT and event.owed_at is not None:
        ledger.end(KIND, event.cause.stream_id, event.originator_id)


def _visit(
    event: Any, customer_id: UUID, cause: VisitCause, on: date, ledger: Ledger
) -> Obligation | None:
    """Return the visit that the policy of this point of the log asks for, under its key."""
    policy = ledger.company.return_visits
    if policy is None:
        return None
    planned = policy.planned_for(cause, on, ledger.hours.day_of(event.timestamp))
    if planned is None:
        return None
    day = planned - timedelta(days=1)
    return Obligation(
        key=named_id("return_visit", customer_id, event.originator_id, event.originator_version),
        kind=KIND,
        subject_id=event.originator_id,
        customer_id=customer_id,
        day=day,
        due_at=ledger.hours.opening(day),
        priority=PRIORITY,
        payload={
            "cause": cause.value,
            "on": on.isoformat(),
            "planned": planned.isoformat(),
            "version": event.originator_version,
        },
    )


FOLDS: dict[type[Any], Callable[[Any, Ledger], None]] = {
    Customer.PurchaseRecorded: _bought,
    Customer.Contacted: _contacted,
    Complaint.Closed: _closed,
    Complaint.Reopened: _reopened,
    Task.Opened: _decided,
    Task.Skipped: _decided,
}
"""What each event makes of the obligations."""

"""What becomes of open deadlines and due dates when a policy was amended (D17).

Whatever the amendment does not speak of is reckoned by the version it was decided under.
"""

from __future__ import annotations

from domain import follow_up, worker_commands
from domain.complaint import Complaint
from domain.customer import Customer
from domain.handlers.work import Work
from domain.policies.book import PolicyKind


def deadlines(work: Work, command: worker_commands.RecomputeDeadlines) -> Complaint:
    """Reckon the open deadlines of a complaint anew."""
    complaint = work.complaint(command.complaint_id)
    kept = {} if command.policy is PolicyKind.SLA else {PolicyKind.SLA: complaint.sla_version}
    complaint.recompute_deadlines(work.book_with(kept), command.policy)
    return complaint


def due(work: Work, command: worker_commands.RecomputeDue) -> Customer:
    """Reckon when a customer is due anew."""
    customer = work.customer(command.customer_id)
    cadence = {PolicyKind.CADENCE: customer.due.cadence_version}
    before = work.book_with({**cadence, PolicyKind.CALENDAR: customer.due.calendar_version})
    after = work.book_with({} if command.policy is PolicyKind.CADENCE else cadence)
    follow_up.recompute(customer, before, after, command.policy)
    return customer

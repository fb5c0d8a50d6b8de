"""Finds the customer, complaint, task or contract that somebody has typed a piece of."""

from __future__ import annotations

from uuid import UUID

from api.cli.refusals import RefusedError
from domain.access import EVERYTHING, Principal
from domain.complaint import Complaint
from domain.contract import Contract
from domain.customer import Customer
from domain.erasure import require_known
from domain.task import Task
from projections.bootstrap import ReadSide
from projections.complaints.queries import ComplaintFilters
from projections.contracts.queries import ContractFilters
from projections.tasks.queries import TaskFilters

SHOWN = 5
"""How many candidates are named when a fragment fits several customers."""

LOOKED_THROUGH = 20
"""How many customers that a fragment fits are looked at for their complaints."""


def find_customer(
    read: ReadSide, principal: Principal, text: str, *, may_be_erased: bool = False
) -> Customer:
    """Return the customer with the id `text`, or the only one whose card holds it.

    A name, company or phone that is exactly `text` wins over those that merely hold it. Raises
    RefusedError when there is none that `principal` may see, or more than one.
    """
    customer_id = _id(text)
    if customer_id is None:
        hits = read.duplicates.search(text, principal.visibility, limit=SHOWN + 1)
        exact = [hit for hit in hits if text in (hit.name, hit.company, *hit.phones)]
        found = exact if len(exact) == 1 else hits
        if len(found) > 1:
            names = [f"{hit.company or hit.name} ({hit.customer_id})" for hit in found[:SHOWN]]
            more = ["…"] if len(found) > SHOWN else []
            raise RefusedError("customer-ambiguous", text=text, candidates=[*names, *more])
        customer_id = found[0].customer_id if found else None
    customer = read.log.get(customer_id) if customer_id is not None else None
    if not isinstance(customer, Customer) or not principal.visibility.covers(
        customer.owner_id, customer.second_owner_id
    ):
        raise RefusedError("customer-not-found", text=text)
    if not may_be_erased:
        require_known(customer)
    return customer


def find_complaint(read: ReadSide, principal: Principal, text: str) -> Complaint:
    """Return the complaint with the id `text`, or the only open one of a customer whom it fits.

    Raises RefusedError when there is none that `principal` may see, or more than one.
    """
    complaint_id = _id(text)
    if complaint_id is not None:
        named = read.log.get(complaint_id)
        if isinstance(named, Complaint) and _covers(read, principal, named):
            return named
        raise RefusedError("complaint-not-found", text=text)
    # Whoever handles a complaint may see it, whosever the customer is: so all customers are looked
    # through, and of what they complained about only what is in scope.
    customers = read.duplicates.search(text, EVERYTHING, limit=LOOKED_THROUGH)
    found = [
        row.complaint_id
        for customer in customers
        for row in read.complaints.page(
            principal.visibility,
            ComplaintFilters(customer_id=customer.customer_id, is_open=True),
            limit=2,
        )
    ]
    if not found:
        raise RefusedError("complaint-not-found", text=text)
    if len(found) > 1:
        raise RefusedError("complaint-ambiguous", text=text, count=len(found))
    complaint: Complaint = read.log.get(found[0])
    return complaint


def find_task(read: ReadSide, principal: Principal, text: str) -> Task:
    """Return the task with the id `text`, or the only open one for the customer whom it fits.

    Raises RefusedError when there is none that `principal` may see, or more than one.
    """
    task_id = _id(text)
    if task_id is not None:
        task = read.log.get(task_id)
        row = read.tasks.get(task_id, principal.visibility)
        if isinstance(task, Task) and row is not None:
            return task
        raise RefusedError("task-not-found", text=text)
    customer = find_customer(read, principal, text)
    rows = read.tasks.page(
        principal.visibility, TaskFilters(customer_id=customer.id), limit=SHOWN + 1
    )
    if not rows:
        raise RefusedError("task-not-found", text=text)
    if len(rows) > 1:
        raise RefusedError("task-ambiguous", text=text, count=len(rows))
    found: Task = read.log.get(rows[0].task_id)
    return found


def find_contract(read: ReadSide, principal: Principal, text: str) -> Contract:
    """Return the contract with the id or number `text`; the newest of those that had the number.

    Raises RefusedError when there is none that `principal` may see.
    """
    contract_id = _id(text)
    if contract_id is not None:
        row = read.contracts.get(contract_id, principal.visibility)
        rows = [row] if row is not None else []
    else:
        rows = read.contracts.page(principal.visibility, ContractFilters(number=text), limit=1)
    if not rows:
        raise RefusedError("contract-not-found", text=text)
    contract: Contract = read.log.get(rows[0].contract_id)
    return contract


def _covers(read: ReadSide, principal: Principal, complaint: Complaint) -> bool:
    customer = read.log.get(complaint.customer_id)
    owners = (customer.owner_id, customer.second_owner_id)
    return principal.visibility.covers(complaint.handler_id, *owners)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

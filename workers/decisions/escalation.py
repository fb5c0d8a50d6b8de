"""Decides on complaints: climb each rung that is due, and tell whom it reaches (D9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.commands import EscalateComplaint
from domain.complaint import Complaint
from domain.customer import Customer
from projections.obligations.queries import ObligationRow
from projections.people.queries import PeopleQueries
from workers.decisions.office import Office


def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Climb all rungs that are due, of each complaint in their order.

    Rungs of a complaint that were missed together are climbed together, whichever of them was
    asked for; each is recorded with the moment it was due. One whose clock stood still meanwhile
    is not climbed.
    """
    for complaint_id in dict.fromkeys(obligation.subject_id for obligation in obligations):
        complaint = office.care.log.get(complaint_id)
        if not isinstance(complaint, Complaint):
            continue
        due = [climb for climb in complaint.climbs if climb.at <= now]
        for climb in sorted(due, key=lambda each: (each.at, each.level)):
            to_ids = recipients(complaint, climb.level, office)
            command = EscalateComplaint(
                complaint_id=complaint_id, key=climb.key, to_ids=tuple(to_ids)
            )
            office.care.execute(command, office.signature(now, climb.key))


def recipients(complaint: Complaint, level: int, office: Office) -> list[UUID]:
    """Return whom a level reaches, those who left excepted; empty when there is nobody up there.

    Level 0 is the handler, or the owner while there is none; 1 the owner and his manager, 2 the
    manager above (head of department), 3 the one above him (director).
    """
    customer = office.care.log.get(complaint.customer_id)
    owner_id = customer.owner_id if isinstance(customer, Customer) else complaint.owner_id
    handler_id = complaint.handler_id
    if level == 0:
        return _present(office.people, handler_id, owner_id)[:1]
    bottom = owner_id or handler_id
    above = office.people.managers_above(bottom) if bottom is not None else []
    if level == 1:
        return [*_present(office.people, bottom), *above[:1]]
    return above[level - 1 : level]


def _present(people: PeopleQueries, *rep_ids: UUID | None) -> list[UUID]:
    """Return those who work here."""
    persons = [people.get(rep_id) for rep_id in rep_ids if rep_id is not None]
    return [person.rep_id for person in persons if person is not None and person.left_on is None]

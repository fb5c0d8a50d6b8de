"""Decides on complaints: climb each rung that is due, and tell whom it reaches (D9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.complaint import Complaint
from domain.customer import Customer
from domain.worker_commands import EscalateComplaint
from projections.obligations.queries import ObligationRow
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
        ladder = _ladder(complaint, office) if due else None
        for climb in sorted(due, key=lambda each: (each.at, each.level)):
            to_ids = ladder.at(climb.level) if ladder else ()
            command = EscalateComplaint(complaint_id=complaint_id, key=climb.key, to_ids=to_ids)
            office.care.execute(command, office.signature(now, climb.key))


@dataclass(frozen=True, slots=True)
class Ladder:
    """Whom each level of a complaint reaches; those who left are not on it."""

    handler_id: UUID | None
    owner_id: UUID | None
    above: Sequence[UUID]

    def at(self, level: int) -> tuple[UUID, ...]:
        """Return who is told at `level`; empty when there is nobody up there.

        Level 0 is the handler, or the owner while there is none; 1 the owner and his manager, 2
        the manager above (head of department), 3 the one above him (director).
        """
        owner = (self.owner_id,) if self.owner_id else ()
        if level == 0:
            return (self.handler_id,) if self.handler_id else owner
        if level == 1:
            return (*owner, *self.above[:1])
        return tuple(self.above[level - 1 : level])


def _ladder(complaint: Complaint, office: Office) -> Ladder:
    customer = office.care.log.get(complaint.customer_id)
    owner_id = customer.owner_id if isinstance(customer, Customer) else complaint.owner_id
    bottom = owner_id or complaint.handler_id
    return Ladder(
        handler_id=_if_here(complaint.handler_id, office),
        owner_id=_if_here(bottom, office),
        above=office.people.managers_above(bottom) if bottom is not None else (),
    )


def _if_here(rep_id: UUID | None, office: Office) -> UUID | None:
    person = office.people.get(rep_id) if rep_id is not None else None
    return rep_id if person is not None and person.left_on is None else None

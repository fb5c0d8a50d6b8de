"""What the commands about handovers do."""

from __future__ import annotations

from uuid import UUID

from domain import handover_commands as commands
from domain.aggregate import CareAggregate
from domain.errors import InvalidError, MovedMeanwhileError
from domain.handlers.work import Work
from domain.handover import Handover, Piece


def begin(work: Work, command: commands.BeginHandover) -> Handover:
    """Begin a handover; only a manager decides that, and who gets it all works here."""
    giver = work.representative_for_reading(command.from_id)
    return _begin(work, command.handover_id, giver.id, command.to_id)


def begin_undoing(work: Work, command: commands.BeginUndoing) -> Handover:
    """Begin to give back, to somebody who still works here."""
    undone = work.for_reading(Handover, command.undoes)
    return _begin(work, command.handover_id, undone.to_id, undone.from_id, undone.id)


def complete(work: Work, command: commands.CompleteHandover) -> Handover:
    """Say what it came to."""
    work.principal.require_manager()
    handover = work.target(Handover, command.handover_id)
    handover.complete(
        customers=command.customers,
        complaints=command.complaints,
        contracts=command.contracts,
        refused=command.refused,
    )
    return handover


def pass_on(work: Work, command: commands.PassOn) -> CareAggregate:
    """Have somebody else look after one thing; only a manager decides that.

    MovedMeanwhileError when it is not `from_id` who looks after it, so that nobody loses what
    somebody else gave him.
    """
    work.principal.require_manager()
    to_id = command.to_id
    if to_id is not None:
        work.require_present(to_id, "to_id")
    if command.piece is Piece.SECOND_OWNER:
        customer = work.customer(command.subject_id)
        _require_held(command, customer.second_owner_id)
        customer.change_second_owner(to_id)
        return customer
    if to_id is None:
        raise InvalidError(field="to_id", problem="required")
    if command.piece is Piece.OWNER:
        customer = work.customer(command.subject_id)
        _require_held(command, customer.owner_id)
        customer.change_owner(to_id)
        return customer
    if command.piece is Piece.COMPLAINT:
        complaint = work.complaint(command.subject_id)
        _require_held(command, complaint.handler_id)
        complaint.assign(to_id)
        return complaint
    contract = work.contract(command.subject_id)
    _require_held(command, contract.responsible_id)
    contract.change_responsible(to_id)
    return contract


def _begin(
    work: Work, handover_id: UUID, from_id: UUID, to_id: UUID, undoes: UUID | None = None
) -> Handover:
    work.principal.require_manager()
    work.require_present(to_id, "to_id")
    return work.add(Handover.between(handover_id, from_id=from_id, to_id=to_id, undoes=undoes))


def _require_held(command: commands.PassOn, holder_id: UUID | None) -> None:
    if holder_id != command.from_id:
        raise MovedMeanwhileError(of=command.piece.value, id=str(command.subject_id))

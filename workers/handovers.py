"""Handing over (替换跟单人): everything one representative looks after goes to another (R58, R59).

One command per customer, open complaint and contract in force, so each keeps its own history of
owners; the id of the handover is the correlation of all of it. A handover that was interrupted is
simply started again. Tasks go with their customers. Undoing gives back what nobody has moved since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from domain.access import Visibility
from domain.bulk import BatchItem, Bulk, Outcome
from domain.commands import Command
from domain.contract import ContractState
from domain.errors import CareError
from domain.handover import Piece
from domain.handover_commands import BeginHandover, BeginUndoing, CompleteHandover, PassOn
from domain.ids import new_id
from domain.provenance import Provenance
from projections.bootstrap import ReadSide
from projections.complaints.queries import ComplaintFilters
from projections.contracts.queries import ContractFilters

AT_ONCE = 200

Sign = Callable[[], Provenance]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much changes hands; `refused` is what somebody else was given meanwhile.

    A customer counts once, whether as owner or as second owner.
    """

    customers: int
    complaints: int
    contracts: int
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a handover came to; of a dry run, what it would come to, with no id and position 0."""

    handover_id: UUID | None
    counts: Counts
    position: int


def looks_after_anybody(read: ReadSide, rep_id: UUID) -> bool:
    """Tell whether he still has a customer, a complaint to handle or a contract to see to."""
    return next(_held_by(read, rep_id, rep_id), None) is not None


def looked_after(read: ReadSide, rep_id: UUID) -> Counts:
    """Return how much would change hands, without any of it."""
    return _counted(_held_by(read, rep_id, rep_id))


def hand_over(
    read: ReadSide, sign: Sign, *, from_id: UUID, to_id: UUID, dry_run: bool = False
) -> Done:
    """Give all customers, open complaints and contracts of `from_id` to `to_id`.

    Where he was second owner the place is freed. `sign` gives the provenance of each batch, whose
    principal has to be a manager who sees the customers. Waits until the lists show it. Raises
    NotFoundError, InvalidError or RepresentativeLeftError before anything is given.
    """
    begin = BeginHandover(handover_id=new_id(), from_id=from_id, to_id=to_id)
    return _carry_out(read, sign, begin, _held_by(read, from_id, to_id), dry_run=dry_run)


def undo(read: ReadSide, sign: Sign, *, handover_id: UUID, dry_run: bool = False) -> Done:
    """Give back what a handover gave away and nobody has moved since, as a handover of its own.

    A second owner whose place was freed has it again. `sign`, waiting and errors as for
    `hand_over`; NotFoundError as well when there is no such handover.
    """
    begin = BeginUndoing(handover_id=new_id(), undoes=handover_id)
    pieces = (
        PassOn(
            piece=moved.piece,
            subject_id=moved.subject_id,
            from_id=moved.to_id,
            to_id=moved.from_id,
        )
        for moved in read.handovers.pieces(handover_id)
    )
    return _carry_out(read, sign, begin, pieces, dry_run=dry_run)


def _carry_out(
    read: ReadSide,
    sign: Sign,
    begin: BeginHandover | BeginUndoing,
    pieces: Iterator[PassOn],
    *,
    dry_run: bool,
) -> Done:
    def signed() -> Provenance:
        return replace(sign(), correlation=begin.handover_id)

    def run(*batches: Sequence[Command]) -> Iterator[list[Outcome]]:
        items = ([BatchItem(command=command) for command in batch] for batch in batches)
        return Bulk(read.care, signed, dry_run=dry_run).run(items)

    ((begun,),) = run([begin])
    if isinstance(begun, CareError):
        raise begun
    # All is looked up before any of it moves, from lists that show what was there by then.
    read.watch.wait_for(begun.position)
    everything = sorted(pieces, key=_turn)
    batches = [everything[start : start + AT_ONCE] for start in range(0, len(everything), AT_ONCE)]
    given = [
        piece
        for batch, outcomes in zip(batches, run(*batches), strict=True)
        for piece, outcome in zip(batch, outcomes, strict=True)
        if not isinstance(outcome, CareError)
    ]
    counts = replace(_counted(given), refused=len(everything) - len(given))
    if dry_run:
        return Done(handover_id=None, counts=counts, position=0)
    completed = read.care.execute(
        CompleteHandover(handover_id=begin.handover_id, **asdict(counts)), signed()
    )
    read.watch.wait_for(completed.position)
    return Done(handover_id=begin.handover_id, counts=counts, position=completed.position)


def _turn(piece: PassOn) -> tuple[UUID, bool, Piece]:
    """Keep what is about one customer together: whoever is to own him is second owner no more."""
    return piece.subject_id, piece.to_id is not None, piece.piece


def _counted(pieces: Iterable[PassOn]) -> Counts:
    subjects = defaultdict(set)
    for piece in pieces:
        kind = Piece.OWNER if piece.piece is Piece.SECOND_OWNER else piece.piece
        subjects[kind].add(piece.subject_id)
    return Counts(
        customers=len(subjects[Piece.OWNER]),
        complaints=len(subjects[Piece.COMPLAINT]),
        contracts=len(subjects[Piece.CONTRACT]),
    )


def _held_by(read: ReadSide, rep_id: UUID, to_id: UUID) -> Iterator[PassOn]:
    """Yield what has to be passed on from one to another; of a second owner only his place."""
    his = Visibility(frozenset({rep_id}))
    after = None
    while rows := read.roster.page(his, sort="registered_on", after=after, limit=AT_ONCE):
        for row in rows:
            owns = row.owner_id == rep_id
            yield PassOn(
                piece=Piece.OWNER if owns else Piece.SECOND_OWNER,
                subject_id=row.customer_id,
                from_id=rep_id,
                to_id=to_id if owns else None,
            )
        after = rows[-1].sort_key("registered_on")
    open_ones = ComplaintFilters(is_open=True, handler_id=rep_id)
    seen = None
    while found := read.complaints.page(his, open_ones, after=seen, limit=AT_ONCE):
        for complaint in found:
            yield PassOn(
                piece=Piece.COMPLAINT,
                subject_id=complaint.complaint_id,
                from_id=rep_id,
                to_id=to_id,
            )
        seen = (found[-1].next_due_at, found[-1].complaint_id)
    contracts = ContractFilters(state=ContractState.IN_FORCE, responsible_id=rep_id)
    last = None
    while signed := read.contracts.page(his, contracts, after=last, limit=AT_ONCE):
        for contract in signed:
            yield PassOn(
                piece=Piece.CONTRACT,
                subject_id=contract.contract_id,
                from_id=rep_id,
                to_id=to_id,
            )
        last = (signed[-1].signed_on, signed[-1].contract_id)

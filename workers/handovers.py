"""Handing over (替换跟单人): everything one representative looks after goes to another (R58, R59).

One command per customer, open complaint and contract in force, so each keeps its own history of
owners; a handover that was interrupted is simply started again. Tasks go with their customers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from domain import aftercare_commands, commands
from domain.access import Visibility
from domain.bulk import BatchItem, Bulk
from domain.contract import ContractState
from domain.errors import CareError
from domain.provenance import Provenance
from projections.bootstrap import ReadSide
from projections.complaints.queries import ComplaintFilters
from projections.contracts.queries import ContractFilters

AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What changed hands; `refused` are commands that somebody's other change stood against."""

    customers: int
    complaints: int
    contracts: int
    refused: int
    position: int


def looks_after_anybody(read: ReadSide, rep_id: UUID) -> bool:
    """Tell whether he still has a customer, a complaint to handle or a contract to see to."""
    return next(_commands(read, rep_id, rep_id), None) is not None


def looked_after(read: ReadSide, rep_id: UUID) -> Handover:
    """Return how much would change hands, without any of it."""
    return _counted(Counter(map(type, _commands(read, rep_id, rep_id))))


def hand_over(
    read: ReadSide, sign: Callable[[], Provenance], *, from_id: UUID, to_id: UUID
) -> Handover:
    """Give all customers, open complaints and contracts of `from_id` to `to_id`.

    Where he was second owner the place is freed. `sign` gives the provenance of each batch, whose
    principal has to be a manager who sees the customers. Waits until the lists show it.
    """
    given: Counter[type[commands.Command]] = Counter()
    refused = position = 0
    everything = list(_commands(read, from_id, to_id))
    batches = [
        [BatchItem(command=command) for command in everything[start : start + AT_ONCE]]
        for start in range(0, len(everything), AT_ONCE)
    ]
    for batch, outcomes in zip(batches, Bulk(read.care, sign).run(batches), strict=True):
        for item, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, CareError):
                refused += 1
                continue
            position = max(position, outcome.position)
            given[type(item.command)] += 1
    if position:
        read.watch.wait_for(position)
    return _counted(given, refused, position)


def _counted(
    given: Counter[type[commands.Command]], refused: int = 0, position: int = 0
) -> Handover:
    return Handover(
        customers=given[commands.ChangeOwner] + given[commands.ChangeSecondOwner],
        complaints=given[commands.AssignComplaint],
        contracts=given[aftercare_commands.ChangeResponsible],
        refused=refused,
        position=position,
    )


def _commands(read: ReadSide, from_id: UUID, to_id: UUID) -> Iterator[commands.Command]:
    """Yield what has to be done; from and to may be the same to only look."""
    his = Visibility(frozenset({from_id}))
    after = None
    while rows := read.roster.page(his, sort="registered_on", after=after, limit=AT_ONCE):
        for row in rows:
            if row.owner_id == from_id:
                yield commands.ChangeOwner(customer_id=row.customer_id, owner_id=to_id)
            else:
                yield commands.ChangeSecondOwner(customer_id=row.customer_id, owner_id=None)
        after = rows[-1].sort_key("registered_on")
    open_ones = ComplaintFilters(is_open=True, handler_id=from_id)
    seen = None
    while found := read.complaints.page(his, open_ones, after=seen, limit=AT_ONCE):
        for complaint in found:
            yield commands.AssignComplaint(complaint_id=complaint.complaint_id, handler_id=to_id)
        seen = (found[-1].next_due_at, found[-1].complaint_id)
    contracts = ContractFilters(state=ContractState.IN_FORCE, responsible_id=from_id)
    last = None
    while signed := read.contracts.page(his, contracts, after=last, limit=AT_ONCE):
        for contract in signed:
            yield aftercare_commands.ChangeResponsible(
                contract_id=contract.contract_id, responsible_id=to_id
            )
        last = (signed[-1].signed_on, signed[-1].contract_id)

"""How a customer stands to the public pool, and why: from his events and the policies (D10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.messages import Language, detail
from api.sentences import SayDay, days_said
from domain.access import EVERYTHING
from domain.complaint import Complaint, Stage
from domain.contract import Contract, ContractState
from domain.customer import Customer
from domain.follow_up import attention_of
from domain.policies.attention import Step, StepKind
from domain.policies.book import PolicyBook, PolicyKind
from domain.policies.pool import Exemption, PoolClock
from projections.bootstrap import ReadSide
from projections.complaints.queries import ComplaintFilters
from projections.contracts.queries import ContractFilters
from projections.moments import Moment

MOST_NAMED = 20
"""How many open complaints and contracts are named; one is enough to exempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStanding:
    """A clock of the pool: since when it runs, how long, and when its end is warned of."""

    clock: PoolClock
    since: date
    term_days: int
    warns_on: date
    runs_out_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningStanding:
    """A warning that still holds."""

    clock: PoolClock
    warned_on: date
    returns_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnStanding:
    """The last return to the pool; `clock` is null when a manager put the customer there."""

    returned_on: date
    clock: PoolClock | None
    since: date | None
    term_days: int | None
    grace_until: datetime | None
    from_owner_id: UUID | None
    pool_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What follows if nobody does anything: a rung of the ladder, a warning, the return."""

    kind: StepKind
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStanding:
    """Whether a customer is in the pool, or what would bring him there and what keeps him.

    `clocks` are under the policy `pool_version`. `exempt_by` are open complaints and contracts in
    force. `text` says all of it in the language of the request.
    """

    is_in_pool: bool
    pool_version: int
    clocks: list[ClockStanding]
    warning: WarningStanding | None
    exempt_by: list[UUID]
    next_step: NextStep | None
    returned: ReturnStanding | None
    text: str


def pool_standing(
    read: ReadSide,
    customer: Customer,
    book: PolicyBook,
    moment: Moment | None,
    language: Language,
    *,
    say_day: SayDay = date.isoformat,
) -> PoolStanding:
    """Return how a customer stands to the pool under the policies of `book`, as of his last event.

    At a `moment` of the past, unless it is None, the complaints and contracts of then exempt him.
    """
    returned = _last_return(read.log.events.get(customer.id, lte=customer.version))
    if customer.owner_id is None:
        return PoolStanding(
            is_in_pool=True,
            pool_version=book.versions[PolicyKind.POOL],
            clocks=[],
            warning=None,
            exempt_by=[],
            next_step=None,
            returned=returned,
            text=_joined(_of_return(returned), language, say_day),
        )
    rules, attention = book.attention_rules, attention_of(customer, book)
    kept = _kept_now(read, customer) if moment is None else _kept_then(read, customer, moment)
    exempt_by = [each for by, found in kept.items() if by in book.pool.exemptions for each in found]
    clocks = [ClockStanding(**each._asdict()) for each in rules.clocks(attention)]
    step = rules.pool_step(attention)
    warning = None
    if step is not None and step.kind is StepKind.POOL_RETURN and attention.warning is not None:
        warning = WarningStanding(**attention.warning._asdict())
    told = list(_of_clocks(clocks, warning, customer))
    if exempt_by:
        told.append(("pool-exempt", {}))
    return PoolStanding(
        is_in_pool=False,
        pool_version=book.versions[PolicyKind.POOL],
        clocks=clocks,
        warning=warning,
        exempt_by=exempt_by,
        next_step=_step(rules.next_step(attention, is_exempt=bool(exempt_by))),
        returned=returned,
        text=_joined(told, language, say_day),
    )


def _kept_now(read: ReadSide, customer: Customer) -> dict[Exemption, list[UUID]]:
    """Return what may exempt a customer, from the lists of open complaints and contracts."""
    open_ones = ComplaintFilters(customer_id=customer.id, is_open=True)
    in_force = ContractFilters(customer_id=customer.id, state=ContractState.IN_FORCE)
    complaints = read.complaints.page(EVERYTHING, open_ones, limit=MOST_NAMED)
    contracts = read.contracts.page(EVERYTHING, in_force, limit=MOST_NAMED)
    return {
        Exemption.OPEN_COMPLAINT: [row.complaint_id for row in complaints],
        Exemption.CONTRACT: [row.contract_id for row in contracts],
    }


def _kept_then(read: ReadSide, customer: Customer, moment: Moment) -> dict[Exemption, list[UUID]]:
    """Return the same as of `moment`, from the streams that name the customer."""
    about = read.history.evidence_of(customer.id).streams
    streams = [read.moments.get(each, moment) for each in about]
    return {
        Exemption.OPEN_COMPLAINT: [
            each.id
            for each in streams
            if isinstance(each, Complaint) and each.stage is not Stage.CLOSED
        ],
        Exemption.CONTRACT: [
            each.id
            for each in streams
            if isinstance(each, Contract) and each.state is ContractState.IN_FORCE
        ],
    }


def _last_return(events: Iterable[Any]) -> ReturnStanding | None:
    found = None
    for event in events:
        if isinstance(event, Customer.ReturnedToPool):
            found = event
    if found is None:
        return None
    return ReturnStanding(
        returned_on=found.returned_on,
        clock=PoolClock(found.clock) if found.clock else None,
        since=found.since,
        term_days=found.term_days,
        grace_until=found.grace_until,
        from_owner_id=found.from_owner_id,
        pool_version=found.pool_version,
    )


def _step(step: Step | None) -> NextStep | None:
    return NextStep(kind=step.kind, on=step.on) if step is not None else None


Told = tuple[str, dict[str, Any]]


def _of_clocks(
    clocks: Iterable[ClockStanding], warning: WarningStanding | None, customer: Customer
) -> Iterable[Told]:
    running = list(clocks)
    if not running:
        yield "pool-never", {"grade": customer.grade}
    for clock in running:
        if warning is not None and warning.clock is clock.clock:
            yield "pool-warned", asdict(warning)
        else:
            yield "pool-runs", asdict(clock)


def _of_return(returned: ReturnStanding | None) -> Iterable[Told]:
    if returned is None:
        yield "pool-new", {}
    elif returned.clock is None:
        yield "pool-put-in", asdict(returned)
    else:
        yield "pool-returned", asdict(returned)
        if returned.grace_until is not None:
            yield "pool-grace", asdict(returned)


def _joined(told: Iterable[Told], language: Language, say_day: SayDay) -> str:
    between = "" if language is Language.CHINESE else " "
    return between.join(detail(code, language, days_said(values, say_day)) for code, values in told)

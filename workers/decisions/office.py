"""What decisions are made with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.access import Principal
from domain.application import CustomerCare
from domain.provenance import Provenance
from projections.bootstrap import ReadSide
from projections.complaints.queries import ComplaintQueries
from projections.contracts.queries import ContractQueries
from projections.obligations.queries import ObligationQueries, ObligationRow
from projections.occasions.queries import OccasionQueries
from projections.people.queries import PeopleQueries
from projections.tasks.queries import TaskQueries
from projections.watch import PositionWatch
from workers.ways_out import WaysOutTable

DECIDER = Principal.system("decisions")


class DueList(Protocol):
    """What is due for a representative."""

    def count_for(self, rep_id: UUID, day: date) -> tuple[int, int]:
        """Return how many customers are due on `day`, and how many were due before."""
        ...

    def due_customer_ids(self, rep_id: UUID, day: date, limit: int) -> list[UUID]:
        """Return the customers due on or before `day`, the longest overdue first."""
        ...

    def reckoned_ids(
        self, days: Collection[date] | None, after: UUID | None, limit: int
    ) -> list[UUID]:
        """Return customers whose date was reckoned, over one of `days` if given, by id."""
        ...


class Outages(Protocol):
    """When we were down."""

    def grace_after(self, moment: datetime, now: datetime) -> datetime | None:
        """Return when the grace after an outage ends that lasts beyond `moment`, None if none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The door to the domain, and what decisions look at."""

    care: CustomerCare
    people: PeopleQueries
    due_list: DueList
    complaints: ComplaintQueries
    tasks: TaskQueries
    contracts: ContractQueries
    watch: PositionWatch
    obligations: ObligationQueries
    occasions: OccasionQueries
    ways_out: WaysOutTable
    uptime: Outages

    def signature(self, now: datetime, correlation: UUID) -> Provenance:
        """Return the signature under a decision; `correlation` is the obligation's key."""
        return Provenance(principal=DECIDER, at=now, through="worker", correlation=correlation)


def office_of(read: ReadSide, uptime: Outages) -> Office:
    """Return what decisions are made with over a read side."""
    return Office(
        care=read.care,
        people=read.people,
        due_list=read.due_list,
        complaints=read.complaints,
        tasks=read.tasks,
        contracts=read.contracts,
        watch=read.watch,
        obligations=ObligationQueries(read.database),
        occasions=read.occasions,
        ways_out=WaysOutTable(read.database),
        uptime=uptime,
    )


Decide = Callable[[Sequence[ObligationRow], datetime, Office], None]
"""Decides obligations of one kind that are due at the given instant, all of them or raises.

May be called twice with the same ones, also at the same time.
"""

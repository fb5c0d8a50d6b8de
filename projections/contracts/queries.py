"""Asks for contracts, and for what is owed: by day, and summed up by who sees to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composed

from domain.access import Visibility
from domain.contract import ContractState
from domain.eventstore.database import Database
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract as it stands; `version` is the version of its stream, `next_due_on` what is owed.

    `next_due_on` is null when nothing is owed any more, or it is not in force.
    """

    contract_id: UUID
    version: int
    customer_id: UUID
    name: str
    company: str
    responsible_id: UUID
    number: str
    title: str
    amount: Decimal
    paid: Decimal
    currency: str
    signed_on: date
    next_due_on: date | None
    state: ContractState
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReceivableRow:
    """An instalment that is owed; `instalment` is its number within the contract `number`."""

    contract_id: UUID
    number: str
    instalment: int
    customer_id: UUID
    name: str
    company: str
    responsible_id: UUID
    due_on: date
    amount: Decimal
    outstanding: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class ReceivableTotal:
    """What a representative has to see to, in one currency, and how much of it is overdue."""

    responsible_id: UUID
    currency: str
    count: int
    outstanding: Decimal
    overdue_count: int
    overdue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFilters:
    """Which contracts are wanted; what is left out does not count. `number` is a whole number."""

    state: ContractState | None = None
    customer_id: UUID | None = None
    responsible_id: UUID | None = None
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableFilters:
    """Which instalments are wanted, of contracts in force; `due_before` does not include it."""

    due_before: date | None = None
    customer_id: UUID | None = None
    responsible_id: UUID | None = None


ALL_CONTRACTS = ContractFilters()
ALL_RECEIVABLES = ReceivableFilters()


class ContractQueries(Queries):
    """Reads contracts that a principal may see: his customers' and those he is responsible for."""

    def __init__(self, database: Database, schema: str = "contracts") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        self._contracts = self._sql(
            "SELECT contract_id, version, customer_id, c.name, c.company, responsible_id, number,"
            " title, amount, paid, currency, signed_on, (SELECT min(due_on)"
            "  FROM {schema}.instalment i WHERE i.contract_id = k.contract_id"
            "  AND i.paid < i.amount AND k.state = 'in_force'), state, ended_at"
            " FROM {schema}.contract AS k JOIN {schema}.customer AS c USING (customer_id)"
        )
        owed = (
            " FROM {schema}.instalment AS i JOIN {schema}.contract AS k USING (contract_id)"
            " JOIN {schema}.customer AS c USING (customer_id)"
            " WHERE i.paid < i.amount AND k.state = 'in_force'"
        )
        self._receivables = self._sql(
            "SELECT contract_id, k.number, i.number, customer_id, c.name, c.company,"
            f" responsible_id, due_on, i.amount, i.amount - i.paid, currency{owed}"
        )
        self._totals = self._sql(
            "SELECT responsible_id, currency, count(*), sum(i.amount - i.paid),"
            " count(*) FILTER (WHERE due_on < %(today)s),"
            f" coalesce(sum(i.amount - i.paid) FILTER (WHERE due_on < %(today)s), 0){owed}"
        )
        self._owed_to = self._sql(
            "SELECT contract_id FROM {schema}.contract WHERE responsible_id = %(responsible_id)s"
            " AND state = 'in_force' AND paid < amount"
        )

    def get(self, contract_id: UUID, visibility: Visibility) -> ContractRow | None:
        """Return a contract, None when it is absent or out of scope."""
        conditions = [SQL("contract_id = %(id)s")]
        arguments = {"id": contract_id}
        rows = self._read(self._contracts, visibility, conditions, SQL(""), arguments)
        return _contract(rows[0]) if rows else None

    def page(
        self,
        visibility: Visibility,
        filters: ContractFilters = ALL_CONTRACTS,
        *,
        after: tuple[date, UUID] | None = None,
        limit: int = 50,
    ) -> list[ContractRow]:
        """Return contracts, the newest first; `after` is `signed_on` and id of the last one."""
        wanted = (
            (filters.state, SQL("state = %(state)s")),
            (filters.customer_id, SQL("customer_id = %(customer_id)s")),
            (filters.responsible_id, SQL("responsible_id = %(responsible_id)s")),
            (filters.number, SQL("lower(number) = lower(%(number)s)")),
            (after, SQL("(signed_on, contract_id) < (%(after_on)s, %(after_id)s)")),
        )
        arguments = {
            "state": filters.state,
            "customer_id": filters.customer_id,
            "responsible_id": filters.responsible_id,
            "number": filters.number.strip(),
            "after_on": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": limit,
        }
        conditions = [condition for is_wanted, condition in wanted if is_wanted]
        end = SQL(" ORDER BY signed_on DESC, contract_id DESC LIMIT %(limit)s")
        rows = self._read(self._contracts, visibility, conditions, end, arguments)
        return [_contract(row) for row in rows]

    def receivables(
        self,
        visibility: Visibility,
        filters: ReceivableFilters = ALL_RECEIVABLES,
        *,
        after: tuple[date, UUID, int] | None = None,
        limit: int = 50,
    ) -> list[ReceivableRow]:
        """Return what is owed, the longest due first; `after` is day, contract and instalment."""
        conditions, arguments = _owed(filters)
        if after is not None:
            conditions.append(
                SQL("(due_on, contract_id, i.number) > (%(after_on)s, %(after_id)s, %(after_no)s)")
            )
            arguments |= dict(zip(("after_on", "after_id", "after_no"), after, strict=True))
        end = SQL(" ORDER BY due_on, contract_id, i.number LIMIT %(limit)s")
        arguments |= {"limit": limit}
        rows = self._read(self._receivables, visibility, conditions, end, arguments, has_where=True)
        return [ReceivableRow(*row) for row in rows]

    def totals(
        self, visibility: Visibility, today: date, filters: ReceivableFilters = ALL_RECEIVABLES
    ) -> list[ReceivableTotal]:
        """Return what is owed by who sees to it and currency, the most overdue first."""
        conditions, arguments = _owed(filters)
        end = SQL(" GROUP BY responsible_id, currency ORDER BY 6 DESC, 4 DESC, 1, 2")
        arguments |= {"today": today}
        rows = self._read(self._totals, visibility, conditions, end, arguments, has_where=True)
        return [ReceivableTotal(*row) for row in rows]

    def owed_to(self, responsible_id: UUID) -> list[UUID]:
        """Return the contracts in force that are not paid and that somebody has to see to."""
        return [row[0] for row in self._rows(self._owed_to, responsible_id=responsible_id)]

    def _read(
        self,
        select: Composed,
        visibility: Visibility,
        conditions: list[SQL],
        end: SQL,
        arguments: dict[str, Any],
        *,
        has_where: bool = False,
    ) -> list[tuple[Any, ...]]:
        if visibility.rep_ids is not None:
            conditions = [*conditions, _VISIBLE]
            arguments = arguments | {"reps": list(visibility.rep_ids)}
        where = SQL(" AND " if has_where else " WHERE ") + SQL(" AND ").join(conditions)
        query = Composed([select, where if conditions else SQL(""), end])
        return self._rows(query, **arguments)


_VISIBLE = SQL(
    "(c.owner_id = ANY(%(reps)s) OR c.second_owner_id = ANY(%(reps)s)"
    " OR responsible_id = ANY(%(reps)s))"
)


def _owed(filters: ReceivableFilters) -> tuple[list[SQL], dict[str, Any]]:
    wanted = (
        (filters.due_before, SQL("due_on < %(due_before)s")),
        (filters.customer_id, SQL("customer_id = %(customer_id)s")),
        (filters.responsible_id, SQL("responsible_id = %(responsible_id)s")),
    )
    arguments = {
        "due_before": filters.due_before,
        "customer_id": filters.customer_id,
        "responsible_id": filters.responsible_id,
    }
    return [condition for is_wanted, condition in wanted if is_wanted], arguments


def _contract(row: tuple[Any, ...]) -> ContractRow:
    values = list(row)
    values[13] = ContractState(row[13])
    return ContractRow(*values)

"""Keeps the contracts and their instalments, with the customer's owners, whoever they are today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.contract import Contract, ContractState, Instalment
from domain.eventstore.database import Connection
from projections import whose
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

_CONTRACT = {
    "contract_id": "uuid",
    "version": "bigint",
    "customer_id": "uuid",
    "responsible_id": "uuid",
    "number": "text",
    "title": "text",
    "amount": "numeric",
    "paid": "numeric",
    "currency": "text",
    "signed_on": "date",
    "state": "text",
    "ended_at": "timestamptz",
}
_INSTALMENT = {
    "contract_id": "uuid",
    "number": "integer",
    "due_on": "date",
    "amount": "numeric",
    "paid": "numeric",
}


class ContractsProjection(ReadModel):
    """One row per contract and one per instalment; `customer` tells whose each customer is."""

    name = "contracts"
    version = 1
    events = (Contract.Event, *whose.EVENTS)
    personal = frozenset({"card", "after", "number", "title"})
    tables = (
        """
        CREATE TABLE {schema}.contract (
            contract_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            customer_id uuid NOT NULL,
            responsible_id uuid NOT NULL,
            number text NOT NULL,
            title text NOT NULL,
            amount numeric NOT NULL,
            paid numeric NOT NULL,
            currency text NOT NULL,
            signed_on date NOT NULL,
            state text NOT NULL,
            ended_at timestamptz
        );
        CREATE TABLE {schema}.instalment (
            contract_id uuid NOT NULL,
            number integer NOT NULL,
            due_on date NOT NULL,
            amount numeric NOT NULL,
            paid numeric NOT NULL,
            PRIMARY KEY (contract_id, number)
        );
    """
        + whose.TABLE
    )
    indexes = """
        CREATE INDEX IF NOT EXISTS contract_customer ON {schema}.contract (customer_id, state);
        CREATE INDEX IF NOT EXISTS contract_responsible
            ON {schema}.contract (responsible_id) WHERE state = 'in_force';
        CREATE INDEX IF NOT EXISTS contract_signed
            ON {schema}.contract (signed_on, contract_id);
        CREATE INDEX IF NOT EXISTS contract_number ON {schema}.contract (lower(number));
        CREATE INDEX IF NOT EXISTS instalment_owed
            ON {schema}.instalment (due_on, contract_id, number) WHERE paid < amount;
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._contracts = Table(self.schema, "contract", key=("contract_id",), columns=_CONTRACT)
        self._instalments = Table(
            self.schema, "instalment", key=("contract_id", "number"), columns=_INSTALMENT
        )
        self._customers = Table(
            self.schema, "customer", key=("customer_id",), columns=whose.COLUMNS
        )

    def forget(self, connection: Connection, customer_ids: Sequence[UUID]) -> None:
        """Delete what hangs under their contracts too."""
        connection.execute(
            SQL(
                "DELETE FROM {schema}.instalment AS t USING {schema}.contract AS c"
                " WHERE c.contract_id = t.contract_id AND c.customer_id = ANY(%s)"
            ).format(schema=Identifier(self.schema)),
            (list(customer_ids),),
        )
        super().forget(connection, customer_ids)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per contract and per customer; the last plan of each contract counts."""
        contracts, customers = Rows(self._contracts), Rows(self._customers)
        plans: dict[UUID, list[Instalment]] = {}
        for _, event in batch:
            if isinstance(event, Contract.Event):
                values = _VALUES[type(event)](event) | {"version": event.originator_version}
                is_first = isinstance(event, Contract.Signed)
                change = contracts.insert if is_first else contracts.update
                change(event.originator_id, **values)
                plans |= _plan_of(event)
            else:
                whose.fold(event, customers)
        contracts.write(connection)
        customers.write(connection)
        self._instalments.delete(connection, list(plans))
        self._instalments.insert(connection, list(_rows(plans)))


def _plan_of(event: Any) -> dict[UUID, list[Instalment]]:
    if isinstance(event, (Contract.Signed, Contract.PaymentReceived)):
        return {event.originator_id: event.instalments}
    return {}


def _rows(plans: Mapping[UUID, Sequence[Instalment]]) -> Any:
    for contract_id, plan in plans.items():
        for each in plan:
            yield {
                "contract_id": contract_id,
                "number": each.number,
                "due_on": each.due_on,
                "amount": each.amount,
                "paid": each.paid,
            }


def _signed(event: Any) -> dict[str, Any]:
    names = ("customer_id", "responsible_id", "number", "title", "amount", "currency", "signed_on")
    values = {name: getattr(event, name) for name in names}
    return values | {"paid": 0, "state": ContractState.IN_FORCE.value}


def _ended(state: ContractState) -> Callable[[Any], dict[str, Any]]:
    return lambda event: {"state": state.value, "ended_at": event.timestamp}


_VALUES: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    Contract.Signed: _signed,
    Contract.PaymentReceived: lambda event: {"paid": sum(i.paid for i in event.instalments)},
    Contract.ResponsibleChanged: lambda event: {"responsible_id": event.to_responsible_id},
    Contract.Closed: _ended(ContractState.CLOSED),
    Contract.Cancelled: _ended(ContractState.CANCELLED),
}
"""What each event makes of the row of a contract."""

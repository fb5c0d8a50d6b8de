"""Keeps the obligations: one row for each thing that is still to be decided, none for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection
from domain.policy import Policy
from projections.obligations import (
    digests,
    escalations,
    receivables,
    recomputations,
    return_visits,
)
from projections.obligations.company import KEPT, Company, CompanyBook, CompanyHours
from projections.obligations.ledger import Ledger, Obligation, Owed
from projections.obligations.neglect import CHANGES, STEPS_GO_BY, NeglectTable
from projections.owed import OWED
from projections.read_model import ReadModel, Recorded
from projections.table import Table

Fold = Callable[[Any, Ledger], None]

SOURCES: tuple[dict[type[Any], Fold], ...] = (
    escalations.FOLDS,
    digests.FOLDS,
    recomputations.FOLDS,
    return_visits.FOLDS,
    receivables.FOLDS,
)
"""Where obligations come from; another kind is another module and another name here."""

AMENDING = (Policy.Adopted, Policy.Amended)


class ObligationsProjection(ReadModel):
    """One row per open obligation; a decision of it, or the end of its reason, removes the row.

    What is owed about customers nobody looks after stands in a child of the table, `neglect`, which
    has a row for each customer, due or not. The table `policy` holds the policies at this position.
    """

    name = "obligations"
    version = 5
    events = (
        Policy.Adopted,
        Policy.Amended,
        *(event_class for source in SOURCES for event_class in source),
        *CHANGES,
    )
    tables = (
        """
        CREATE TABLE {schema}.obligation (
            key uuid PRIMARY KEY,
            kind text NOT NULL,
            subject_id uuid NOT NULL,
            customer_id uuid,
            rep_id uuid,
            day date,
            due_at timestamptz,
            expires_at timestamptz,
            priority smallint NOT NULL,
            payload jsonb NOT NULL
        );
        CREATE INDEX obligation_subject ON {schema}.obligation (subject_id);
        """
        + CompanyBook.tables
        + NeglectTable.tables
    )
    indexes = (
        """
        CREATE INDEX IF NOT EXISTS obligation_order ON {schema}.obligation (kind, due_at, key);
        CREATE INDEX IF NOT EXISTS obligation_due ON {schema}.obligation (due_at);
        """
        + NeglectTable.indexes
    )

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._table = Table(self.schema, "obligation", key=("key",), columns=OWED)
        self._neglect = NeglectTable(self.schema)
        self._book = CompanyBook(self.schema)
        self._folds: dict[type[Any], list[Fold]] = {}
        for source in SOURCES:
            for event_type, fold in source.items():
                self._folds.setdefault(event_type, []).append(fold)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch into one ledger, then end, bring and begin what it says.

        What customers owe is reckoned before each change of a policy, and for all of them after it.
        """
        ledger = Ledger(_Standing(self.schema, connection, self._book, batch))
        told: list[Any] = []
        for position, event in batch:
            kind = KEPT.get(event.originator_id) if isinstance(event, AMENDING) else None
            if kind is not None:
                self._apply_to_customers(connection, told)
                told = []
                company = self._book.amend(connection, position, kind, event.content)
                ledger.change_policy(kind, company)
                if kind in STEPS_GO_BY:
                    self._neglect.reckon(connection, company, event.timestamp)
            for fold in self._folds.get(type(event), ()):
                fold(event, ledger)
            told.append(event)
        self._apply_to_customers(connection, told)
        self._write(connection, ledger)

    def forget(self, connection: Connection, customer_ids: Sequence[UUID]) -> None:
        """Delete what is owed about themselves too, which names them as its subject."""
        connection.execute(
            self._sql("DELETE FROM {schema}.obligation WHERE subject_id = ANY(%s)"),
            (list(customer_ids),),
        )
        super().forget(connection, customer_ids)

    def _apply_to_customers(self, connection: Connection, events: Sequence[Any]) -> None:
        self._neglect.apply(connection, events, lambda at: self._book.at(connection, at))

    def _write(self, connection: Connection, ledger: Ledger) -> None:
        if ledger.cleared:
            # Everything of a kind that was owed about a subject goes.
            connection.execute(
                self._sql(
                    "DELETE FROM ONLY {schema}.obligation AS t"
                    " USING unnest(%b::text[], %b::uuid[]) AS u (kind, subject_id)"
                    " WHERE t.subject_id = u.subject_id AND t.kind = u.kind"
                ),
                [list(column) for column in zip(*sorted(ledger.cleared), strict=True)],
                prepare=True,
            )
        if ledger.ended_until:
            things = [(*thing, day) for thing, day in sorted(ledger.ended_until.items())]
            connection.execute(
                self._sql(
                    "DELETE FROM ONLY {schema}.obligation AS t"
                    " USING unnest(%b::text[], %b::uuid[], %b::date[]) AS u (kind, subject_id, day)"
                    " WHERE t.subject_id = u.subject_id AND t.kind = u.kind AND t.day <= u.day"
                ),
                [list(column) for column in zip(*things, strict=True)],
                prepare=True,
            )
        self._table.delete(connection, list(ledger.ended))
        self._table.insert(connection, [_row(o) for o in ledger.added])
        if ledger.hours_changed:
            self._change_hours(connection, ledger.hours)

    def _change_hours(self, connection: Connection, hours: CompanyHours) -> None:
        """Move what is due at the opening of a day."""
        query = self._sql("SELECT key, day FROM ONLY {schema}.obligation WHERE day IS NOT NULL")
        days = connection.execute(query).fetchall()
        self._table.update(connection, {key: {"due_at": hours.opening(day)} for key, day in days})

    def _sql(self, text: Any) -> Any:
        return SQL(text).format(schema=Identifier(self.schema))


class _Standing:
    """Reads from the tables how things stood before a batch."""

    def __init__(
        self, schema: str, connection: Connection, book: CompanyBook, batch: Sequence[Recorded]
    ) -> None:
        self._schema = schema
        self._connection = connection
        self._book = book
        self._batch = batch

    def company(self) -> Company:
        return self._book.current(self._connection)

    def owed(self) -> Owed:
        query = SQL(
            "SELECT kind, subject_id, key FROM ONLY {schema}.obligation WHERE subject_id = ANY(%b)"
        ).format(schema=Identifier(self._schema))
        subjects = list({event.originator_id for _, event in self._batch})
        owed: dict[tuple[str, UUID], list[UUID]] = {}
        for kind, subject_id, key in self._connection.execute(query, (subjects,)).fetchall():
            owed.setdefault((kind, subject_id), []).append(key)
        return owed


def _row(obligation: Obligation) -> dict[str, Any]:
    return {name: getattr(obligation, name) for name in OWED}

"""Keeps the obligations: one row for each thing that is still to be decided, none for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection
from domain.policies.book import PolicyKind
from domain.policy import Policy
from projections.obligations import digests, escalations, recomputations
from projections.obligations.company_hours import CompanyHours
from projections.obligations.ledger import Ledger, Obligation
from projections.owed import OWED
from projections.read_model import ReadModel, Recorded
from projections.table import Table

Fold = Callable[[Any, Ledger], None]

SOURCES: tuple[dict[type[Any], Fold], ...] = (
    escalations.FOLDS,
    digests.FOLDS,
    recomputations.FOLDS,
)
"""Where obligations come from; another kind is another module and another name here."""


class ObligationsProjection(ReadModel):
    """One row per open obligation; a decision of it, or the end of its reason, removes the row.

    The table `hours` holds what the calendar policy says at this position: one row, or none.
    """

    name = "obligations"
    version = 1
    tables = """
        CREATE TABLE {schema}.obligation (
            key uuid PRIMARY KEY,
            kind text NOT NULL,
            subject_id uuid NOT NULL,
            customer_id uuid,
            rep_id uuid,
            day date,
            due_at timestamptz NOT NULL,
            expires_at timestamptz,
            priority smallint NOT NULL,
            payload jsonb NOT NULL
        );
        CREATE INDEX obligation_subject ON {schema}.obligation (subject_id);
        CREATE TABLE {schema}.hours (zone text NOT NULL, opens text NOT NULL)
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS obligation_order ON {schema}.obligation (priority, due_at);
        CREATE INDEX IF NOT EXISTS obligation_due ON {schema}.obligation (due_at);
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._table = Table(self.schema, "obligation", key=("key",), columns=OWED)
        self._folds: dict[type[Any], list[Fold]] = {}
        for source in SOURCES:
            for event_type, fold in source.items():
                self._folds.setdefault(event_type, []).append(fold)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch into one ledger, then end, bring and begin what it says."""
        ledger = Ledger(lambda: self._read_hours(connection))
        for _, event in batch:
            is_policy = isinstance(event, (Policy.Adopted, Policy.Amended))
            if is_policy and event.originator_id == PolicyKind.CALENDAR.stream_id:
                ledger.change_hours(CompanyHours.of(event.content))
            for fold in self._folds.get(type(event), ()):
                fold(event, ledger)
        self._write(connection, ledger)

    def _write(self, connection: Connection, ledger: Ledger) -> None:
        if ledger.cleared:
            # Everything of a kind that was owed about a subject goes.
            connection.execute(
                self._sql(
                    "DELETE FROM {schema}.obligation AS t"
                    " USING unnest(%b::text[], %b::uuid[]) AS u (kind, subject_id)"
                    " WHERE t.subject_id = u.subject_id AND t.kind = u.kind"
                ),
                [list(column) for column in zip(*sorted(ledger.cleared), strict=True)],
                prepare=True,
            )
        self._table.delete(connection, list(ledger.ended))
        self._table.insert(connection, [_row(o) for o in ledger.added])
        if ledger.begun:
            self._table.insert(connection, [_row(o) for o in self._missing(connection, ledger)])
        if ledger.hours_changed:
            self._change_hours(connection, ledger.hours)

    def _missing(self, connection: Connection, ledger: Ledger) -> list[Obligation]:
        """Return what was to begin and has not been owed before."""
        subjects = [subject_id for _, subject_id in ledger.begun]
        query = self._sql(
            "SELECT kind, subject_id FROM {schema}.obligation WHERE subject_id = ANY(%b)"
        )
        owed = set(connection.execute(query, (subjects,)).fetchall())
        return [o for thing, o in ledger.begun.items() if thing not in owed]

    def _read_hours(self, connection: Connection) -> CompanyHours:
        row = connection.execute(self._sql("SELECT zone, opens FROM {schema}.hours")).fetchone()
        return CompanyHours(*row) if row else CompanyHours.usual()

    def _change_hours(self, connection: Connection, hours: CompanyHours) -> None:
        """Keep the new hours and move what is due at the opening of a day."""
        connection.execute(self._sql("DELETE FROM {schema}.hours"))
        connection.execute(
            self._sql("INSERT INTO {schema}.hours (zone, opens) VALUES (%s, %s)"),
            (hours.zone, hours.opens),
        )
        query = self._sql("SELECT key, day FROM {schema}.obligation WHERE day IS NOT NULL")
        days = connection.execute(query).fetchall()
        self._table.update(connection, {key: {"due_at": hours.opening(day)} for key, day in days})

    def _sql(self, text: Any) -> Any:
        return SQL(text).format(schema=Identifier(self.schema))


def _row(obligation: Obligation) -> dict[str, Any]:
    return {name: getattr(obligation, name) for name in OWED}

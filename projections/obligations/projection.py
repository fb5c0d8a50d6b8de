"""Keeps the obligations: one row for each thing that is still to be decided, none for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection
from domain.policies.book import PolicyKind
from domain.policy import Policy
from projections.obligations import (
    digests,
    escalations,
    receivables,
    recomputations,
    return_visits,
)
from projections.obligations.company_hours import CompanyHours
from projections.obligations.ledger import Ledger, Obligation, Owed
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

POLICIES = {kind.stream_id: kind for kind in (PolicyKind.RETURN_VISITS,)}
"""The policies that say what is owed, and when."""


class ObligationsProjection(ReadModel):
    """One row per open obligation; a decision of it, or the end of its reason, removes the row.

    The table `hours` holds what the calendar policy says at this position: one row, or none. The
    table `policy` holds the other policies that say what is owed.
    """

    name = "obligations"
    version = 2
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
        CREATE TABLE {schema}.hours (zone text NOT NULL, opens text NOT NULL);
        CREATE TABLE {schema}.policy (kind text PRIMARY KEY, content jsonb NOT NULL)
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS obligation_order ON {schema}.obligation (priority, due_at);
        CREATE INDEX IF NOT EXISTS obligation_due ON {schema}.obligation (due_at);
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._table = Table(self.schema, "obligation", key=("key",), columns=OWED)
        self._policies = Table(
            self.schema, "policy", key=("kind",), columns={"kind": "text", "content": "jsonb"}
        )
        self._folds: dict[type[Any], list[Fold]] = {}
        for source in SOURCES:
            for event_type, fold in source.items():
                self._folds.setdefault(event_type, []).append(fold)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch into one ledger, then end, bring and begin what it says."""
        ledger = Ledger(_Standing(self.schema, connection, batch))
        for _, event in batch:
            if isinstance(event, (Policy.Adopted, Policy.Amended)):
                if event.originator_id == PolicyKind.CALENDAR.stream_id:
                    ledger.change_hours(CompanyHours.of(event.content))
                elif event.originator_id in POLICIES:
                    ledger.change_policy(POLICIES[event.originator_id], event.content)
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
        if ledger.ended_until:
            things = [(*thing, day) for thing, day in sorted(ledger.ended_until.items())]
            connection.execute(
                self._sql(
                    "DELETE FROM {schema}.obligation AS t"
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
        if ledger.changed_policies:
            self._policies.delete(connection, list(ledger.changed_policies))
            contents = ledger.changed_policies.items()
            self._policies.insert(connection, [{"kind": k, "content": c} for k, c in contents])

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


class _Standing:
    """Reads from the tables how things stood before a batch."""

    def __init__(self, schema: str, connection: Connection, batch: Sequence[Recorded]) -> None:
        self._schema = schema
        self._connection = connection
        self._batch = batch

    def hours(self) -> CompanyHours:
        (row,) = self._rows("SELECT zone, opens FROM {schema}.hours") or [()]
        return CompanyHours(*row) if row else CompanyHours.usual()

    def policies(self) -> dict[PolicyKind, dict[str, Any]]:
        rows = self._rows("SELECT kind, content FROM {schema}.policy")
        return {PolicyKind(kind): content for kind, content in rows}

    def owed(self) -> Owed:
        query = "SELECT kind, subject_id, key FROM {schema}.obligation WHERE subject_id = ANY(%b)"
        subjects = list({event.originator_id for _, event in self._batch})
        owed: dict[tuple[str, UUID], list[UUID]] = {}
        for kind, subject_id, key in self._rows(query, subjects):
            owed.setdefault((kind, subject_id), []).append(key)
        return owed

    def _rows(self, query: LiteralString, *arguments: Any) -> list[tuple[Any, ...]]:
        sql = SQL(query).format(schema=Identifier(self._schema))
        return self._connection.execute(sql, arguments).fetchall()


def _row(obligation: Obligation) -> dict[str, Any]:
    return {name: getattr(obligation, name) for name in OWED}

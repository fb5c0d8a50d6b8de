"""Keeps every version of each policy (D3)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.eventstore.database import Connection
from domain.policies.book import PolicyKind
from domain.policy import Policy
from projections.read_model import ReadModel, Recorded
from projections.table import Table

_KINDS = {kind.stream_id: kind.value for kind in PolicyKind}


class PoliciesProjection(ReadModel):
    """One row per version of a policy, which is the version of its stream."""

    name = "policies"
    version = 1
    events = (Policy.Adopted, Policy.Amended)
    tables = """
        CREATE TABLE {schema}.version (
            kind text NOT NULL,
            version bigint NOT NULL,
            content jsonb NOT NULL,
            adopted_at timestamptz NOT NULL,
            adopted_by text NOT NULL,
            why text NOT NULL,
            PRIMARY KEY (kind, version)
        )
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._versions = Table(
            self.schema,
            "version",
            key=("kind", "version"),
            columns={
                "kind": "text",
                "version": "bigint",
                "content": "jsonb",
                "adopted_at": "timestamptz",
                "adopted_by": "text",
                "why": "text",
            },
        )

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Add a row for every version."""
        rows = [
            {
                "kind": _KINDS[event.originator_id],
                "version": event.originator_version,
                "content": event.content,
                "adopted_at": event.timestamp,
                "adopted_by": event.actor,
                "why": event.why,
            }
            for _, event in batch
        ]
        self._versions.insert(connection, rows)

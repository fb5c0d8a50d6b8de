"""Asks for the versions of the policies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.sql import Composed

from domain.eventstore.database import Database
from domain.policies.book import PolicyKind
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a policy: what it says, since when, by whom and why."""

    kind: PolicyKind
    version: int
    content: dict[str, Any]
    adopted_at: datetime
    adopted_by: str
    why: str


class PolicyQueries(Queries):
    """Reads the policies, which everybody may see."""

    def __init__(self, database: Database, schema: str = "policies") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        columns = "kind, version, content, adopted_at, adopted_by, why FROM {schema}.version"
        self._current = self._sql(
            f"SELECT DISTINCT ON (kind) {columns} ORDER BY kind, version DESC"
        )
        self._versions = self._sql(f"SELECT {columns} WHERE kind = %(kind)s ORDER BY version DESC")

    def current(self) -> dict[PolicyKind, PolicyVersion]:
        """Return the version of each policy that is in force."""
        return {version.kind: version for version in self._read(self._current)}

    def versions(self, kind: PolicyKind) -> list[PolicyVersion]:
        """Return every version of a policy, the newest first."""
        return self._read(self._versions, kind=kind.value)

    def _read(self, query: Composed, **arguments: Any) -> list[PolicyVersion]:
        rows = self._rows(query, **arguments)
        return [PolicyVersion(PolicyKind(kind), *rest) for kind, *rest in rows]

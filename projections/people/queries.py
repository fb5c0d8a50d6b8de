"""Asks who works here, who is above whom, and whose token this is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.sql import Composed

from domain.access import GRANTS_BY_ROLE, Grant, Role, Scope
from domain.channel import CHOSEN, Channel
from domain.eventstore.database import Database
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A representative as he stands; `version` is the version of his stream.

    `addresses` are those he chose, since `chosen_at`; mail goes to `email`.
    """

    rep_id: UUID
    version: int
    login: str
    name: str
    email: str
    role: Role
    scope: Scope
    team: str
    manager_id: UUID | None
    joined_on: date
    left_on: date | None
    wants_email: bool
    each_item: bool
    chosen_at: datetime
    addresses: Mapping[Channel, str]


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Whoever holds a token that was not revoked; the caller judges `expires_at` by his clock.

    `grants` are those of the token that the holder's role allows today. A token with a `factor_id`
    opens nothing by itself: that is the second factor of which a code has to come with it, for its
    holder did not give it out behind that.
    """

    rep_id: UUID
    login: str
    name: str
    role: Role
    scope: Scope
    team: str
    grants: frozenset[Grant]
    token_id: UUID
    expires_at: datetime
    factor_id: UUID | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that was given out; the token itself is known to its holder only."""

    token_id: UUID
    label: str
    grants: frozenset[Grant]
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class PeopleQueries(Queries):
    """Reads the people."""

    def __init__(self, database: Database, schema: str = "people") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        person = (
            "SELECT rep_id, version, login, name, email, role, scope, team, manager_id,"
            " joined_on, left_on, wants_email, each_item, chosen_at,"
            " webhook, sms, wecom, wecom_bot, dingtalk_bot, feishu_bot"
            " FROM {schema}.representative"
        )
        self._get = self._sql(f"{person} WHERE rep_id = %(rep_id)s")
        # The login is unique without regard to case; an erased one is empty and finds nobody.
        self._by_login = self._sql(
            f"{person} WHERE lower(login) = lower(%(login)s) AND login <> '' LIMIT 1"
        )
        self._page = self._sql(
            f"{person} WHERE (name, rep_id) > (%(name)s, %(rep_id)s)"
            " AND (%(with_left)s OR left_on IS NULL)"
            " ORDER BY name, rep_id LIMIT %(limit)s"
        )
        self._active = self._sql(f"{person} WHERE left_on IS NULL ORDER BY rep_id")
        self._secret = self._sql(
            "SELECT to_jsonb(p) ->> (%(channel)s || '_secret')"
            " FROM {schema}.representative p WHERE rep_id = %(rep_id)s"
        )
        # A token of somebody who left is void, whether or not it was revoked.
        self._holder = self._sql(
            "SELECT p.rep_id, p.login, p.name, p.role, p.scope, p.team, t.grants, t.token_id,"
            " t.expires_at, CASE WHEN NOT (t.is_own AND t.version > p.second_factor_version)"
            " THEN p.second_factor_id END"
            " FROM {schema}.token t JOIN {schema}.representative p USING (rep_id)"
            " WHERE t.sha256 = %(sha256)s AND t.revoked_at IS NULL AND p.left_on IS NULL"
        )
        self._tokens_of = self._sql(
            "SELECT token_id, label, grants, issued_at, expires_at, revoked_at"
            " FROM {schema}.token WHERE rep_id = %(rep_id)s ORDER BY issued_at, token_id"
        )
        # The team itself and every team below it, by path.
        self._team = self._sql(
            "SELECT rep_id FROM {schema}.representative"
            " WHERE team = %(team)s OR starts_with(team, %(team)s || '/')"
        )
        # Up the ladder, step by step; a circle of managers ends where it would begin again.
        self._above = self._sql(
            "WITH RECURSIVE ladder AS ("
            " SELECT manager_id AS rep_id, 1 AS step FROM {schema}.representative"
            " WHERE rep_id = %(rep_id)s"
            " UNION ALL"
            " SELECT p.manager_id, l.step + 1 FROM ladder l"
            " JOIN {schema}.representative p USING (rep_id) WHERE p.manager_id <> %(rep_id)s"
            ") CYCLE rep_id SET is_circle USING path"
            " SELECT p.rep_id FROM ladder l JOIN {schema}.representative p USING (rep_id)"
            " WHERE NOT l.is_circle AND p.left_on IS NULL ORDER BY l.step"
        )

    def get(self, rep_id: UUID) -> PersonRow | None:
        """Return a representative, also one who left; None when absent."""
        return _first(self._people(self._get, rep_id=rep_id))

    def by_login(self, login: str) -> PersonRow | None:
        """Return the representative with this login, in any case of letters."""
        return _first(self._people(self._by_login, login=login))

    def page(
        self, after: tuple[str, UUID] | None = None, limit: int = 50, *, with_left: bool = False
    ) -> list[PersonRow]:
        """Return representatives by name; `after` is name and id of the last one seen."""
        name, rep_id = after or ("", UUID(int=0))
        return self._people(self._page, name=name, rep_id=rep_id, limit=limit, with_left=with_left)

    def active_reps(self) -> list[PersonRow]:
        """Return everybody who works here now, whatever his role."""
        return self._people(self._active)

    def holder_of_token(self, sha256_hex: str) -> TokenHolder | None:
        """Return whose token this is; None when unknown, revoked, or its holder has left."""
        rows = self._rows(self._holder, sha256=sha256_hex)
        if not rows:
            return None
        rep_id, login, name, role, scope, team, grants, *token = rows[0]
        return TokenHolder(
            rep_id=rep_id,
            login=login,
            name=name,
            role=Role(role),
            scope=Scope(scope),
            team=team,
            grants=_grants(grants) & GRANTS_BY_ROLE[Role(role)],
            **dict(zip(("token_id", "expires_at", "factor_id"), token, strict=True)),
        )

    def secret_of(self, rep_id: UUID, channel: Channel) -> str:
        """Return what a representative's messages are signed with; no row shows it."""
        rows = self._rows(self._secret, rep_id=rep_id, channel=channel.value)
        return str(rows[0][0] or "") if rows else ""

    def tokens_of(self, rep_id: UUID) -> list[TokenRow]:
        """Return every token given out to a representative, oldest first."""
        return [
            TokenRow(token_id, label, _grants(grants), *times)
            for token_id, label, grants, *times in self._rows(self._tokens_of, rep_id=rep_id)
        ]

    def team_members(self, team: str) -> frozenset[UUID]:
        """Return all of `team` and of the teams below it, those who left too: theirs is seen.

        Nobody is in the team without a name.
        """
        if not team:
            return frozenset()
        return frozenset(rep_id for (rep_id,) in self._rows(self._team, team=team))

    def managers_above(self, rep_id: UUID) -> list[UUID]:
        """Return the reporting line above a representative, nearest first, without who left."""
        return [manager_id for (manager_id,) in self._rows(self._above, rep_id=rep_id)]

    def _people(self, query: Composed, **arguments: Any) -> list[PersonRow]:
        people = []
        for row in self._rows(query, **arguments):
            chosen = len(row) - len(CHOSEN)
            values = list(row[:chosen])
            values[5:7] = Role(row[5]), Scope(row[6])
            values.append({c: to for c, to in zip(CHOSEN, row[chosen:], strict=True) if to})
            people.append(PersonRow(*values))
        return people


def _first(rows: list[PersonRow]) -> PersonRow | None:
    return rows[0] if rows else None


def _grants(names: list[str]) -> frozenset[Grant]:
    return frozenset(map(Grant, names))

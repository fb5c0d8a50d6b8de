"""Roles, scopes and what a principal may see and do (R57, D11)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.errors import ForbiddenError


class Role(StrEnum):
    """What kind of work a person or program does here."""

    REP = "rep"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    INTEGRATION = "integration"


class Scope(StrEnum):
    """Whose customers are seen: own (本人), the team tree (团队), or all (全部)."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


class Grant(StrEnum):
    """What a token may be used for; never more than its holder's role allows."""

    READ = "read"
    WRITE = "write"
    ADMINISTER = "administer"


GRANTS_BY_ROLE: dict[Role, frozenset[Grant]] = {
    Role.REP: frozenset({Grant.READ, Grant.WRITE}),
    Role.MANAGER: frozenset({Grant.READ, Grant.WRITE}),
    Role.AUDITOR: frozenset({Grant.READ}),
    Role.ADMINISTRATOR: frozenset(Grant),
    Role.INTEGRATION: frozenset({Grant.READ, Grant.WRITE}),
}


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which customers are visible: those of `rep_ids`, or all when `rep_ids` is None.

    A required argument of every query, so that no list can forget it.
    """

    rep_ids: frozenset[UUID] | None

    def covers(self, *owner_ids: UUID | None) -> bool:
        """Tell whether something that belongs to `owner_ids` (owner, second owner) is visible."""
        return self.rep_ids is None or any(owner in self.rep_ids for owner in owner_ids if owner)


EVERYTHING = Visibility(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The person or program that acts (操作员).

    `id` is the representative's id, or None for Kezhi's own processes. `name` is what events
    record as the actor: the representative's id as text, or `kezhi/<process>`.
    """

    id: UUID | None
    name: str
    role: Role
    visibility: Visibility
    grants: frozenset[Grant]

    @classmethod
    def system(cls, process: str) -> Principal:
        """Return the principal of one of our own processes, which sees and may do everything."""
        return cls(
            id=None,
            name=f"kezhi/{process}",
            role=Role.ADMINISTRATOR,
            visibility=EVERYTHING,
            grants=frozenset(Grant),
        )

    @classmethod
    def representative(
        cls, rep_id: UUID, *, role: Role, scope: Scope, team_ids: Collection[UUID] = ()
    ) -> Principal:
        """Return the principal of a representative; `team_ids` counts for scope team only."""
        if scope is Scope.ALL:
            visibility = EVERYTHING
        elif scope is Scope.TEAM:
            visibility = Visibility(frozenset({rep_id, *team_ids}))
        else:
            visibility = Visibility(frozenset({rep_id}))
        return cls(
            id=rep_id,
            name=str(rep_id),
            role=role,
            visibility=visibility,
            grants=GRANTS_BY_ROLE[role],
        )

    @property
    def is_manager(self) -> bool:
        """Whether the principal may decide what a rep may not, such as a company-name clash."""
        return self.role in {Role.MANAGER, Role.ADMINISTRATOR}

    @property
    def is_auditor(self) -> bool:
        """Whether the principal audits or administers the whole company."""
        return self.role in {Role.AUDITOR, Role.ADMINISTRATOR} and self.visibility == EVERYTHING

    @property
    def is_watched(self) -> bool:
        """Whether it is recorded when the principal reads a history (R59).

        Those who look after customers read as their daily work; Kezhi's own processes are asked by
        whoever owns the machine.
        """
        return self.id is not None and self.role not in {Role.REP, Role.MANAGER}

    def require(self, grant: Grant) -> None:
        """Raise ForbiddenError unless the principal holds `grant`."""
        if grant not in self.grants:
            raise ForbiddenError(needs=grant.value, role=self.role.value)

    def require_whole_token(self) -> None:
        """Raise ForbiddenError when the role lets write and the token does not.

        For what an auditor may do about himself, and a token that was given out to read may not.
        """
        if Grant.WRITE in GRANTS_BY_ROLE[self.role]:
            self.require(Grant.WRITE)

    def is_above(self, rep_id: UUID, role: Role) -> bool:
        """Tell whether the principal may let somebody of `role` in who cannot sign in himself.

        That is an administrator, and a manager for the reps whose customers he sees; never a
        manager for one of his own kind, or for those who audit him.
        """
        if Grant.ADMINISTER in self.grants:
            return True
        is_his = role is Role.REP and self.visibility.covers(rep_id)
        return is_his and self.role is Role.MANAGER and Grant.WRITE in self.grants

    def require_auditor(self) -> None:
        """Raise ForbiddenError unless the principal audits or administers the whole company."""
        if not self.is_auditor:
            raise ForbiddenError(needs="auditor", role=self.role.value)

    def require_manager(self) -> None:
        """Raise ForbiddenError unless the principal is a manager or an administrator."""
        if not self.is_manager:
            raise ForbiddenError(needs="manager", role=self.role.value)

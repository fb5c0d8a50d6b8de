"""Roles, grants and scopes: who may do and see what (R57, D11)."""

from __future__ import annotations

import pytest

from domain import (
    aftercare_commands,
    campaign_commands,
    commands,
    erasure_commands,
    handover_commands,
    pool_commands,
    sign_in_commands,
    worker_commands,
)
from domain.access import (
    EVERYTHING,
    GRANTS_BY_ROLE,
    Grant,
    Principal,
    Role,
    Scope,
    Visibility,
)
from domain.application import HANDLERS
from domain.errors import ForbiddenError
from tests.support.moments import LI, WANG, ZHAO
from tests.support.scenario import refused

READ, WRITE, ADMINISTER = Grant.READ, Grant.WRITE, Grant.ADMINISTER

MAY = {
    Role.REP: {READ, WRITE},
    Role.MANAGER: {READ, WRITE},
    Role.AUDITOR: {READ},
    Role.ADMINISTRATOR: {READ, WRITE, ADMINISTER},
    Role.INTEGRATION: {READ, WRITE},
}

NEEDED = {
    ADMINISTER: {
        aftercare_commands.OpenIntakeForm,
        aftercare_commands.ReceiveMessage,
        aftercare_commands.RevokeIntakeForm,
        commands.AddRepresentative,
        commands.AmendPolicy,
        commands.ChangeWorkdays,
        worker_commands.DisableChannel,
        erasure_commands.SetHold,
        erasure_commands.LiftHold,
        erasure_commands.EraseCustomer,
        erasure_commands.CompleteErasure,
        erasure_commands.ReleasePlace,
        worker_commands.EscalateComplaint,
        pool_commands.EscalateFollowUp,
        commands.GrantScope,
        commands.ImportHolidays,
        worker_commands.RecomputeDeadlines,
        worker_commands.RecomputeDue,
        commands.RemoveRepresentative,
        commands.ResendDelivery,
        pool_commands.ReturnToPool,
        commands.SettleDelivery,
        pool_commands.WarnOfPool,
    },
    READ: {
        commands.ChooseNotifications,
        commands.IssueToken,
        commands.ReadInboxItems,
        commands.RecordAccess,
        commands.RevokeToken,
        sign_in_commands.DisableSecondFactor,
        sign_in_commands.EnableSecondFactor,
    },
}
"""What needs another grant than write; READ is for oneself, or records that one has read."""


def principal(role: Role, scope: Scope = Scope.OWN) -> Principal:
    return Principal.representative(LI.id, role=role, scope=scope, team_ids=[WANG.id])


@pytest.mark.parametrize("grant", Grant)
@pytest.mark.parametrize("role", Role)
def test_each_role_has_its_grants(role: Role, grant: Grant) -> None:
    if grant in MAY[role]:
        principal(role).require(grant)
    else:
        with refused(ForbiddenError, needs=grant.value, role=role.value):
            principal(role).require(grant)


@pytest.mark.parametrize("role", Role)
def test_managers_and_administrators_decide_what_a_rep_may_not(role: Role) -> None:
    if role in {Role.MANAGER, Role.ADMINISTRATOR}:
        principal(role).require_manager()
    else:
        with refused(ForbiddenError, needs="manager", role=role.value):
            principal(role).require_manager()


@pytest.mark.parametrize(
    ("scope", "own", "teams", "others", "nobodys"),
    [
        (Scope.OWN, True, False, False, False),
        (Scope.TEAM, True, True, False, False),
        (Scope.ALL, True, True, True, True),
    ],
)
@pytest.mark.parametrize("role", Role)
def test_the_scope_decides_whose_customers_are_seen(
    role: Role, scope: Scope, *, own: bool, teams: bool, others: bool, nobodys: bool
) -> None:
    """R57: whatever the role."""
    seen = principal(role, scope).visibility

    assert seen.covers(LI.id) is own
    assert seen.covers(WANG.id) is teams
    assert seen.covers(ZHAO.id) is others
    assert seen.covers(None) is nobodys


def test_own_means_owner_or_second_owner() -> None:
    """R57."""
    seen = principal(Role.REP).visibility

    assert seen.covers(ZHAO.id, LI.id)
    assert not seen.covers(ZHAO.id, None)


def test_a_visibility_of_nobody_shows_nothing() -> None:
    assert not Visibility(frozenset()).covers(LI.id, None)
    assert EVERYTHING.covers(None)


MODULES = (
    commands,
    aftercare_commands,
    campaign_commands,
    erasure_commands,
    handover_commands,
    pool_commands,
    sign_in_commands,
    worker_commands,
)


def test_every_command_has_a_handler_and_a_grant() -> None:
    asked = {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, commands.Command)
    }

    assert set(HANDLERS) == asked - {commands.Command}


def test_each_command_needs_the_grant_that_fits_it() -> None:
    needed = {
        grant: {command for command, (_, needs) in HANDLERS.items() if needs is grant}
        for grant in Grant
    }

    assert {grant: needed[grant] for grant in NEEDED} == NEEDED
    assert len(needed[WRITE]) == len(HANDLERS) - sum(map(len, NEEDED.values()))


def test_a_process_of_ours_sees_and_may_do_everything_and_is_no_person() -> None:
    ticker = Principal.system("ticker")

    assert (ticker.id, ticker.name) == (None, "kezhi/ticker")
    assert ticker.visibility == EVERYTHING
    assert ticker.grants == frozenset(Grant)


def test_no_role_is_forgotten() -> None:
    assert set(GRANTS_BY_ROLE) == set(Role)

"""What the commands about representatives do."""

from __future__ import annotations

from uuid import UUID

from domain import commands, sign_in_commands, worker_commands
from domain.access import GRANTS_BY_ROLE, Grant
from domain.errors import ForbiddenError, InvalidError, LoginTakenError
from domain.handlers.work import Work
from domain.identity import IdentityClaim, login_claim
from domain.ids import new_id
from domain.provenance import require_reason
from domain.representative import Representative


def add_representative(work: Work, command: commands.AddRepresentative) -> Representative:
    """Take somebody on and claim his login in the same save."""
    rep_id = new_id()
    _require_manager(work, command.manager_id, rep_id)
    claim = login_claim(work.blinding_secret, command.login)
    representative = Representative.join(
        id=rep_id,
        login=command.login,
        name=command.name,
        email=command.email,
        role=command.role,
        scope=command.scope,
        team=command.team,
        manager_id=command.manager_id,
        claim_id=claim.id,
        joined_on=work.book.today(work.provenance.at),
    )
    work.add(representative)
    if work.holders([claim.id]):
        raise LoginTakenError(login=command.login)
    work.add(IdentityClaim.claim(claim, rep_id))
    return representative


def grant_scope(work: Work, command: commands.GrantScope) -> Representative:
    """Change role, scope, team or manager."""
    representative = work.representative(command.rep_id)
    if command.manager_id != representative.manager_id:
        _require_manager(work, command.manager_id, command.rep_id)
    representative.grant_scope(command.role, command.scope, command.team, command.manager_id)
    return representative


def choose_notifications(work: Work, command: commands.ChooseNotifications) -> Representative:
    """Choose how to be reminded; each for himself, an administrator for anybody.

    Reminders tell of customers and go on when the token is void, so one that only reads cannot lead
    them elsewhere, unless its holder's role does nothing but read.
    """
    if command.rep_id != work.principal.id:
        work.principal.require(Grant.ADMINISTER)
    else:
        work.principal.require_whole_token()
    representative = work.representative(command.rep_id)
    representative.choose_notifications(
        wants_email=command.wants_email,
        each_item=command.each_item,
        addresses=command.addresses,
    )
    return representative


def disable_channel(work: Work, command: worker_commands.DisableChannel) -> Representative:
    """Give up a channel, unless it leads elsewhere by now."""
    representative = work.representative(command.rep_id)
    representative.disable_channel(command.channel, command.address, command.code)
    return representative


def issue_token(work: Work, command: commands.IssueToken) -> Representative:
    """Give out a token; each for himself, never with more than his role allows.

    Nor with more than the token in his hand: one that only reads makes no token that writes. What
    somebody with a second factor gives out himself does without a code, so to ask takes one.
    """
    representative = work.representative(command.rep_id)
    allowed = GRANTS_BY_ROLE[representative.role]
    if command.rep_id == work.principal.id:
        representative.require_second_factor(command.factor_id)
        allowed &= work.principal.grants
    else:
        work.principal.require(Grant.ADMINISTER)
    excess = command.grants - allowed
    if excess:
        raise ForbiddenError(needs=min(excess).value, role=representative.role.value)
    representative.issue_token(
        token_id=command.token_id,
        token_sha256=command.token_sha256,
        label=command.label,
        grants=command.grants,
        expires_at=command.expires_at,
    )
    return representative


def revoke_token(work: Work, command: commands.RevokeToken) -> Representative:
    """Make a token void; each his own, an administrator anybody's."""
    if command.rep_id != work.principal.id:
        work.principal.require(Grant.ADMINISTER)
    representative = work.representative(command.rep_id)
    representative.revoke_token(command.token_id)
    return representative


def enable_second_factor(
    work: Work, command: sign_in_commands.EnableSecondFactor
) -> Representative:
    """Ask for a code at one's own sign-ins; a token that only reads locks nobody out."""
    if command.rep_id != work.principal.id:
        raise ForbiddenError(needs="own sign-in", role=work.principal.role.value)
    work.principal.require_whole_token()
    representative = work.representative(command.rep_id)
    representative.enable_second_factor(command.factor_id)
    return representative


def disable_second_factor(
    work: Work, command: sign_in_commands.DisableSecondFactor
) -> Representative:
    """Ask for no code any more: each for himself, else those above him, with a reason.

    Who that is, `Principal.is_above` says.
    """
    representative = work.representative(command.rep_id)
    if command.rep_id != work.principal.id:
        if not work.principal.is_above(representative.id, representative.role):
            raise ForbiddenError(needs="scope over him", role=work.principal.role.value)
        require_reason()
    representative.disable_second_factor()
    return representative


def read_inbox_items(work: Work, command: commands.ReadInboxItems) -> Representative:
    """Mark items of one's own inbox as seen."""
    if command.rep_id != work.principal.id:
        raise ForbiddenError(needs="own inbox", role=work.principal.role.value)
    representative = work.representative(command.rep_id)
    representative.read_inbox_items(command.item_ids)
    return representative


def remove_representative(work: Work, command: commands.RemoveRepresentative) -> Representative:
    """Record that somebody left."""
    representative = work.representative(command.rep_id)
    representative.leave(work.book.today(work.provenance.at))
    return representative


def _require_manager(work: Work, manager_id: UUID | None, rep_id: UUID) -> None:
    """Raise unless `manager_id` works here and `rep_id` is nowhere above him.

    A ring of managers would leave a complaint nobody to climb to.
    """
    if manager_id is None:
        return
    work.require_present(manager_id, "manager_id")
    above: UUID | None = manager_id
    passed: set[UUID] = set()
    while above is not None and above not in passed:
        if above == rep_id:
            raise InvalidError(field="manager_id", problem="nobody-is-his-own-manager")
        passed.add(above)
        above = work.representative_for_reading(above).manager_id

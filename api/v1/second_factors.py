"""The second factor of a sign-in (两步验证): on with a code, off with a code or a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api import browsers, representations
from api.blueprints import Blueprint
from api.hourly_limits import seconds_to_the_next_hour
from api.problems import Problem
from api.second_factors import TRIES_AN_HOUR, Enrolment
from api.service import carry_out, the_principal, the_service
from api.v1.representatives import the_representative
from api.v1.schemas import second_factors as schemas
from api.v1.schemas.people import Representative
from api.v1.writes import written
from domain.access import Grant
from domain.errors import (
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NothingChangedError,
    RepresentativeLeftError,
)
from domain.sign_in_commands import DisableSecondFactor, EnableSecondFactor

blueprint = Blueprint(
    "second-factor",
    "second-factor",
    url_prefix="/representatives/<uuid:rep_id>/second-factor",
    description="两步验证 Second factor",
)

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, schemas.SecondFactor)
def get_second_factor(rep_id: UUID) -> Answer:
    """Tell whether somebody's sign-in asks for a code: one's own, or whose one may switch off."""
    principal = the_principal()
    if rep_id != principal.id and not principal.is_above(rep_id, the_representative(rep_id).role):
        raise ForbiddenError(needs="scope over him", role=principal.role.value)
    return state_of(rep_id), {}


@blueprint.post("/enrolments", needs=Grant.READ)
@blueprint.shows(201, schemas.Enrolment)
def begin_second_factor(rep_id: UUID) -> Answer:
    """Return a secret for one's own app, shown this once; it counts once a code is confirmed."""
    enrolment = begin(rep_id)
    login = the_representative(rep_id).login
    return {
        "factor_id": enrolment.factor_id,
        "secret": enrolment.text,
        "address": enrolment.address(login),
    }, {}


@blueprint.post("/confirmations", needs=Grant.READ)
@blueprint.shows(201, schemas.RecoveryCodes)
@blueprint.arguments(schemas.NewConfirmation)
def confirm_second_factor(body: dict[str, Any], rep_id: UUID) -> Answer:
    """Have one's own sign-ins ask for a code from now on; the recovery codes are shown this once.

    A wrong code changes nothing. Ten codes an hour are looked at. No token given out before does
    anything by itself then (401): tokens for programs are given out anew, signed in with a code.
    """
    return {"recovery_codes": confirm(rep_id, body["factor_id"], body["code"])}, {}


@blueprint.post("/removal", needs=Grant.READ)
@blueprint.idempotent
@blueprint.shows(201, Representative)
@blueprint.arguments(schemas.NewRemoval)
def remove_second_factor(body: dict[str, Any], rep_id: UUID, idempotency_key: str) -> Answer:
    """Ask for no code any more: one's own with a code, another's with a reason.

    The latter is for administrators, and for managers of the reps whose customers they see, when
    somebody has lost his phone. He is told.
    """
    before = the_representative(rep_id).second_factor_id
    if rep_id == the_principal().id and before is not None:
        require_code(rep_id, before, body.get("code") or "")
    command = DisableSecondFactor(rep_id=rep_id)
    shown = representations.representative
    return written(command, shown, idempotency_key, why=body.get("reason") or "")


def state_of(rep_id: UUID) -> dict[str, Any]:
    """Return whether somebody has a second factor, and how many recovery codes are left of it."""
    factor_id = the_representative(rep_id).second_factor_id
    left = the_service().second_factors.recovery_codes_left(factor_id) if factor_id else 0
    return {"is_on": factor_id is not None, "recovery_codes_left": left}


def begin(rep_id: UUID) -> Enrolment:
    """Return a fresh secret; only for oneself, and while no other is in force."""
    _require_oneself(rep_id)
    representative = the_representative(rep_id)
    if representative.has_left:
        raise RepresentativeLeftError(rep_id=str(rep_id))
    if representative.second_factor_id is not None:
        raise NothingChangedError(of="second-factor")
    return the_service().second_factors.begin(rep_id, the_service().now())


def confirm(rep_id: UUID, factor_id: UUID, code: str) -> list[str]:
    """Put a secret in force by the first code made of it; return the recovery codes."""
    _require_oneself(rep_id)
    if the_representative(rep_id).second_factor_id is not None:
        raise NothingChangedError(of="second-factor")  # or new recovery codes would void the old
    service = the_service()
    if service.second_factors.begun(rep_id, factor_id, service.now()) is None:
        raise NotFoundError(of="second-factor", id=str(factor_id))
    require_code(rep_id, factor_id, code)
    codes = service.second_factors.new_recovery_codes(factor_id)
    carry_out(EnableSecondFactor(rep_id=rep_id, factor_id=factor_id))
    browsers.keep_only_this_session(service, rep_id, factor_id)
    return codes


def require_code(rep_id: UUID, factor_id: UUID, code: str) -> None:
    """Raise InvalidError unless `code` is right, a 429 Problem after too many of them."""
    service = the_service()
    now = service.now()
    if service.hourly.is_exceeded(f"second-factor/{rep_id}", TRIES_AN_HOUR, now):
        wait = {"Retry-After": str(seconds_to_the_next_hour(now))}
        raise Problem(429, "too-many-codes", headers=wait)
    if not service.second_factors.accepts(factor_id, code, now):
        raise InvalidError(field="code", problem="wrong-code")


def _require_oneself(rep_id: UUID) -> None:
    principal = the_principal()
    if rep_id != principal.id:
        raise ForbiddenError(needs="own sign-in", role=principal.role.value)
    principal.require_whole_token()

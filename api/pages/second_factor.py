"""Two-step sign-in (两步验证) of whoever looks: switched on with his app, off with a code."""

from __future__ import annotations

from uuid import UUID

import segno
from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as WsgiResponse

from api.pages.frame import page_blueprint, show
from api.problems import Problem
from api.second_factors import Enrolment, in_fours
from api.service import carry_out, the_principal, the_service
from api.v1.representatives import the_representative
from api.v1.second_factors import begin, confirm, require_code
from domain.errors import InvalidError
from domain.sign_in_commands import DisableSecondFactor

blueprint = page_blueprint("second_factor")

MODULE_PIXELS = 4
QUIET_MODULES = 4
"""The white margin that readers of the picture need."""


@blueprint.post("/preferences/second-factor")
def enrol() -> Response:
    """Show a fresh secret, as a picture and as text, and ask for the first code made of it."""
    return _ask_for_code(begin(_oneself()))


@blueprint.post("/preferences/second-factor/confirmation")
def switch_on() -> WsgiResponse:
    """Put the secret in force and show the recovery codes, this once."""
    service, rep_id = the_service(), _oneself()
    try:
        factor_id = UUID(request.form.get("factor_id", ""))
    except ValueError:
        return redirect(url_for("preferences_page.ask"))
    enrolment = service.second_factors.begun(rep_id, factor_id, service.now())
    if enrolment is None:
        return redirect(url_for("preferences_page.ask"))
    try:
        codes = confirm(rep_id, factor_id, request.form.get("code", ""))
    except InvalidError:
        return _ask_for_code(enrolment, "code-refused", 422)
    return show("second_factor.html", codes=codes)


@blueprint.post("/preferences/second-factor/removal")
def switch_off() -> WsgiResponse:
    """Ask for no code any more, by a last one."""
    rep_id = _oneself()
    factor_id = the_representative(rep_id).second_factor_id
    if factor_id is not None:
        try:
            require_code(rep_id, factor_id, request.form.get("code", ""))
        except InvalidError:
            return redirect(url_for("preferences_page.ask", fault="code"))
        carry_out(DisableSecondFactor(rep_id=rep_id))
    return redirect(url_for("preferences_page.ask"))


def _ask_for_code(enrolment: Enrolment, fault: str = "", status: int = 200) -> Response:
    address = enrolment.address(the_representative(_oneself()).login)
    picture = segno.make(address, error="m", micro=False)
    side, _ = picture.symbol_size(MODULE_PIXELS, QUIET_MODULES)
    return show(
        "second_factor.html",
        status,
        enrolment=enrolment,
        picture=picture.svg_data_uri(scale=MODULE_PIXELS, border=QUIET_MODULES, light="#fff"),
        side=side,
        text=" ".join(in_fours(enrolment.text)),
        fault=fault,
    )


def _oneself() -> UUID:
    rep_id = the_principal().id
    if rep_id is None:
        raise Problem(403, "forbidden")
    return rep_id

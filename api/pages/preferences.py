"""How somebody likes the pages: language, theme, time zone, single keys."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import available_timezones

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as WsgiResponse

from api.messages import Language
from api.pages.frame import languages, page_blueprint, show
from api.pages.people import tokens_of
from api.service import the_principal, the_service
from api.sessions import THEMES
from api.v1.second_factors import state_of
from domain.access import Grant

blueprint = page_blueprint("preferences")

ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Tokyo",
    "Asia/Singapore",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "UTC",
)
"""Those offered by name; any other may be typed."""


@blueprint.get("/preferences")
def ask() -> Response:
    """Show what is chosen, and who one is."""
    rep_id = the_principal().id
    person = the_service().read.people.get(rep_id) if rep_id is not None else None
    return show(
        "preferences.html",
        person=person,
        languages=languages(),
        themes=THEMES,
        zones=ZONES,
        tokens=tokens_of(rep_id) if rep_id is not None else [],
        grants=[grant for grant in Grant if grant in the_principal().grants],
        second_factor=state_of(rep_id) if rep_id is not None else None,
        fault=request.args.get("fault"),
    )


@blueprint.post("/preferences")
def choose() -> WsgiResponse:
    """Keep the choice; what nobody could have chosen is left as it was."""
    form, before, rep_id = request.form, g.session.preferences, the_principal().id
    language, theme, zone = (form.get(name, "") for name in ("language", "theme", "zone"))
    chosen = replace(
        before,
        language=language if language in {"", *Language} else before.language,
        theme=theme if theme in THEMES else before.theme,
        zone=zone if zone in {"", *available_timezones()} else before.zone,
        has_keys=form.get("has_keys") == "yes",
    )
    if rep_id is not None:
        the_service().sessions.prefer(rep_id, chosen)
    return redirect(url_for("preferences_page.ask"))

"""How somebody likes the pages: language, theme, time zone, single keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import available_timezones

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as WsgiResponse

from api.messages import Language
from api.pages.frame import languages, page_blueprint, show, the_wording
from api.pages.people import tokens_of
from api.service import the_principal, the_service
from api.sessions import THEMES
from api.shortcuts import SHORTCUTS, KeyRefusedError, keys_of, own_keys
from api.v1.preferences import keys_of_notes
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

NAMES: Mapping[str, str] = {
    "search": "search",
    "keys": "keys",
    "go": "key-go",
    "down": "key-down",
    "up": "key-up",
    "new-customer": "new-customer",
    "record": "record-more",
    "copy": "key-copy",
    "next-date": "next-date",
    "skip": "key-skip",
    "undo": "undo",
    "edit": "edit",
    "claim": "claim",
    "take-over": "take-over",
    "skip-greeting": "skip-greeting",
    "accepts": "mark-accepts",
    "declines": "mark-declines",
    "attended": "mark-attended",
    "missed": "mark-missed",
    "mark-read": "inbox-mark",
    "release": "release",
    "drop": "drop",
    "settle-sent": "settle-sent",
    "settle-failed": "settle-failed",
}
"""What the actions that have keys are called, by the code of the text."""

PLACES: Mapping[str, str] = {
    "": "every-page",
    "today": "nav-today",
    "customer": "nav-roster",
    "pool": "nav-pool",
    "greetings": "care-greetings",
    "activity": "care-activities",
    "inbox": "inbox",
    "outbox": "care-outbox",
}
"""Where keys do something, in the order of the page, and what it is called."""


@blueprint.get("/preferences")
def ask() -> Response:
    """Show what is chosen, and who one is."""
    return _show(keys_of(g.session.preferences.own_keys))


def _show(keys: Mapping[str, str], refused: KeyRefusedError | None = None) -> Response:
    rep_id = the_principal().id
    person = the_service().read.people.get(rep_id) if rep_id is not None else None
    return show(
        "preferences.html",
        200 if refused is None else 422,
        person=person,
        languages=languages(),
        themes=THEMES,
        zones=ZONES,
        tokens=tokens_of(rep_id) if rep_id is not None else [],
        grants=[grant for grant in Grant if grant in the_principal().grants],
        second_factor=state_of(rep_id) if rep_id is not None else None,
        fault=request.args.get("fault"),
        keys=keys,
        places=_places(),
        place_names=PLACES,
        usual=SHORTCUTS,
        names=NAMES,
        refused=refused,
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


@blueprint.post("/preferences/keys")
def choose_keys() -> WsgiResponse:
    """Keep which keys somebody wants, or give the usual ones back; what is empty gets its own."""
    form, rep_id, wording = request.form, the_principal().id, the_wording()
    typed = {action: form.get(action, "").strip().lower() for action in SHORTCUTS}
    given = {action: key for action, key in typed.items() if key and "usual" not in form}
    names = {action: f"“{wording.text(NAMES[action])}”" for action in SHORTCUTS}
    try:
        own = own_keys(given, keys_of_notes(), names)
    except KeyRefusedError as refused:
        return _show(typed, refused)
    if rep_id is not None:
        the_service().sessions.prefer(rep_id, replace(g.session.preferences, own_keys=own))
    return redirect(url_for("preferences_page.ask", _anchor="own-keys"))


def _places() -> dict[str, list[str]]:
    """Return the actions of each place; one of several pages stands with the first of them."""
    places: dict[str, list[str]] = {place: [] for place in PLACES}
    for action, each in SHORTCUTS.items():
        places[next((place for place in PLACES if place in each.pages), "")].append(action)
    return places

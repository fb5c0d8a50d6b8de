"""How one likes the pages (个人设置): language, appearance, time zone and single keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from api.blueprints import Blueprint
from api.problems import FieldProblem, Problem
from api.service import the_principal, the_service
from api.sessions import Preferences
from api.shortcuts import KeyRefusedError, keys_of, own_keys
from api.v1.schemas import preferences as schemas
from domain.access import Grant

blueprint = Blueprint(
    "preferences", "preferences", url_prefix="/me/preferences", description="个人设置 Preferences"
)

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, schemas.Preferences)
def get_preferences() -> Answer:
    """Return how one likes the pages, with the key of every action."""
    return _shown(the_service().sessions.preferences(_oneself())), {}


@blueprint.patch("", needs=Grant.READ)
@blueprint.shows(200, schemas.Preferences)
@blueprint.arguments(schemas.NewPreferences)
def change_preferences(body: dict[str, Any]) -> Answer:
    """Choose how one likes the pages, on every device; what is left out stays as it is.

    `keys` are chosen together: an action that is left out gets its usual key, so `{}` gives all of
    them back. No event: how somebody likes a page is no history.
    """
    rep_id, sessions = _oneself(), the_service().sessions
    if "keys" in body:
        body["own_keys"] = _chosen(body.pop("keys"))
    preferences = replace(sessions.preferences(rep_id), **body)
    sessions.prefer(rep_id, preferences)
    return _shown(preferences), {}


def keys_of_notes() -> list[str]:
    """Return the keys that the company has given to quick notes."""
    return [note.key for note in the_service().read.care.book().quick_notes.notes]


def _chosen(keys: dict[str, str]) -> dict[str, str]:
    try:
        return own_keys(keys, keys_of_notes())
    except KeyRefusedError as refused:
        wrong = FieldProblem(refused.problem, pointer=f"/keys/{refused.action}")
        raise Problem(422, "invalid", errors=[wrong]) from refused


def _oneself() -> UUID:
    rep_id = the_principal().id
    if rep_id is None:
        raise Problem(401, "unauthenticated")
    return rep_id


def _shown(preferences: Preferences) -> dict[str, Any]:
    return {
        "language": preferences.language,
        "theme": preferences.theme,
        "zone": preferences.zone,
        "has_keys": preferences.has_keys,
        "keys": keys_of(preferences.own_keys),
    }

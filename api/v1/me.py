"""Whoever asks: who he is, what his token allows, and the keys under his fingers."""

from __future__ import annotations

from typing import Any

from api import representations
from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.problems import Problem
from api.service import the_principal, the_service
from api.v1.schemas import people as schemas
from api.v1.schemas.policies import QuickNote
from api.v1.schemas.rows import list_of
from domain.access import Grant

blueprint = Blueprint("me", "me", description="本人 Me")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("/me", needs=Grant.READ)
@blueprint.shows(200, schemas.Me)
def get_me() -> Answer:
    """Return who is asking and what his token allows."""
    principal, people = the_principal(), the_service().read.people
    person = people.get(principal.id) if principal.id is not None else None
    if person is None:
        raise Problem(401, "unauthenticated")
    shown = {**representations.person(person), "grants": sorted(principal.grants)}
    return shown, version_headers(person.version)


@blueprint.get("/quick-notes", needs=Grant.READ)
@blueprint.shows(200, list_of(QuickNote))
def list_quick_notes() -> Answer:
    """List the keys that record a whole contact each (快捷键信息)."""
    return {"items": the_service().read.care.book().quick_notes.notes}, {}

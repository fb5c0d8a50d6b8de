"""People (人员): who works here with what rights, and the tokens that were given out (R57).

Managers read the same; what they may do for their reps is there for them, the rest is not.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.pages.frame import page_blueprint, read_query, show
from api.service import the_principal, the_service
from api.v1.representatives import people_page
from api.v1.schemas.people import RepresentativeQuery
from api.v1.second_factors import state_of
from domain.access import GRANTS_BY_ROLE, Grant, Role, Scope
from domain.errors import NotFoundError
from workers.handovers import looked_after

blueprint = page_blueprint("people")

EVERYBODY = "200"
"""How many people stand on a page unless the address says otherwise."""

HANDOVERS_SHOWN = 20


@blueprint.get("/settings/people")
def list_people() -> Response:
    """Show who works here, by name; for managers."""
    the_principal().require_manager()
    query = read_query(RepresentativeQuery, limit=EVERYBODY)
    body, _ = people_page(query)
    return show(
        "people.html",
        rows=body["items"],
        next_cursor=body.get("next_cursor"),
        with_left=query["with_left"],
        roles=list(Role),
        scopes=list(Scope),
    )


@blueprint.get("/settings/people/<uuid:rep_id>")
def show_person(rep_id: UUID) -> Response:
    """Show somebody's rights; to administrators his tokens, to those above him how to help him."""
    principal = the_principal()
    principal.require_manager()
    people = the_service().read.people
    person = people.get(rep_id)
    if person is None:
        raise NotFoundError(of="representative", id=str(rep_id))
    may_let_in = principal.is_above(rep_id, person.role)
    return show(
        "person.html",
        person=person,
        has_second_factor=may_let_in and state_of(rep_id)["is_on"],
        tokens=tokens_of(rep_id) if Grant.ADMINISTER in principal.grants else [],
        others=[each for each in people.page(limit=200) if each.rep_id != rep_id],
        roles=list(Role),
        scopes=list(Scope),
        grants=[grant for grant in Grant if grant in GRANTS_BY_ROLE[person.role]],
    )


@blueprint.get("/settings/people/<uuid:rep_id>/leaving")
def ask_about_leaving(rep_id: UUID) -> Response:
    """Show what somebody looks after and what was handed over, to give it back; administrators."""
    the_principal().require(Grant.ADMINISTER)
    read = the_service().read
    person = read.people.get(rep_id)
    if person is None:
        raise NotFoundError(of="representative", id=str(rep_id))
    handovers = read.handovers.page(rep_id=rep_id, limit=HANDOVERS_SHOWN)
    givers = [read.people.get(each) for each in {row.from_id for row in handovers}]
    return show(
        "leaving.html",
        person=person,
        his=looked_after(read, rep_id),
        others=[each for each in read.people.page(limit=200) if each.rep_id != rep_id],
        handovers=handovers,
        present={each.rep_id for each in givers if each is not None and each.left_on is None},
    )


def tokens_of(rep_id: UUID) -> list[dict[str, Any]]:
    """Return the tokens that somebody was given, and which of them are valid now."""
    people, now = the_service().read.people, the_service().now()
    return [
        {"token": each, "is_valid": each.revoked_at is None and each.expires_at > now}
        for each in people.tokens_of(rep_id)
    ]

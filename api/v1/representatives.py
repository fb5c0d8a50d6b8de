"""Representatives (业务员): who works here, with what rights, and their tokens (R56, R57)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import g

from api import representations
from api.as_of import as_it_was, asked_moment
from api.auth import new_token
from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.service import carry_out, the_principal, the_service
from api.v1.lists import listed
from api.v1.schemas import people as schemas
from api.v1.schemas.query import AsOfQuery
from api.v1.writes import written
from domain import commands
from domain.access import Grant
from domain.channel import Address, Channel
from domain.errors import InvalidError, NotFoundError, StillLooksAfterError
from domain.ids import new_id
from domain.representative import Representative
from workers.handovers import looks_after_anybody

blueprint = Blueprint(
    "representatives",
    "representatives",
    url_prefix="/representatives",
    description="业务员 Representatives",
)

LONGEST_TOKEN = timedelta(days=366)

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("", needs=Grant.ADMINISTER)
@blueprint.idempotent
@blueprint.shows(201, schemas.Representative)
@blueprint.arguments(schemas.NewRepresentative)
def add_representative(body: dict[str, Any], idempotency_key: str) -> Answer:
    """Take somebody on."""
    why = body.pop("reason", "")
    receipt = carry_out(
        commands.AddRepresentative(**body), why=why, idempotency_key=idempotency_key
    )
    location = {"Location": f"/api/v1/representatives/{receipt.subject_id}"}
    return representations.representative(receipt.subject), (
        representations.replay_headers(receipt) | location
    )


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, schemas.Representatives)
@blueprint.arguments(schemas.RepresentativeQuery, location="query")
def list_representatives(query: dict[str, Any]) -> Answer:
    """List who works here, by name."""
    body, headers = people_page(query)
    return {**body, "items": [representations.person(row) for row in body["items"]]}, headers


def people_page(query: dict[str, Any]) -> Answer:
    """Return the page of representatives that `query` asks for, in rows."""
    people = the_service().read.people
    return listed(
        query,
        tuple[str, UUID],
        lambda after, limit: people.page(after, limit, with_left=query["with_left"]),
        lambda row: (row.name, row.rep_id),
    )


@blueprint.get("/<uuid:rep_id>", needs=Grant.READ)
@blueprint.shows(200, schemas.Representative)
@blueprint.arguments(AsOfQuery, location="query")
def get_representative(query: dict[str, Any], rep_id: UUID) -> Answer:
    """Return a representative as he is, or as he was."""
    moment = asked_moment(query)
    representative = as_it_was(the_representative(rep_id), moment, "representative")
    shown = representations.representative(representative)
    return shown, version_headers(representative.version)


def the_representative(rep_id: UUID) -> Representative:
    """Return somebody as the log knows him; NotFoundError when nobody is."""
    representative = the_service().read.log.get(rep_id)
    if not isinstance(representative, Representative):
        raise NotFoundError(of="representative", id=str(rep_id))
    return representative


@blueprint.post("/<uuid:rep_id>/scopes", needs=Grant.ADMINISTER)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Representative)
@blueprint.arguments(schemas.NewScope)
def grant_scope(
    body: dict[str, Any], rep_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Change role, scope, team or manager."""
    why = body.pop("reason", "")
    body["team"] = body["team"] or ""
    command = commands.GrantScope(rep_id=rep_id, **body)
    return _changed(command, why, expected_version, idempotency_key)


@blueprint.post("/<uuid:rep_id>/notifications", needs=Grant.READ)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Representative)
@blueprint.arguments(schemas.NewNotifications)
def choose_notifications(
    body: dict[str, Any], rep_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Choose how to be reminded besides the inbox; each for himself, an administrator for all.

    A token that only reads will not do (403), unless its holder's role does nothing but read.
    """
    command = commands.ChooseNotifications(
        rep_id=rep_id,
        wants_email=body["wants_email"],
        each_item=body["each_item"],
        addresses=tuple(
            Address(
                channel=Channel(each["channel"]), to=each["address"], secret=each.get("secret", "")
            )
            for each in body["addresses"]
        ),
    )
    return _changed(command, "", expected_version, idempotency_key)


@blueprint.get("/<uuid:rep_id>/notifications", needs=Grant.READ)
@blueprint.shows(200, schemas.Notifications)
def get_notifications(rep_id: UUID) -> Answer:
    """Return how somebody is reminded besides the inbox; each his own, an administrator anybody's.

    Secrets are never shown. A channel is gone from here once nothing could be delivered to it.
    """
    _require_self_or_administrator(rep_id)
    person = the_service().read.people.get(rep_id)
    if person is None:
        raise NotFoundError(of="representative", id=str(rep_id))
    return representations.notifications(person), version_headers(person.version)


@blueprint.post("/<uuid:rep_id>/departure", needs=Grant.ADMINISTER)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Representative)
def remove_representative(rep_id: UUID, expected_version: int, idempotency_key: str) -> Answer:
    """Record that somebody left, who has handed everything over; his tokens are void then."""
    if looks_after_anybody(the_service().read, rep_id):
        raise StillLooksAfterError(rep_id=str(rep_id))
    command = commands.RemoveRepresentative(rep_id=rep_id)
    return _changed(command, "", expected_version, idempotency_key)


@blueprint.post("/<uuid:rep_id>/tokens", needs=Grant.READ)
@blueprint.shows(201, schemas.IssuedToken)
@blueprint.arguments(schemas.NewToken)
def issue_token(body: dict[str, Any], rep_id: UUID) -> Answer:
    """Give out a bearer token; it is shown this once, so a repetition gives another one.

    Whoever has a second factor gives himself one on the pages only, signed in with a code (403).
    """
    if body["expires_at"] > the_service().now() + LONGEST_TOKEN:
        raise InvalidError(field="expires_at", problem="out-of-range")
    token, digest = new_token()
    token_id = new_id()
    carry_out(
        commands.IssueToken(
            rep_id=rep_id,
            token_id=token_id,
            token_sha256=digest,
            label=body["label"],
            grants=frozenset(body["grants"]),
            expires_at=body["expires_at"],
            factor_id=g.session.factor_id if "session" in g else None,
        )
    )
    return {"token_id": token_id, "token": token, "expires_at": body["expires_at"]}, {}


@blueprint.get("/<uuid:rep_id>/tokens", needs=Grant.READ)
@blueprint.shows(200, schemas.Tokens)
def list_tokens(rep_id: UUID) -> Answer:
    """List the tokens of a representative; each his own, an administrator anybody's."""
    _require_self_or_administrator(rep_id)
    rows = the_service().read.people.tokens_of(rep_id)
    return {"items": [representations.token(row) for row in rows]}, {}


@blueprint.post("/<uuid:rep_id>/tokens/<uuid:token_id>/revocation", needs=Grant.READ)
@blueprint.idempotent
@blueprint.shows(201, schemas.Representative)
def revoke_token(rep_id: UUID, token_id: UUID, idempotency_key: str) -> Answer:
    """Make a token void, here and in every other process within two seconds."""
    command = commands.RevokeToken(rep_id=rep_id, token_id=token_id)
    return _changed(command, "", None, idempotency_key)


def _require_self_or_administrator(rep_id: UUID) -> None:
    principal = the_principal()
    if principal.id != rep_id:
        principal.require(Grant.ADMINISTER)


def _changed(
    command: commands.Command, why: str, expected_version: int | None, idempotency_key: str
) -> Answer:
    shown = representations.representative
    return written(command, shown, idempotency_key, expected_version=expected_version, why=why)

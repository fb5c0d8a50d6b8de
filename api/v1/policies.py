"""Policies (制度): grading, cadence, SLA, quick notes and calendar, each with its past."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import g

from api import representations
from api.as_of import as_it_was, asked_moment, may_take_time
from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.problems import Problem
from api.service import the_principal, the_service
from api.v1.schemas import policies as schemas
from api.v1.schemas.query import AsOfQuery
from api.v1.schemas.rows import list_of
from api.v1.writes import written
from domain import commands
from domain.access import Grant
from domain.errors import InvalidError
from domain.policies.book import PolicyKind
from projections.past import BuildingError
from projections.what_if import tried

blueprint = Blueprint("policies", "policies", url_prefix="/policies", description="制度 Policies")

Answer = tuple[dict[str, Any], dict[str, str]]

KIND = "<any({}):kind>".format(", ".join(PolicyKind))
"""The kind of a policy in an address."""


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.Policy))
@blueprint.arguments(AsOfQuery, location="query")
def list_policies(query: dict[str, Any]) -> Answer:
    """List the policies in force, or those that were."""
    read, moment = the_service().read, asked_moment(query)
    if moment is None:
        found = list(read.log.get_many([kind.stream_id for kind in PolicyKind]).values())
    else:
        found = [read.moments.get(kind.stream_id, moment) for kind in PolicyKind]
    by_kind = {policy.kind: policy for policy in found if policy is not None}
    kinds = [kind for kind in PolicyKind if kind in by_kind]
    return {"items": [representations.policy(by_kind[kind]) for kind in kinds]}, {}


@blueprint.get(f"/{KIND}", needs=Grant.READ)
@blueprint.shows(200, schemas.Policy)
@blueprint.arguments(AsOfQuery, location="query")
def get_policy(query: dict[str, Any], kind: str) -> Answer:
    """Return a policy in force, or as it was."""
    moment = asked_moment(query)
    policy = as_it_was(the_service().read.log.get(PolicyKind(kind).stream_id), moment, "policy")
    return representations.policy(policy), version_headers(policy.version)


@blueprint.get(f"/{KIND}/versions", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.PolicyVersion))
def list_policy_versions(kind: str) -> Answer:
    """List every version of a policy, the newest first: what it said, since when and by whom."""
    return {"items": the_service().read.policies.versions(PolicyKind(kind))}, {}


@blueprint.patch(f"/{KIND}", needs=Grant.ADMINISTER)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(200, schemas.Policy)
@blueprint.arguments(schemas.Amendment)
def amend_policy(
    body: dict[str, Any], kind: str, expected_version: int, idempotency_key: str
) -> Answer:
    """Put a new version of a policy in force; what was decided under the old one stays.

    Open deadlines and due dates follow a change of the calendar, those of SLA and cadence only when
    `recompute` asks for it; each keeps what it was in its history.
    """
    try:
        return written(
            commands.AmendPolicy(
                kind=PolicyKind(kind), content=body["content"], recompute=body.get("recompute")
            ),
            representations.policy,
            idempotency_key,
            expected_version=expected_version,
            why=body.get("reason", ""),
        )
    except InvalidError as error:
        raise _in_content(error) from error


@blueprint.post(f"/{KIND}/what-if", needs=Grant.ADMINISTER)
@may_take_time(blueprint, "The log is being replayed")
@blueprint.shows(200, schemas.WhatIf)
@blueprint.arguments(schemas.Trial)
def try_policy(body: dict[str, Any], kind: str) -> Answer:
    """Replay the log under another grading, cadence, SLA or pool policy; nothing is written.

    Answers what would be different by representative and month. The workers read the whole log for
    it, which takes a second or two for every 10,000 events: until then 202 and how far it is, and
    whoever sends the same request again, to any process, gets the answer. What nobody asks for
    within three minutes is given up. Kezhi-Position tells up to where the log was read.
    `kezhi what-if` does the same.
    """
    service, content = the_service(), body["content"]
    rep_id = the_principal().id
    assert rep_id is not None  # noqa: S101 - tokens belong to representatives
    try:
        book = service.read.care.book(is_fresh=True)
        tried(book, PolicyKind(kind), content)
    except InvalidError as error:
        raise _in_content(error) from error
    head, now = service.read.log.head, service.now()
    trial = service.trials.ask(
        PolicyKind(kind), content, versions=book.versions, rep_id=rep_id, head=head, now=now
    )
    if trial.has_failed:
        raise Problem(500, "trial-failed")
    if trial.result is None:
        raise BuildingError(trial.position, trial.until)
    g.position = trial.until
    return asdict(trial.result), {}


def _in_content(error: InvalidError) -> InvalidError:
    return InvalidError(**{**error.fields, "field": f"content.{error.fields['field']}"})

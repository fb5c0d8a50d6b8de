"""Activities: guests invited, with a place or waiting, there or not, and what followed (R74)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from api import representations
from api.audiences import audience_of
from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.service import carry_out, the_principal, the_service
from api.v1.campaigns import counting
from api.v1.lists import listed
from api.v1.schemas import activities as schemas
from api.v1.schemas.campaigns import ResultsPage, ResultsQuery
from api.v1.schemas.complaints import Reason
from api.v1.schemas.query import PageQuery
from api.v1.schemas.rows import page_of
from api.v1.writes import written
from domain import campaign_commands as commands
from domain.access import Grant
from domain.activity import Activity, ActivityPlan
from domain.errors import NotFoundError
from domain.plain import from_plain, to_plain
from domain.segment import Segment

blueprint = Blueprint("activities", "activities", description="客户活动 Activities")

Answer = tuple[dict[str, Any], dict[str, str]]

ACTIVITY = "/activities/<uuid:activity_id>"


@blueprint.post("/activities", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Activity)
@blueprint.arguments(schemas.NewActivity)
def plan_activity(body: dict[str, Any], idempotency_key: str) -> Answer:
    """Plan an activity: a party to thank customers, a launch, a training."""
    receipt = carry_out(
        commands.PlanActivity(plan=ActivityPlan(**body)), idempotency_key=idempotency_key
    )
    location = {"Location": f"/api/v1/activities/{receipt.subject_id}"}
    return _shown(receipt.subject), representations.replay_headers(receipt) | location


@blueprint.get("/activities", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.ActivityRow))
@blueprint.arguments(PageQuery, location="query")
def list_activities(query: dict[str, Any]) -> Answer:
    """List activities, the latest first."""
    return activities_page(query)


def activities_page(query: dict[str, Any]) -> Answer:
    """Return the page of activities that `query` asks for, in rows."""
    campaigns = the_service().read.campaigns
    return listed(
        query,
        tuple[datetime, UUID],
        campaigns.activities,
        lambda row: (row.starts_at, row.activity_id),
    )


@blueprint.get(ACTIVITY, needs=Grant.READ)
@blueprint.shows(200, schemas.Activity)
def get_activity(activity_id: UUID) -> Answer:
    """Return an activity as it stands."""
    activity = the_activity(activity_id)
    return _shown(activity), version_headers(activity.version)


@blueprint.patch(ACTIVITY, needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(200, schemas.Activity)
@blueprint.arguments(schemas.ActivityPatch)
def amend_activity(
    body: dict[str, Any], activity_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Change an activity that is still ahead; with more places those who wait come first."""
    changes = {name: "" if value is None else value for name, value in body.items()}
    command = commands.AmendActivity(activity_id=activity_id, changes=changes)
    return written(command, _shown, idempotency_key, expected_version=expected_version)


@blueprint.post(f"{ACTIVITY}/cancellation", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Activity)
@blueprint.arguments(Reason)
def cancel_activity(
    body: dict[str, Any], activity_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Call it off, with a reason; whoever was to come becomes a task of his owner."""
    return written(
        commands.CancelActivity(activity_id=activity_id),
        _shown,
        idempotency_key,
        expected_version=expected_version,
        why=body["reason"],
    )


@blueprint.post(f"{ACTIVITY}/invitations", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Activity)
@blueprint.arguments(schemas.NewInvitations)
def invite_guests(body: dict[str, Any], activity_id: UUID, idempotency_key: str) -> Answer:
    """Invite customers in scope; no message goes out, that is what a campaign is for."""
    whom = tuple(body.get("customer_ids", ()))
    if "segment" in body:
        segment = from_plain(Segment, to_plain(body["segment"]))
        whom += audience_of(the_service().read, segment, the_principal().visibility)
    command = commands.InviteGuests(activity_id=activity_id, customer_ids=whom)
    return written(command, _shown, idempotency_key)


@blueprint.post(f"{ACTIVITY}/answers", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Guest)
@blueprint.arguments(schemas.NewGuestAnswer)
def answer_invitation(body: dict[str, Any], activity_id: UUID, idempotency_key: str) -> Answer:
    """Record whether a guest comes; refused when no place is left and he may not wait (409)."""
    command = commands.AnswerInvitation(activity_id=activity_id, **body)
    guest = command.customer_id

    def shown(activity: Activity) -> dict[str, Any]:
        state = activity.guests[guest]
        return {"activity_id": activity_id, "customer_id": guest, "state": state}

    return written(command, shown, idempotency_key)


@blueprint.post(f"{ACTIVITY}/attendance", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Activity)
@blueprint.arguments(schemas.NewAttendance)
def record_attendance(body: dict[str, Any], activity_id: UUID, idempotency_key: str) -> Answer:
    """Record who was there and who was not, on the day or later."""
    lists = {name: tuple(ids) for name, ids in body.items()}
    command = commands.RecordAttendance(activity_id=activity_id, **lists)
    return written(command, _shown, idempotency_key)


@blueprint.get(f"{ACTIVITY}/guests", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.GuestRow))
@blueprint.arguments(ResultsPage, location="query")
def list_guests(query: dict[str, Any], activity_id: UUID) -> Answer:
    """List how it stands with each guest in scope."""
    return guests_page(query, activity_id)


def guests_page(query: dict[str, Any], activity_id: UUID) -> Answer:
    """Return the page of an activity's guests that `query` asks for, in rows."""
    the_activity(activity_id)
    campaigns, visibility = the_service().read.campaigns, the_principal().visibility
    return listed(
        query,
        tuple[UUID],
        lambda after, limit: campaigns.guests(
            activity_id, visibility, counting(query), after=after, limit=limit
        ),
        lambda row: (row.customer_id,),
    )


@blueprint.get(f"{ACTIVITY}/results", needs=Grant.READ)
@blueprint.shows(200, schemas.ActivityResults)
@blueprint.arguments(ResultsQuery, location="query")
def count_activity(query: dict[str, Any], activity_id: UUID) -> Answer:
    """Count what came of it with the guests in scope."""
    the_activity(activity_id)
    visibility = the_principal().visibility
    found = the_service().read.campaigns.activity_results(activity_id, visibility, counting(query))
    return asdict(found), {}


def the_activity(activity_id: UUID) -> Activity:
    """Return an activity; NotFoundError when there is none."""
    activity = the_service().read.log.get(activity_id)
    if not isinstance(activity, Activity):
        raise NotFoundError(of="activity", id=str(activity_id))
    return activity


def _shown(activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.id,
        "version": activity.version,
        "author": activity.author,
        "places_left": activity.places_left,
        "is_cancelled": activity.is_cancelled,
        **asdict(activity.plan),
    }

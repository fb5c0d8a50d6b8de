"""Activities (客户活动): what takes place, who comes, and who was there (R74)."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from api.pages.campaigns import WINDOWS, segment_choices
from api.pages.frame import page_blueprint, read_query, show, the_wording
from api.pages.roster import colleagues
from api.service import the_principal, the_service
from api.v1.activities import activities_page, guests_page, the_activity
from api.v1.campaigns import counting
from api.v1.schemas.campaigns import ResultsPage
from api.v1.schemas.query import PageQuery
from domain.access import Grant
from domain.activity import Activity, ActivityKind

blueprint = page_blueprint("activities")

FIGURES = ("invited", "accepted", "waiting", "declined", "attended", "missed", "bought")
"""What is counted of the guests of an activity."""


@blueprint.get("/care/activities")
def list_activities() -> Response:
    """Show every activity, the latest first."""
    body, _ = activities_page(read_query(PageQuery))
    return show("activities.html", rows=body["items"], next_cursor=body.get("next_cursor"))


@blueprint.get("/care/activities/new")
def ask() -> Response:
    """Show the form for another activity."""
    return _form(None)


@blueprint.get("/care/activities/<uuid:activity_id>/plan")
def amend(activity_id: UUID) -> Response:
    """Show the same form for an activity that is still ahead."""
    return _form(the_activity(activity_id))


def _form(activity: Activity | None) -> Response:
    the_principal().require(Grant.WRITE)
    starts_at = activity.plan.starts_at.astimezone(the_wording().zone) if activity else None
    return show(
        "plan_activity.html",
        activity=activity,
        starts_at=f"{starts_at:%Y-%m-%dT%H:%M}" if starts_at else "",
        kinds=list(ActivityKind),
    )


@blueprint.get("/care/activities/<uuid:activity_id>")
def show_activity(activity_id: UUID) -> Response:
    """Show an activity with its guests; answers and attendance are recorded with a key.

    Until it begins customers are invited by segment.
    """
    activity, query = the_activity(activity_id), read_query(ResultsPage)
    service, visibility = the_service(), the_principal().visibility
    body, _ = guests_page(query, activity_id)
    has_begun = activity.plan.starts_at <= service.now()
    may_write = Grant.WRITE in the_principal().grants
    is_ahead = not has_begun and not activity.is_cancelled
    is_own = activity.author == the_principal().name
    return show(
        "activity.html",
        activity=activity,
        has_begun=has_begun,
        may_invite=may_write and is_ahead,
        may_amend=may_write and is_ahead and (is_own or the_principal().is_manager),
        choices=segment_choices(),
        colleagues=colleagues(),
        windows=WINDOWS,
        within_days=query["within_days"],
        results=service.read.campaigns.activity_results(activity_id, visibility, counting(query)),
        figures=FIGURES,
        rows=body["items"],
        next_cursor=body.get("next_cursor"),
    )

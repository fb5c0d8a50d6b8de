"""Complaints: taken in, judged, worked on step by step, closed (投诉, R68-R72)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import marshmallow as ma

from api import representations
from api.as_of import as_it_was, as_they_stood, asked_moment, may_take_time, visible_today
from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.explanations import Words, explanations_of_complaint
from api.people_names import People
from api.problems import request_language
from api.service import carry_out, the_principal, the_service
from api.v1.lists import listed
from api.v1.schemas import complaints as schemas
from api.v1.schemas.query import AsOfQuery
from api.v1.schemas.rows import list_of, page_of
from api.v1.writes import written
from domain import commands
from domain.access import Grant
from domain.complaint import Complaint
from domain.erasure import require_known
from domain.errors import NotFoundError
from projections.complaints.projection import ComplaintsProjection
from projections.complaints.queries import BurnDownDay, ComplaintFilters

blueprint = Blueprint(
    "complaints", "complaints", url_prefix="/complaints", description="投诉 Complaints"
)

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Complaint)
@blueprint.arguments(schemas.NewComplaint)
def file_complaint(body: dict[str, Any], idempotency_key: str) -> Answer:
    """Take a complaint in; its clocks run from now."""
    receipt = carry_out(commands.FileComplaint(**body), idempotency_key=idempotency_key)
    headers = representations.replay_headers(receipt)
    location = {"Location": f"/api/v1/complaints/{receipt.subject_id}"}
    return complaint_shown(receipt.subject), headers | location


@blueprint.get("", needs=Grant.READ)
@may_take_time(blueprint)
@blueprint.shows(200, page_of(schemas.ComplaintRow))
@blueprint.arguments(schemas.ComplaintQuery, location="query")
def list_complaints(query: dict[str, Any]) -> Answer:
    """List complaints by their next deadline, or the newest first."""
    return complaint_page(query)


@blueprint.get("/burn-down", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.BurnDownDay))
@blueprint.arguments(schemas.BurnDownQuery, location="query")
def list_burn_down(query: dict[str, Any]) -> Answer:
    """List day by day how many complaints in scope were filed, closed, and stood open at its end.

    One that was opened again stood closed in between.
    """
    return {"items": burn_down(query["days"])}, {}


def burn_down(days: int) -> list[BurnDownDay]:
    """Return how complaints in scope came and went over the `days` up to today."""
    service, visibility = the_service(), the_principal().visibility
    today, zone = service.today(), service.read.care.book().calendar.zone
    first = today - timedelta(days=days - 1)
    return service.read.complaints.burn_down(visibility, first, today, zone)


@blueprint.get("/<uuid:complaint_id>/why", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.Explanation))
@blueprint.arguments(AsOfQuery, location="query")
def explain_complaint(query: dict[str, Any], complaint_id: UUID) -> Answer:
    """Say why a complaint has its deadlines, and why what was decided about it was (D9)."""
    moment, language = asked_moment(query), request_language()
    complaint = as_it_was(visible_complaint(complaint_id), moment, "complaint")
    read = the_service().read
    explanations = explanations_of_complaint(
        read.history,
        complaint.customer_id,
        complaint_id,
        Words(language, People(read.people, language).name),
        moment.position if moment else None,
    )
    return {"items": explanations}, {
        "Content-Language": language.value,
        "Vary": "Accept-Language",
    }


def complaint_page(query: dict[str, Any]) -> Answer:
    """Return the page of complaints that `query` asks for, in rows."""
    visibility, moment = the_principal().visibility, asked_moment(query)
    (complaints,) = as_they_stood(moment, (ComplaintsProjection, the_service().read.complaints))
    filters = ComplaintFilters(
        stages=query.get("stage", ()),
        is_open=query.get("open"),
        priorities=query.get("priority", ()),
        handler_id=query.get("handler_id"),
        customer_id=query.get("customer_id"),
        due_before=query.get("due_before"),
        came_in=_day_of(query.get("came_on")),
        closed_in=_day_of(query.get("closed_on")),
    )
    sort = query["sort"]
    body, headers = listed(
        query,
        tuple[datetime | None, UUID],
        lambda after, limit: complaints.page(
            visibility, filters, sort=sort, after=after, limit=limit
        ),
        lambda row: (row.next_due_at if sort == "due" else row.filed_at, row.complaint_id),
    )
    return {**body, "items": visible_today(body["items"], moment)}, headers


def _day_of(day: date | None) -> tuple[datetime, datetime] | None:
    """Return where a day of the company begins and ends."""
    if day is None:
        return None
    zone = ZoneInfo(the_service().read.care.book().calendar.zone)
    begins, ends = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    return begins, ends


@blueprint.get("/<uuid:complaint_id>", needs=Grant.READ)
@blueprint.shows(200, schemas.Complaint)
@blueprint.arguments(AsOfQuery, location="query")
def get_complaint(query: dict[str, Any], complaint_id: UUID) -> Answer:
    """Return a complaint as it stands, or as it stood."""
    complaint = as_it_was(visible_complaint(complaint_id), asked_moment(query), "complaint")
    return complaint_shown(complaint), version_headers(complaint.version)


def visible_complaint(complaint_id: UUID) -> Complaint:
    """Return a complaint; NotFoundError unless its handler or its customer's owner is in scope."""
    log, visibility = the_service().read.log, the_principal().visibility
    complaint = log.get(complaint_id)
    if isinstance(complaint, Complaint):
        customer = log.get(complaint.customer_id)
        owners = (customer.owner_id, customer.second_owner_id) if customer else ()
        if visibility.covers(complaint.handler_id, *owners):
            require_known(customer)
            return complaint
    raise NotFoundError(of="complaint", id=str(complaint_id))


def _step(
    path: str,
    name: str,
    says: str,
    command: Callable[..., commands.Command],
    schema: type[ma.Schema],
) -> None:
    """Add the step `POST /complaints/{id}/<path>`: the body's fields are those of `command`."""

    def take_step(
        body: dict[str, Any], complaint_id: UUID, expected_version: int, idempotency_key: str
    ) -> Answer:
        why = body.pop("reason", "")
        return written(
            command(complaint_id=complaint_id, **body),
            complaint_shown,
            idempotency_key,
            expected_version=expected_version,
            why=why,
        )

    take_step.__name__, take_step.__doc__ = name, says
    view = blueprint.arguments(schema)(take_step)
    view = blueprint.shows(201, schemas.Complaint)(view)
    view = blueprint.if_match(blueprint.idempotent(view))
    blueprint.post(f"/<uuid:complaint_id>/{path}", endpoint=name, needs=Grant.WRITE)(view)


for _path, _name, _says, _command, _schema in (
    ("triage", "triage_complaint", "Judge severity and pressure (R69).",
     commands.TriageComplaint, schemas.NewTriage),
    ("assignments", "assign_complaint", "Make somebody responsible.",
     commands.AssignComplaint, schemas.NewHandler),
    ("acknowledgement", "acknowledge_complaint", "Record that the customer knows.",
     commands.AcknowledgeComplaint, schemas.Nothing),
    ("investigations", "investigate_complaint", "Record the cause (R70).",
     commands.InvestigateComplaint, schemas.NewCause),
    ("resolution", "resolve_complaint", "Record the solution; the resolve clock stops.",
     commands.ResolveComplaint, schemas.NewSolution),
    ("outcome-reports", "report_outcome", "Record that the customer was told the outcome.",
     commands.ReportOutcome, schemas.NewOutcome),
    ("closing", "close_complaint", "Close it with the customer's satisfaction.",
     commands.CloseComplaint, schemas.NewClosing),
    ("reopening", "reopen_complaint", "Reopen it, with a reason.",
     commands.ReopenComplaint, schemas.Reason),
    ("pauses", "pause_complaint", "Stop the resolve clock while we wait for the customer.",
     commands.PauseComplaint, schemas.Reason),
    ("resumption", "resume_complaint", "Let the resolve clock run on.",
     commands.ResumeComplaint, schemas.Nothing),
):  # fmt: skip
    _step(_path, _name, _says, _command, _schema)


def complaint_shown(complaint: Complaint) -> dict[str, Any]:
    """Return a complaint as the API shows it, with what was said of it."""
    told = the_service().read.log.events.get(complaint.id, lte=complaint.version)
    return representations.complaint(complaint, told)

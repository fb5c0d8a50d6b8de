"""The workload (工作量): customers added, calls, visits, complaints and purchases (R61)."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.as_of import as_they_stood, asked_moment, may_take_time, today_of
from api.blueprints import Blueprint
from api.messages import Phrase
from api.problems import FieldProblem, Problem
from api.service import the_principal, the_service
from api.v1.schemas import workload as schemas
from api.v1.schemas.rows import list_of
from domain.access import Grant
from projections.workload.projection import WorkloadProjection
from projections.workload.queries import WorkloadQueries

blueprint = Blueprint("workload", "workload", url_prefix="/workload", description="工作量 Workload")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("", needs=Grant.READ)
@may_take_time(blueprint)
@blueprint.shows(200, list_of(schemas.WorkloadDay))
@blueprint.arguments(schemas.WorkloadQuery, location="query")
def list_workload(query: dict[str, Any]) -> Answer:
    """List what each representative in scope did on each day."""
    workload, first, last = asked(query)
    visibility = the_principal().visibility
    return {"items": workload.days(visibility, first, last, query.get("rep_id"))}, {}


@blueprint.get("/totals", needs=Grant.READ)
@may_take_time(blueprint)
@blueprint.shows(200, list_of(schemas.WorkloadTotal))
@blueprint.arguments(schemas.WorkloadQuery, location="query")
def sum_up_workload(query: dict[str, Any]) -> Answer:
    """Sum up what each representative in scope did."""
    workload, first, last = asked(query)
    visibility = the_principal().visibility
    return {"items": workload.totals(visibility, first, last, query.get("rep_id"))}, {}


def asked(query: dict[str, Any]) -> tuple[WorkloadQueries, date, date]:
    """Return the list that `query` is about, with the first and the last day of it."""
    moment = asked_moment(query)
    (workload,) = as_they_stood(moment, (WorkloadProjection, the_service().read.workload))
    return workload, *_span(query, today_of(moment))


def _span(query: dict[str, Any], today: date) -> tuple[date, date]:
    last = query.get("last_day") or today
    first = query.get("first_day") or last.replace(day=1)
    if (last - first).days >= schemas.LONGEST_SPAN:
        message = Phrase("field-too-many", maximum=schemas.LONGEST_SPAN)
        problem = FieldProblem(message, parameter="first_day")
        raise Problem(422, "invalid", errors=[problem])
    return first, last

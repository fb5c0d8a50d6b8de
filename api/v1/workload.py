"""The workload (工作量): customers added, calls, visits, complaints and purchases (R61)."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.blueprints import Blueprint
from api.messages import Phrase
from api.problems import FieldProblem, Problem
from api.service import the_principal, the_service
from api.v1.schemas import workload as schemas
from api.v1.schemas.rows import list_of
from domain.access import Grant

blueprint = Blueprint("workload", "workload", url_prefix="/workload", description="工作量 Workload")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.WorkloadDay))
@blueprint.arguments(schemas.WorkloadQuery, location="query")
def list_workload(query: dict[str, Any]) -> Answer:
    """List what each representative in scope did on each day."""
    first, last = _span(query)
    workload, visibility = the_service().read.workload, the_principal().visibility
    return {"items": workload.days(visibility, first, last, query.get("rep_id"))}, {}


@blueprint.get("/totals", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.WorkloadTotal))
@blueprint.arguments(schemas.WorkloadQuery, location="query")
def sum_up_workload(query: dict[str, Any]) -> Answer:
    """Sum up what each representative in scope did."""
    first, last = _span(query)
    workload, visibility = the_service().read.workload, the_principal().visibility
    return {"items": workload.totals(visibility, first, last, query.get("rep_id"))}, {}


def _span(query: dict[str, Any]) -> tuple[date, date]:
    last = query.get("last_day") or the_service().today()
    first = query.get("first_day") or last.replace(day=1)
    if (last - first).days >= schemas.LONGEST_SPAN:
        message = Phrase("field-too-many", maximum=schemas.LONGEST_SPAN)
        problem = FieldProblem(message, parameter="first_day")
        raise Problem(422, "invalid", errors=[problem])
    return first, last

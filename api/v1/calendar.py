"""The work calendar (工作日历): what each day is, holidays and make-up days (调休)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from api import representations
from api.blueprints import Blueprint
from api.messages import Phrase
from api.problems import FieldProblem, Problem
from api.service import the_service
from api.v1.schemas import calendar as schemas
from api.v1.schemas.policies import Policy
from api.v1.schemas.rows import list_of
from api.v1.writes import written
from domain import commands
from domain.access import Grant
from domain.calendars.almanac import days_between

blueprint = Blueprint(
    "calendar", "calendar", url_prefix="/calendar", description="工作日历 Work calendar"
)

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("/days", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.CalendarDay))
@blueprint.arguments(schemas.DaysQuery, location="query")
def list_days(query: dict[str, Any]) -> Answer:
    """List what each day is: worked or not, announced or an estimate, lunar day and festivals."""
    first, last = _span(query)
    calendar = the_service().read.care.book().calendar.calendar
    return {"items": days_between(calendar, first, last)}, {}


@blueprint.post("/days", needs=Grant.ADMINISTER)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(200, Policy)
@blueprint.arguments(schemas.WorkdayChange)
def change_days(body: dict[str, Any], expected_version: int, idempotency_key: str) -> Answer:
    """Change single days; open deadlines and due dates follow, keeping what they were."""
    command = commands.ChangeWorkdays(
        **{name: tuple(body.get(name, ())) for name in ("closed", "opened", "usual")}
    )
    return _amend(command, body, expected_version, idempotency_key)


@blueprint.post("/holidays", needs=Grant.ADMINISTER)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(200, Policy)
@blueprint.arguments(schemas.HolidayImport)
def import_holidays(body: dict[str, Any], expected_version: int, idempotency_key: str) -> Answer:
    """Take the holidays of some years in, in place of what was said of days of these years."""
    command = commands.ImportHolidays(first_year=body["first_year"], last_year=body["last_year"])
    return _amend(command, body, expected_version, idempotency_key)


def _amend(
    command: commands.Command, body: dict[str, Any], expected_version: int, idempotency_key: str
) -> Answer:
    return written(
        command,
        representations.policy,
        idempotency_key,
        expected_version=expected_version,
        why=body.get("reason", ""),
    )


def _span(query: dict[str, Any]) -> tuple[date, date]:
    first = query.get("first_day") or the_service().today()
    most = timedelta(days=schemas.MOST_DAYS - 1)
    last = query.get("last_day") or first + min(most, date.max - first)
    if last - first > most:
        message = Phrase("field-too-many", maximum=schemas.MOST_DAYS)
        raise Problem(422, "invalid", errors=[FieldProblem(message, parameter="last_day")])
    return first, last

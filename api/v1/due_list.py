"""The due list (待跟进): what a rep's day is made of (R45)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec.structs import asdict

from api.as_of import as_they_stood, asked_moment, may_take_time, today_of, visible_today
from api.blueprints import Blueprint
from api.day_session import day_session
from api.service import the_principal, the_service
from api.v1.lists import listed
from api.v1.schemas import due_list as schemas
from api.v1.schemas.query import AsOfQuery
from api.v1.schemas.rows import list_of, page_of
from domain.access import Grant
from projections.due_list.projection import DueListProjection
from projections.due_list.queries import SORT_KEYS, DueItem, DueListQueries
from projections.moments import Moment
from projections.tasks.projection import TasksProjection
from projections.tasks.queries import TaskQueries

blueprint = Blueprint("due_list", "due-list", url_prefix="/due-list", description="待跟进 Due list")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("", needs=Grant.READ)
@may_take_time(blueprint)
@blueprint.shows(200, page_of(schemas.DueItem))
@blueprint.arguments(schemas.DueListQuery, location="query")
def list_due(query: dict[str, Any]) -> Answer:
    """List whom to contact, and why then; each row's version is the If-Match of the contact.

    Beside each customer stand his open tasks that are due by then.
    """
    body, headers = due_page(query)
    moment = asked_moment(query)
    _, tasks = lists_of(moment)
    by = query.get("on") or today_of(moment)
    return {**body, "items": _with_tasks(body["items"], tasks, by)}, headers


def due_page(query: dict[str, Any]) -> Answer:
    """Return the page of the due list that `query` asks for, in rows."""
    visibility, moment, order = the_principal().visibility, asked_moment(query), query["order"]
    due_list, _ = lists_of(moment)
    today = today_of(moment)
    body, headers = listed(
        query,
        SORT_KEYS[order],
        lambda after, limit: due_list.page(
            visibility,
            today,
            on=query.get("on"),
            since=query.get("since"),
            overdue=query["overdue"],
            owner_id=query.get("owner_id"),
            grades=query.get("grade", ()),
            flagged=query["flagged"],
            order=order,
            after=after,
            limit=limit,
        ),
        lambda item: item.sort_key(order),
    )
    return {**body, "items": visible_today(body["items"], moment)}, headers


@blueprint.get("/loads", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.DueLoad))
@blueprint.arguments(schemas.DueLoadQuery, location="query")
def list_due_loads(query: dict[str, Any]) -> Answer:
    """List how many customers everybody in scope owes a contact: overdue, and day by day ahead."""
    service, visibility = the_service(), the_principal().visibility
    return {"items": service.read.due_list.loads(visibility, service.today(), **query)}, {}


@blueprint.get("/counts", needs=Grant.READ)
@may_take_time(blueprint)
@blueprint.shows(200, schemas.DueCounts)
@blueprint.arguments(AsOfQuery, location="query")
def count_due(query: dict[str, Any]) -> Answer:
    """Return how many customers are due today and how many are overdue."""
    moment = asked_moment(query)
    due_list, _ = lists_of(moment)
    today = today_of(moment)
    counts = due_list.counts(the_principal().visibility, today)
    return {"on": today, "due": counts.due, "overdue": counts.overdue}, {}


@blueprint.get("/session", needs=Grant.READ)
@blueprint.shows(200, schemas.DaySession)
def get_session() -> Answer:
    """Return how one's own day goes: done, left, pace, working days in a row, and what is next.

    The pace is that of the contacts of today that were recorded today, none from a sheet: all but
    the first, over the time from the first to the last. It is null over less than ten minutes.
    """
    return dataclasses.asdict(day_session()), {}


def lists_of(moment: Moment | None) -> tuple[DueListQueries, TaskQueries]:
    """Return the due list and the tasks as they stand, or as they stood at `moment`."""
    read = the_service().read
    due_list, tasks = as_they_stood(
        moment, (DueListProjection, read.due_list), (TasksProjection, read.tasks)
    )
    return due_list, tasks


def _with_tasks(items: Sequence[DueItem], tasks: TaskQueries, by: date) -> list[dict[str, Any]]:
    """Return the items, each with the tasks that are to be done for its customer."""
    beside = tasks.beside([item.customer_id for item in items], by)
    return [{**asdict(item), "tasks": beside.get(item.customer_id, [])} for item in items]

"""Tasks: what is to be done for customers, done or given up (待办任务)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from api import representations
from api.as_of import as_it_was, asked_moment
from api.blueprints import Blueprint
from api.concurrency import version_headers
from api.service import carry_out, the_principal, the_service
from api.v1.lists import listed
from api.v1.schemas import tasks as schemas
from api.v1.schemas.complaints import Reason
from api.v1.schemas.query import AsOfQuery
from api.v1.schemas.rows import page_of
from api.v1.writes import written
from domain import aftercare_commands as commands
from domain.access import Grant
from domain.commands import Command
from domain.errors import NotFoundError
from domain.task import Task, TaskState
from projections.tasks.queries import TaskFilters

blueprint = Blueprint("tasks", "tasks", description="待办任务 Tasks")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.post("/customers/<uuid:customer_id>/tasks", needs=Grant.WRITE)
@blueprint.idempotent
@blueprint.shows(201, schemas.Task)
@blueprint.arguments(schemas.NewTask)
def open_task(body: dict[str, Any], customer_id: UUID, idempotency_key: str) -> Answer:
    """Have something done for a customer by whoever owns him."""
    command = commands.OpenTask(customer_id=customer_id, **body)
    receipt = carry_out(command, idempotency_key=idempotency_key)
    headers = representations.replay_headers(receipt)
    return _shown(receipt.subject), headers | {"Location": f"/api/v1/tasks/{receipt.subject_id}"}


@blueprint.get("/tasks", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.TaskRow))
@blueprint.arguments(schemas.TaskQuery, location="query")
def list_tasks(query: dict[str, Any]) -> Answer:
    """List tasks by the day they are due; each row's version is the If-Match of the next step."""
    service, visibility = the_service(), the_principal().visibility
    filters = TaskFilters(
        state=TaskState(query["state"]),
        kinds=query.get("kind", ()),
        due_by=query.get("on"),
        due_before=service.today() if query["overdue"] else None,
        owner_id=query.get("owner_id"),
        customer_id=query.get("customer_id"),
    )
    return listed(
        query,
        tuple[date, UUID],
        lambda after, limit: service.read.tasks.page(visibility, filters, after=after, limit=limit),
        lambda row: (row.due_on, row.task_id),
    )


@blueprint.get("/tasks/<uuid:task_id>", needs=Grant.READ)
@blueprint.shows(200, schemas.Task)
@blueprint.arguments(AsOfQuery, location="query")
def get_task(query: dict[str, Any], task_id: UUID) -> Answer:
    """Return a task as it stands."""
    task = as_it_was(visible_task(task_id), asked_moment(query), "task")
    return _shown(task), version_headers(task.version)


@blueprint.post("/tasks/<uuid:task_id>/done", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Task)
@blueprint.arguments(schemas.TaskOutcome)
def complete_task(
    body: dict[str, Any], task_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Record that a task is done, and what came of it."""
    return _ended(commands.CompleteTask(task_id=task_id, **body), expected_version, idempotency_key)


@blueprint.post("/tasks/<uuid:task_id>/drop", needs=Grant.WRITE)
@blueprint.if_match
@blueprint.idempotent
@blueprint.shows(201, schemas.Task)
@blueprint.arguments(Reason)
def drop_task(
    body: dict[str, Any], task_id: UUID, expected_version: int, idempotency_key: str
) -> Answer:
    """Give a task up, with a reason."""
    command = commands.DropTask(task_id=task_id)
    return _ended(command, expected_version, idempotency_key, body["reason"])


def visible_task(task_id: UUID) -> Task:
    """Return a task; NotFoundError unless its customer's owner is in scope."""
    log, visibility = the_service().read.log, the_principal().visibility
    task = log.get(task_id)
    if isinstance(task, Task):
        customer = log.get(task.customer_id)
        if customer and visibility.covers(customer.owner_id, customer.second_owner_id):
            return task
    raise NotFoundError(of="task", id=str(task_id))


def _ended(command: Command, expected_version: int, idempotency_key: str, why: str = "") -> Answer:
    return written(command, _shown, idempotency_key, expected_version=expected_version, why=why)


def _shown(task: Task) -> dict[str, Any]:
    told = the_service().read.log.events.get(task.id, lte=task.version)
    return representations.task(task, told)

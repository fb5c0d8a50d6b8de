"""Complaints (投诉): the board by working time left, and one complaint with its next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, request

from api.pages.customer import in_words
from api.pages.frame import page_blueprint, read_query, show
from api.pages.roster import colleagues
from api.service import the_principal, the_service
from api.v1.complaints import complaint_page, complaint_shown, visible_complaint
from api.v1.history import record_look
from api.v1.schemas.complaints import ComplaintQuery
from domain.complaint import Complaint, Stage
from domain.priority import Clock, ComplaintChannel, Pressure, Priority, Severity
from projections.complaints.queries import ComplaintRow

blueprint = page_blueprint("complaints")

SOON = 0.75
"""From this part of its time on a clock is shown as pressing, as its first rung does."""

STEPS: dict[Stage, str] = {
    Stage.FILED: "triage",
    Stage.TRIAGED: "assignments",
    Stage.ASSIGNED: "acknowledgement",
    Stage.ACKNOWLEDGED: "investigations",
    Stage.INVESTIGATED: "resolution",
    Stage.RESOLVED: "outcome-reports",
    Stage.REPORTED: "closing",
    Stage.CLOSED: "reopening",
}
"""The step that comes next at each stage, by its place in the API."""


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How a complaint's next clock stands, in working seconds; `left` is negative when too late."""

    clock: Clock
    left: float
    total: float

    @property
    def used(self) -> float:
        """The part of the time that is used, at most all of it."""
        return min(max(1 - self.left / self.total, 0.0), 1.0)

    @property
    def state(self) -> str:
        """One of `late`, `soon` and `calm`."""
        if self.left < 0:
            return "late"
        return "soon" if self.used >= SOON else "calm"


@blueprint.get("/complaints")
def list_complaints() -> Response:
    """Show open complaints by the working time left, or those that the address asks for."""
    is_of_a_day = request.args.keys() & {"came_on", "closed_on"}
    query = read_query(ComplaintQuery, **({} if is_of_a_day else {"open": "true"}))
    body, _ = complaint_page(query)
    log = the_service().read.log
    rows = [
        {"row": row, "left": time_left(row), "customer": log.get(row.customer_id)}
        for row in body["items"]
    ]
    return show(
        "complaints.html",
        rows=rows,
        next_cursor=body.get("next_cursor"),
        query=query,
        stages=list(Stage),
        priorities=list(Priority),
        colleagues=colleagues(),
        steps=STEPS,
    )


@blueprint.get("/complaints/<uuid:complaint_id>")
def show_complaint(complaint_id: UUID) -> Response:
    """Show a complaint: its clocks, the next step, and everything that was done about it."""
    complaint = visible_complaint(complaint_id)
    record_look(complaint.customer_id)
    read = the_service().read
    rows = read.history.page(complaint.customer_id, limit=100, stream_id=complaint_id)
    return show(
        "complaint.html",
        complaint=complaint_shown(complaint),
        lefts=_clocks(complaint),
        customer=read.log.get(complaint.customer_id),
        next_step=STEPS[complaint.stage],
        steps=_allowed(complaint),
        colleagues=colleagues(),
        choices={
            "severity": list(Severity),
            "pressure": list(Pressure),
            "channel": list(ComplaintChannel),
        },
        entries=[in_words(entry) for entry in rows],
    )


def time_left(row: ComplaintRow) -> TimeLeft | None:
    """Return how the clock stands that runs out first, None when none runs."""
    if row.next_due_at is None or row.closed_at is not None:
        return None
    is_first = row.acknowledged_at is None and row.acknowledge_due_at == row.next_due_at
    clock = Clock.ACKNOWLEDGE if is_first else Clock.RESOLVE
    return _left(clock, row.priority, row.next_due_at)


def _clocks(complaint: Complaint) -> list[TimeLeft]:
    """Return how each clock stands that runs: its end is where the whole of its time is used."""
    row = the_service().read.complaints.get(complaint.id, the_principal().visibility)
    if row is None or row.closed_at is not None:
        return []
    running = []
    if row.acknowledged_at is None and row.acknowledge_due_at is not None:
        running.append(_left(Clock.ACKNOWLEDGE, row.priority, row.acknowledge_due_at))
    if row.resolved_at is None and row.resolve_due_at is not None and not row.is_paused:
        running.append(_left(Clock.RESOLVE, row.priority, row.resolve_due_at))
    return running


def _left(clock: Clock, priority: Priority, due_at: datetime) -> TimeLeft:
    service = the_service()
    book = service.read.care.book()
    left = book.calendar.calendar.between(service.now(), due_at)
    return TimeLeft(clock, left, book.sla.targets[priority].minutes(clock) * 60)


def _allowed(complaint: Complaint) -> list[str]:
    """Return the steps that may be taken now besides the next one."""
    if complaint.is_closed:
        return []
    steps = ["triage", "assignments"]
    if complaint.acknowledged_at is None:
        steps.append("acknowledgement")
    if complaint.resolved_at is None:
        steps += ["investigations", "resolution"]
        steps.append("resumption" if complaint.is_paused else "pauses")
    return [step for step in steps if step != STEPS[complaint.stage]]

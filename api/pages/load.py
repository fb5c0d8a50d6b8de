"""The load (负荷): who owes how much and when, and how complaints come and go, as charts (R61)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import url_for

from api.pages.charts import Flow, Line, Square, burn_down, grid
from api.pages.frame import the_people, the_wording
from api.service import the_principal, the_service
from projections.complaints.projection import ComplaintsProjection
from projections.complaints.queries import BurnDownDay
from projections.contacts_ahead import WeekAhead, foreseen_contacts
from projections.due_list.projection import DueListProjection
from projections.due_list.queries import DueLoad
from projections.lag import lag
from projections.workload.projection import WorkloadProjection

MOST_ROWS = 30
"""How many people stand in the chart: those who owe most. The table beneath has all of them."""

CONTACTS_AHEAD = 28
"""How many days ahead contacts are set against what can be made."""


def due_chart(loads: Sequence[DueLoad]) -> str:
    """Return who owes how many contacts, since before today and on each day ahead."""
    wording, people = the_wording(), the_people()
    if not loads:
        return ""
    heaviest = sorted(loads, key=lambda each: -each.overdue - sum(d.customers for d in each.days))
    lines = []
    for load in heaviest[:MOST_ROWS]:
        name, today = people.name(load.rep_id), load.days[0].day
        late = Square(
            today,
            load.overdue,
            f"{name} · {wording.text('overdue')} · {load.overdue}",
            url_for("today_page.list_due", owner_id=load.rep_id, overdue="true"),
            is_late=True,
        )
        ahead = [
            Square(
                each.day,
                each.customers,
                f"{name} · {wording.day(each.day)} · {each.customers}",
                url_for("today_page.list_due", owner_id=load.rep_id, since=each.day, on=each.day),
            )
            for each in load.days
        ]
        lines.append(Line(name[:8], [late, *ahead]))
    columns = [wording.text("overdue-mark"), *(str(each.day.day) for each in loads[0].days)]
    return grid(wording.text("chart-due"), wording.text("chart-due-says"), lines, columns)


def burn_down_chart(days: Sequence[BurnDownDay]) -> str:
    """Return how many complaints came, went and stood open on each day."""
    wording = the_wording()
    flows = [
        Flow(
            each.filed + each.reopened,
            each.closed,
            each.still_open,
            f"{wording.day(each.day)} · "
            + wording.text(
                "burn-down-day",
                came=each.filed + each.reopened,
                closed=each.closed,
                still_open=each.still_open,
            ),
            url_for("complaints_page.list_complaints", came_on=each.day),
            url_for("complaints_page.list_complaints", closed_on=each.day),
        )
        for each in days
    ]
    return burn_down(
        wording.text("chart-burn-down"),
        wording.text("chart-burn-down-says"),
        flows,
        url_for("complaints_page.list_complaints"),
    )


def weeks_ahead(rep_id: UUID | None) -> list[WeekAhead]:
    """Return what everybody in scope owes and can make in the next weeks, a week at a time."""
    service, read = the_service(), the_service().read
    return foreseen_contacts(
        read.due_list,
        read.workload,
        read.care.book(),
        service.today(),
        the_principal().visibility,
        days=CONTACTS_AHEAD,
        rep_id=rep_id,
    )


def how_far_behind() -> dict[str, Any]:
    """Return the instant of the figures of this page, and how far behind the log the slowest is."""
    service = the_service()
    kinds = (WorkloadProjection, DueListProjection, ComplaintsProjection)
    now = service.now()
    lags = lag(service.read.database, service.read.log, kinds, now)
    return {
        "at": now,
        "events": max(each.events for each in lags),
        "seconds": max(each.seconds for each in lags),
    }

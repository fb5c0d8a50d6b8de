"""The workload (工作量): who did and who owes how much, with the lists behind it (R61, R81)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from operator import attrgetter

from flask import Response

from api.pages.charts import Bar, Mark, Square, calendar, stacked_bars
from api.pages.frame import address_with, page_blueprint, read_query, show, the_people, the_wording
from api.pages.load import burn_down_chart, due_chart, how_far_behind, weeks_ahead
from api.service import the_principal, the_service
from api.v1.complaints import burn_down
from api.v1.schemas.query import QueryNumber
from api.v1.schemas.workload import WorkloadQuery
from api.v1.workload import asked
from projections.workload.queries import Work, WorkloadDay, WorkloadTotal

blueprint = page_blueprint("workload")

KINDS = ("calls", "visits", "other_contacts", "complaints_handled", "purchases", "customers_added")
"""The kinds of work, in the order of their colours."""

DAYS_AHEAD = 28
"""How many days of what is due are shown."""


class LoadQuery(WorkloadQuery):
    """What the page of the API is asked, and for how many days complaints are shown."""

    complaints = QueryNumber(1, 366, load_default=30)


@blueprint.get("/workload")
def show_workload() -> Response:
    """Show what representatives in scope did, summed up and day by day."""
    service, visibility = the_service(), the_principal().visibility
    query = read_query(LoadQuery)
    workload, first, last = asked(query)
    rep_id = query.get("rep_id")
    totals = workload.totals(visibility, first, last, rep_id)
    days = workload.days(visibility, first, last, rep_id)
    burnt = burn_down(query["complaints"])
    loads = service.read.due_list.loads(visibility, service.today(), DAYS_AHEAD, rep_id)
    totals.sort(key=lambda each: -sum(_figures(each.work)))
    return show(
        "workload.html",
        kinds=KINDS,
        totals=totals,
        by_day=_by_day(days),
        bars=_bars(totals),
        heat=_heat(days, first, last),
        first=first,
        last=last,
        rep_id=rep_id,
        spans=_spans(service.today(), (first, last)),
        loads=loads,
        due=due_chart(loads),
        ahead=weeks_ahead(rep_id),
        burnt=burnt,
        curve=burn_down_chart(burnt),
        days_back=query["complaints"],
        behind=how_far_behind(),
    )


def _figures(work: Work) -> tuple[int, ...]:
    return tuple(int(figure) for figure in attrgetter(*KINDS)(work))


def _by_day(days: list[WorkloadDay]) -> list[tuple[date, tuple[int, ...]]]:
    """Return the figures of all shown representatives together, the latest day first."""
    sums: dict[date, tuple[int, ...]] = {}
    for each in days:
        before = sums.get(each.day, (0,) * len(KINDS))
        sums[each.day] = tuple(map(sum, zip(before, _figures(each.work), strict=True)))
    return sorted(sums.items(), reverse=True)


def _bars(totals: list[WorkloadTotal]) -> str:
    wording, people = the_wording(), the_people()
    names = {kind: wording.text(f"work-{kind}") for kind in KINDS}
    bars = [
        Bar(
            label=people.name(each.rep_id)[:20],
            marks=[
                Mark(figure, f"{people.name(each.rep_id)} · {names[kind]} {figure}")
                for kind, figure in zip(KINDS, _figures(each.work), strict=True)
            ],
            address=address_with(rep_id=each.rep_id),
        )
        for each in totals
    ]
    return stacked_bars(wording.text("chart-by-person"), wording.text("chart-by-person-says"), bars)


def _heat(days: list[WorkloadDay], first: date, last: date) -> str:
    wording = the_wording()
    done: Counter[date] = Counter()
    for each in days:
        done[each.day] += sum(_figures(each.work))
    # Weeks before anything was done would only push the others together.
    first = min(done, default=first)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    squares = [
        Square(
            day=day,
            value=done[day],
            says=f"{wording.day(day)} · {done[day]}",
            address=address_with(first_day=day, last_day=day),
        )
        for day in every
    ]
    names = wording.text("weekdays").split()
    title, says = wording.text("chart-by-day"), wording.text("chart-by-day-says")
    return calendar(title, says, squares, names, wording.short_day)


def _spans(today: date, shown: tuple[date, date]) -> list[tuple[str, str, bool]]:
    """Return the usual stretches of time: text, address, and whether it is the one `shown`."""
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    stretches = {
        "span-week": (monday, today),
        "span-month": (month, today),
        "span-last-month": (before, month - timedelta(days=1)),
        "span-quarter": (today - timedelta(days=90), today),
    }
    return [
        (code, address_with(first_day=span[0], last_day=span[1]), span == shown)
        for code, span in stretches.items()
    ]

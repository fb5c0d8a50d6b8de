"""The contacts ahead (应联系预测): how many each representative owes, week by week, and can make.

It follows from the due list and from the cadence alone: whoever is contacted on his date comes back
after the interval of his grade. Promises, purchases and new customers to come are not known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from domain.access import Visibility
from domain.grade import Grade
from domain.journal import next_due
from domain.policies.book import PolicyBook
from projections.due_list.queries import DueListQueries, DueOnDay
from projections.workload.queries import WorkloadQueries, WorkloadTotal

DAYS_AHEAD = 90
DAYS_LOOKED_BACK = 60
LONGEST_AHEAD = 366


@dataclass(frozen=True, slots=True)
class WeekAhead:
    """What a representative owes in the week that begins on the Monday `week`, and can do.

    `capacity` is what he can make on the workdays of that week, as far as it lies ahead; null when
    nothing is known about him. `is_overloaded` when he owes more.
    """

    rep_id: UUID
    week: date
    contacts: int
    capacity: float | None
    is_overloaded: bool


def foreseen_contacts(
    due_list: DueListQueries,
    workload: WorkloadQueries,
    book: PolicyBook,
    today: date,
    visibility: Visibility,
    *,
    days: int = DAYS_AHEAD,
    per_day: float | None = None,
    rep_id: UUID | None = None,
) -> list[WeekAhead]:
    """Return the weeks of everybody in scope, or of `rep_id` alone, for `days` from `today` on.

    Everybody can make `per_day` contacts on a workday, or as many as he made on a day on which he
    did something, of the last 60.
    """
    due = due_list.ahead(visibility, today, today + timedelta(days=days - 1), rep_id)
    done = workload.totals(
        visibility, today - timedelta(days=DAYS_LOOKED_BACK), today - timedelta(days=1), rep_id
    )
    made = made_per_day(done)
    capacities = {each.rep_id: per_day or made.get(each.rep_id) for each in due}
    return contacts_ahead(due, capacities, book, today, days)


def made_per_day(done: Iterable[WorkloadTotal]) -> dict[UUID, float]:
    """Return how many contacts each has made on a day on which he did something."""
    return {
        each.rep_id: (each.work.calls + each.work.visits + each.work.other_contacts) / each.days
        for each in done
    }


def contacts_ahead(
    due: Collection[DueOnDay],
    capacities: Mapping[UUID, float | None],
    book: PolicyBook,
    today: date,
    days: int,
) -> list[WeekAhead]:
    """Return the weeks of everybody who owes a contact in these days, the first week first.

    `capacities` are contacts on a workday. What is overdue is owed on the first workday.
    """
    calendar = book.calendar.calendar
    span = [today + timedelta(days=number) for number in range(days)]
    workdays = Counter(_monday(day) for day in span if calendar.is_workday(day))
    start = calendar.next_workday(today)

    @cache
    def back(grade: Grade, day: date) -> date:
        return next_due(book, grade=grade, counted_from=day).on

    owed: dict[UUID, Counter[tuple[Grade, date]]] = defaultdict(Counter)
    for each in due:
        owed[each.rep_id][each.grade, start if each.on <= today else each.on] += each.customers
    weeks: Counter[tuple[date, UUID]] = Counter()
    for rep_id, contacts in owed.items():
        for day in span:
            for grade in Grade:
                if count := contacts[grade, day]:
                    weeks[_monday(day), rep_id] += count
                    contacts[grade, back(grade, day)] += count
    return [
        _week(rep_id, week, weeks[week, rep_id], capacities.get(rep_id), workdays[week])
        for week in sorted({_monday(day) for day in span})
        for rep_id in sorted(owed)
    ]


def _week(
    rep_id: UUID, week: date, contacts: int, per_day: float | None, workdays: int
) -> WeekAhead:
    capacity = None if per_day is None else round(per_day * workdays, 1)
    return WeekAhead(rep_id, week, contacts, capacity, capacity is not None and contacts > capacity)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.grade import Grade
from domain.policies.book import DEFAULTS, PolicyBook, PolicyKind
from projections.contacts_ahead import contacts_ahead, made_per_day
from projections.due_list.queries import DueOnDay
from projections.workload.queries import Work, WorkloadTotal

LI, WANG = UUID(int=1), UUID(int=2)
MONDAY = date(2026, 3, 2)


def a_book() -> PolicyBook:
    contents = {kind.value: default(MONDAY) for kind, default in DEFAULTS.items()}
    return PolicyBook(**contents, versions=dict.fromkeys(PolicyKind, 1))


def test_whoever_is_contacted_on_his_date_comes_back_by_the_interval_of_his_grade() -> None:
    due = [
        DueOnDay(LI, Grade.A, MONDAY, 1),
        DueOnDay(LI, Grade.B, date(2026, 3, 4), 2),
        DueOnDay(LI, Grade.C, date(2026, 3, 10), 1),
        DueOnDay(LI, Grade.E, date(2026, 3, 20), 1),
    ]

    weeks = contacts_ahead(due, {}, a_book(), MONDAY, 28)

    # A on five workdays, B once a week; C after 15 days, on the 25th; E once.
    assert [each.contacts for each in weeks] == [5 + 2, 5 + 2 + 1, 5 + 2 + 1, 5 + 2 + 1]
    assert [each.week.day for each in weeks] == [2, 9, 16, 23]


def test_a_week_with_more_than_somebody_can_make_is_overloaded() -> None:
    due = [DueOnDay(LI, Grade.E, MONDAY, 51), DueOnDay(WANG, Grade.E, MONDAY, 50)]

    first, second = contacts_ahead(due, {LI: 10.0, WANG: 10.0}, a_book(), MONDAY, 7)

    assert (first.capacity, first.is_overloaded) == (50.0, True)
    assert (second.capacity, second.is_overloaded) == (50.0, False)


def test_what_is_overdue_at_a_weekend_is_owed_on_the_first_workday() -> None:
    saturday, monday = date(2026, 3, 7), date(2026, 3, 9)

    weeks = contacts_ahead([DueOnDay(LI, Grade.E, saturday, 3)], {}, a_book(), saturday, 9)

    assert [(each.week, each.contacts) for each in weeks] == [(MONDAY, 0), (monday, 3)]
    assert [each.capacity for each in weeks] == [None, None]


def test_what_somebody_can_make_is_what_he_made_on_a_day_with_work() -> None:
    work = Work(9, calls=6, visits=2, other_contacts=2, complaints_handled=9, purchases=9)

    assert made_per_day([WorkloadTotal(LI, 4, work)]) == {LI: 2.5}

"""Holidays, make-up days (调休) and single days of the company's calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.commands import AmendPolicy, ChangeWorkdays, Command, ImportHolidays
from domain.errors import ForbiddenError, InvalidError, NothingChangedError
from domain.policies.book import DEFAULTS, PolicyKind
from domain.policies.cadence import MAX_DAYS
from domain.policies.calendar import CalendarPolicy
from domain.policy import Policy
from tests.support.examples import a_policy
from tests.support.moments import LI, QIAN, TODAY
from tests.support.scenario import Outcome, an_event, given

CHRISTMAS = date(2026, 12, 25)
A_SATURDAY = date(2026, 12, 12)


def asked(*orders: Command, kind: PolicyKind = PolicyKind.CALENDAR, **how: Any) -> Outcome:
    """Carry out orders on the default policy, and return what became of the last one."""
    company = given(a_policy(kind))
    return [company.when(order, **{"by": QIAN, **how}) for order in orders][-1]


def amended(*orders: Command, **facts: Any) -> CalendarPolicy:
    policy = asked(*orders).then(an_event(Policy.Amended, **facts))
    calendar: CalendarPolicy = policy.read()
    return calendar


def test_a_new_company_knows_the_holidays_of_every_year_in_which_somebody_may_be_due() -> None:
    calendar = DEFAULTS[PolicyKind.CALENDAR](TODAY)
    last = TODAY + timedelta(days=MAX_DAYS)

    assert {day.year for day in calendar.closed} == set(range(2024, last.year + 1))
    assert calendar.provisional_years == tuple(range(2027, last.year + 1))


def test_years_that_are_not_announced_are_known_to_be_estimates_and_so_are_unknown_ones() -> None:
    calendar = DEFAULTS[PolicyKind.CALENDAR](TODAY).calendar

    assert [calendar.is_provisional(date(year, 6, 1)) for year in (2026, 2027, 2036, 2037)] == [
        False, True, True, True,
    ]  # fmt: skip
    assert not CalendarPolicy().calendar.is_provisional(date(2050, 1, 1))


def test_a_day_off_and_a_day_of_work_are_entered_by_hand() -> None:
    calendar = amended(
        ChangeWorkdays(closed=(CHRISTMAS,), opened=(A_SATURDAY,)), recomputes=True
    ).calendar

    assert not calendar.is_workday(CHRISTMAS)
    assert calendar.is_workday(A_SATURDAY)


def test_a_day_is_changed_back_to_what_the_week_says() -> None:
    national_day = date(2026, 10, 1)
    calendar = amended(ChangeWorkdays(usual=(national_day,))).calendar

    assert calendar.is_workday(national_day)


def test_a_day_off_becomes_a_day_of_work() -> None:
    changed = amended(ChangeWorkdays(opened=(date(2026, 10, 1),)))

    assert changed.calendar.is_workday(date(2026, 10, 1))


def test_a_day_cannot_be_two_things() -> None:
    asked(ChangeWorkdays(closed=(CHRISTMAS,), opened=(CHRISTMAS,))).then_refused(
        InvalidError, problem="named-twice", value="2026-12-25"
    )


def test_a_change_that_changes_nothing_is_told() -> None:
    asked(ChangeWorkdays()).then_refused(NothingChangedError)
    asked(ChangeWorkdays(closed=(date(2026, 10, 1),))).then_refused(NothingChangedError)


def test_importing_a_year_takes_the_place_of_what_was_known_of_it_and_of_nothing_else() -> None:
    """As when the State Council's notice is out, or somebody entered days by mistake."""
    by_hand = ChangeWorkdays(closed=(CHRISTMAS, date(2025, 12, 25)))
    calendar = amended(by_hand, ImportHolidays(first_year=2026, last_year=2026))

    assert calendar.calendar.is_workday(CHRISTMAS)
    assert not calendar.calendar.is_workday(date(2025, 12, 25))
    assert calendar.provisional_years == DEFAULTS[PolicyKind.CALENDAR](TODAY).provisional_years


def test_a_year_further_away_is_imported_as_the_estimate_it_is() -> None:
    calendar = amended(ImportHolidays(first_year=2040, last_year=2041))

    assert {2040, 2041} < set(calendar.provisional_years)
    assert not calendar.calendar.is_workday(date(2040, 10, 1))
    assert calendar.calendar.is_provisional(date(2039, 10, 1)) is False


@pytest.mark.parametrize(("first", "last"), [(2000, 2001), (2100, 2101), (2027, 2026)])
def test_years_nobody_knows_of_are_refused(first: int, last: int) -> None:
    asked(ImportHolidays(first_year=first, last_year=last)).then_refused(
        InvalidError, field="years"
    )


@pytest.mark.parametrize(
    "order", [ImportHolidays(first_year=2026, last_year=2026), ChangeWorkdays(closed=(CHRISTMAS,))]
)
def test_only_an_administrator_changes_the_calendar(order: Command) -> None:
    asked(order, by=LI).then_refused(ForbiddenError)


@pytest.mark.parametrize(
    ("content", "recomputes"),
    [
        ({"closed": ["2026-12-25"]}, True),
        ({"open": ["2026-12-12"]}, True),
        ({"hours": [["10:00", "16:00"]]}, True),
        ({"zone": "Asia/Tokyo"}, True),
        ({"weekdays": [1, 2, 3, 4]}, True),
        ({"birthdays": {"leap_month": "both"}}, False),
        ({"provisional_years": []}, False),
    ],
)
def test_open_deadlines_follow_the_calendar_when_its_working_time_changes(
    content: dict[str, Any],
    recomputes: bool,  # noqa: FBT001 - what is expected
) -> None:
    order = AmendPolicy(kind=PolicyKind.CALENDAR, content=content)

    asked(order).then(an_event(Policy.Amended, recomputes=recomputes))


def test_the_company_may_have_it_otherwise() -> None:
    order = AmendPolicy(
        kind=PolicyKind.CALENDAR, content={"closed": ["2026-12-25"]}, recompute=False
    )

    asked(order).then(an_event(Policy.Amended, recomputes=False))


DAYS = {"A": 2, "B": 7, "C": 15, "D": 30, "E": 365}


@pytest.mark.parametrize("recompute", [None, False, True])
def test_another_cadence_moves_no_date_unless_the_company_wants_it(
    recompute: bool | None,  # noqa: FBT001 - what is asked for
) -> None:
    order = AmendPolicy(
        kind=PolicyKind.CADENCE, content={"interval_days": DAYS}, recompute=recompute
    )

    asked(order, kind=PolicyKind.CADENCE).then(an_event(Policy.Amended, recomputes=bool(recompute)))


def test_nothing_is_reckoned_by_grading() -> None:
    order = AmendPolicy(kind=PolicyKind.GRADING, content={"within_days": {"A": 20}}, recompute=True)

    asked(order, kind=PolicyKind.GRADING).then_refused(InvalidError)

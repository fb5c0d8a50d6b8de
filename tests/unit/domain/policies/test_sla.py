"""Priorities, targets and the ladder (D9, X13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.policies.sla import Rung, SlaPolicy, Target
from domain.priority import Clock, Pressure, Priority, Severity
from tests.support.moments import at, the_book

POLICY = SlaPolicy()
FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 30)
TUESDAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("severity", "priorities"),
    [
        (Severity.CRITICAL, "P1 P1 P2"),
        (Severity.MAJOR, "P1 P2 P3"),
        (Severity.MINOR, "P2 P3 P4"),
        (Severity.TRIVIAL, "P3 P4 P4"),
    ],
)
def test_severity_and_pressure_give_the_priority(severity: Severity, priorities: str) -> None:
    """R69: high, normal and low pressure, from left to right."""
    row = [POLICY.priority(severity, pressure).value for pressure in Pressure]

    assert " ".join(row) == priorities


@pytest.mark.parametrize(
    ("priority", "acknowledge", "resolve"),
    [
        (Priority.P1, 30, 8 * 60),
        (Priority.P2, 2 * 60, 24 * 60),
        (Priority.P3, 4 * 60, 40 * 60),
        (Priority.P4, 8 * 60, 80 * 60),
    ],
)
def test_each_priority_has_its_own_targets(
    priority: Priority, acknowledge: int, resolve: int
) -> None:
    target = POLICY.targets[priority]

    assert (target.minutes(Clock.ACKNOWLEDGE), target.minutes(Clock.RESOLVE)) == (
        acknowledge,
        resolve,
    )


def climb(clock: Clock, priority: Priority, since: datetime, used: float = 0) -> list[datetime]:
    calendar = the_book().calendar.calendar
    rungs = POLICY.climb(clock, priority, calendar, since=since, used_seconds=used)
    assert [(rung.percent, rung.level) for rung, _ in rungs] == [
        (75, 0),
        (100, 1),
        (150, 2),
        (200, 3),
    ]
    return [moment for _, moment in rungs]


def test_half_an_hour_that_ends_with_the_week_climbs_on_next_monday() -> None:
    """Filed Friday 17:30 under P1: 22.5, 30, 45 and 60 minutes of work."""
    assert climb(Clock.ACKNOWLEDGE, Priority.P1, at(FRIDAY, 17, 30)) == [
        at(FRIDAY, 17, 52, 30),
        at(FRIDAY, 18),
        at(MONDAY, 9, 15),
        at(MONDAY, 9, 30),
    ]


def test_filed_after_hours_the_clock_starts_at_the_next_opening() -> None:
    """Filed Friday 20:00 under P2: 1.5, 2, 3 and 4 hours of Monday, over lunch."""
    assert climb(Clock.ACKNOWLEDGE, Priority.P2, at(FRIDAY, 20)) == [
        at(MONDAY, 10, 30),
        at(MONDAY, 11),
        at(MONDAY, 12),
        at(MONDAY, 14),
    ]


def test_eight_hours_are_a_working_day_over_lunch_and_night() -> None:
    """Filed Friday 11:00 under P1: 6, 8, 12 and 16 hours."""
    assert climb(Clock.RESOLVE, Priority.P1, at(FRIDAY, 11)) == [
        at(FRIDAY, 18),
        at(MONDAY, 11),
        at(MONDAY, 16),
        at(TUESDAY, 11),
    ]


def test_a_make_up_saturday_counts_and_the_holiday_does_not() -> None:
    """Filed Friday 9 October 17:00 under P1; Saturday the 10th is worked."""
    saturday, monday = date(2026, 10, 10), date(2026, 10, 12)

    assert climb(Clock.RESOLVE, Priority.P1, at(date(2026, 10, 9), 17)) == [
        at(saturday, 15),
        at(saturday, 17),
        at(monday, 12),
        at(monday, 17),
    ]


def test_the_clock_stands_over_the_national_day_week() -> None:
    """Filed 30 September 17:00 under P2: two hours end on 8 October at 10."""
    assert climb(Clock.ACKNOWLEDGE, Priority.P2, at(date(2026, 9, 30), 17))[1] == at(
        date(2026, 10, 8), 10
    )


def test_working_time_that_is_gone_already_comes_off_every_rung() -> None:
    """Two of eight hours are gone: 4, 6, 10 and 14 are left."""
    assert climb(Clock.RESOLVE, Priority.P1, at(MONDAY, 9), used=2 * 3600) == [
        at(MONDAY, 14),
        at(MONDAY, 16),
        at(TUESDAY, 11),
        at(TUESDAY, 16),
    ]


def test_a_rung_within_the_time_gone_is_reached_at_once() -> None:
    since = at(MONDAY, 9)

    assert climb(Clock.RESOLVE, Priority.P1, since, used=8 * 3600)[:2] == [since, since]


def test_instants_are_utc_so_that_stored_ones_look_the_same() -> None:
    moments = climb(Clock.RESOLVE, Priority.P1, at(FRIDAY, 11), used=7 * 3600)

    assert {moment.tzinfo for moment in moments} == {UTC}


def test_a_matrix_with_a_hole_is_refused() -> None:
    rows = {s: row for s, row in POLICY.matrix.items() if s is not Severity.MINOR}
    row = {Pressure.HIGH: Priority.P1}

    with pytest.raises(ValueError, match="every severity and pressure"):
        replace(POLICY, matrix=rows)
    with pytest.raises(ValueError, match="every severity and pressure"):
        replace(POLICY, matrix={**POLICY.matrix, Severity.MINOR: row})


def test_a_priority_without_a_target_is_refused() -> None:
    with pytest.raises(ValueError, match="every priority"):
        replace(POLICY, targets={Priority.P1: Target(acknowledge=1, resolve=2)})


@pytest.mark.parametrize(("acknowledge", "resolve"), [(0, 10), (20, 10), (1, 60_001)])
def test_a_target_that_nobody_could_meet_or_miss_is_refused(acknowledge: int, resolve: int) -> None:
    with pytest.raises(ValueError, match="1 ≤ acknowledge ≤ resolve ≤ 60000"):
        Target(acknowledge=acknowledge, resolve=resolve)


@pytest.mark.parametrize(
    "steps",
    [[], [(0, 0)], [(100, 1), (75, 0)], [(100, 1), (100, 2)], [(75, 2), (100, 1)], [(1001, 0)]],
)
def test_a_ladder_that_does_not_climb_is_refused(steps: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="growing levels and percents"):
        replace(POLICY, ladder=tuple(Rung(percent=p, level=level) for p, level in steps))

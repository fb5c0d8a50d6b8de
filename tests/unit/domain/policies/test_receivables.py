"""On which days somebody is reminded of an instalment that is owed (应收, R13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.policies.receivables import ReceivablesPolicy, Reminding
from tests.support.moments import the_book

CALENDAR = the_book().calendar.calendar
DUE_ON = date(2026, 11, 24)
"""A Tuesday."""
POLICY = ReceivablesPolicy()


def reminded_on(policy: ReceivablesPolicy, days: int, due_on: date = DUE_ON) -> list[Reminding]:
    """Return every reminder when somebody looks each day, from two weeks before."""
    looks = (due_on + timedelta(days=number) for number in range(-14, days))
    found = (policy.newest(due_on, day, day, CALENDAR) for day in looks)
    return [reminding for reminding in found if reminding is not None]


def test_before_on_the_day_and_every_week_after() -> None:
    assert reminded_on(POLICY, 22) == [
        Reminding(date(2026, 11, 23), 0),  # three days before is a Saturday
        Reminding(date(2026, 11, 24), 0),
        Reminding(date(2026, 12, 1), 1),
        Reminding(date(2026, 12, 8), 2),
        Reminding(date(2026, 12, 15), 3),
    ]


def test_without_days_before_the_first_reminder_is_on_the_day() -> None:
    assert reminded_on(ReceivablesPolicy(before_days=0), 1) == [Reminding(DUE_ON, 0)]


def test_a_day_off_moves_a_reminder_and_loses_none() -> None:
    saturday = date(2026, 11, 28)

    assert reminded_on(ReceivablesPolicy(every_days=14), 31, saturday) == [
        Reminding(date(2026, 11, 25), 0),
        Reminding(date(2026, 11, 30), 0),
        Reminding(date(2026, 12, 14), 1),
        Reminding(date(2026, 12, 28), 2),
    ]


@pytest.mark.parametrize(("first", "last"), [(-14, -4), (1, 6), (2, 5)])
def test_between_two_reminders_there_is_none(first: int, last: int) -> None:
    days = (DUE_ON + timedelta(days=number) for number in (first, last))

    assert POLICY.newest(DUE_ON, *days, CALENDAR) is None


def test_of_several_that_were_missed_only_the_newest_is_made_up_for() -> None:
    late = POLICY.newest(DUE_ON, date(2026, 11, 20), date(2026, 12, 10), CALENDAR)

    assert late == Reminding(date(2026, 12, 8), 2)


@pytest.mark.parametrize(("number", "tells"), [(0, False), (4, False), (5, True)])
def test_after_so_many_reminders_the_manager_is_told(number: int, *, tells: bool) -> None:
    assert POLICY.tells_manager(Reminding(DUE_ON, number)) is tells


@pytest.mark.parametrize(
    "wrong", [{"before_days": -1}, {"every_days": 0}, {"every_days": 91}, {"most_reminders": 101}]
)
def test_days_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="needs"):
        ReceivablesPolicy(**wrong)

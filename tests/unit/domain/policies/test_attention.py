"""What follows for whom nobody looks after: both clocks of the pool, and the ladder."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.grade import Grade
from domain.policies.attention import Attention, AttentionRules, PoolWarning, Step, StepKind
from domain.policies.cadence import CadencePolicy, OverdueRung
from domain.policies.calendar import CalendarPolicy
from domain.policies.pool import PoolClock, PoolPolicy

MONDAY = date(2026, 3, 2)
CALENDAR = CalendarPolicy.china(2026, 2027).calendar
POOL, CADENCE = PoolPolicy(), CadencePolicy()
NO_LADDER = CadencePolicy(ladder=())


def a_day(days: int, since: date = MONDAY) -> date:
    return since + timedelta(days=days)


def attention(**changes: Any) -> Attention:
    """Somebody of grade A, registered and contacted on the Monday, due on the Tuesday."""
    fields = {
        "grade": Grade.A,
        "contacted_on": MONDAY,
        "owned_since": MONDAY,
        "bought_on": None,
        "due_on": a_day(1),
    }
    return Attention(**{**fields, **changes})


def rules(pool: PoolPolicy = POOL, cadence: CadencePolicy = CADENCE) -> AttentionRules:
    return AttentionRules(pool, cadence, CALENDAR)


def step(given: Attention, pool: PoolPolicy = POOL, cadence: CadencePolicy = CADENCE) -> Any:
    return rules(pool, cadence).next_step(given)


def warning(given: Attention, pool: PoolPolicy = POOL) -> date:
    found = rules(pool).pool_step(given)
    assert found is not None
    assert found.kind is StepKind.POOL_WARNING
    return found.on


@pytest.mark.parametrize(
    ("grade", "days"), [(Grade.A, 7), (Grade.B, 21), (Grade.C, 45), (Grade.D, 90)]
)
def test_each_grade_has_its_own_days_without_a_contact(grade: Grade, days: int) -> None:
    """D10."""
    contact, deal = rules().clocks(attention(grade=grade))

    assert (contact.clock, contact.term_days, contact.runs_out_on) == (
        PoolClock.CONTACT, days, a_day(days),
    )  # fmt: skip
    assert (deal.clock, deal.term_days, deal.runs_out_on) == (PoolClock.DEAL, 180, a_day(180))


def test_a_dead_customer_never_goes_back() -> None:
    assert rules().clocks(attention(grade=Grade.E)) == []
    assert step(attention(grade=Grade.E), cadence=NO_LADDER) is None


def test_the_owner_is_warned_three_days_before() -> None:
    assert warning(attention(grade=Grade.B)) == a_day(18)


def test_whichever_clock_runs_out_first_is_warned_of() -> None:
    long_ago = attention(contacted_on=a_day(170), owned_since=MONDAY, grade=Grade.D)

    assert warning(long_ago) == a_day(177)
    assert warning(long_ago._replace(bought_on=a_day(90))) == a_day(259)
    assert a_day(257).isoweekday() == 6


def test_a_new_owner_has_the_whole_of_both_terms() -> None:
    handed_over = attention(grade=Grade.B, owned_since=a_day(20), bought_on=a_day(-100))

    assert [each.since for each in rules().clocks(handed_over)] == [a_day(20), a_day(20)]


def test_days_before_the_company_had_a_pool_count_for_nobody() -> None:
    introduced = PoolPolicy(counts_from=a_day(300))

    assert {each.since for each in rules(introduced).clocks(attention())} == {a_day(300)}


def test_a_follow_up_that_was_put_off_keeps_the_clock_from_running_out() -> None:
    """A deferral with a reason stands (D8): nobody is warned before he was due."""
    assert warning(attention(due_on=a_day(91))) == a_day(91)


def test_nobody_is_warned_on_a_day_off() -> None:
    friday = attention(contacted_on=a_day(4), due_on=a_day(5))

    assert a_day(4 + 7 - 3).isoweekday() == 2
    assert warning(friday) == a_day(8)
    assert warning(friday._replace(contacted_on=a_day(3))) == a_day(7)
    assert warning(friday._replace(contacted_on=a_day(1), due_on=a_day(2))) == a_day(7)


def test_a_holiday_takes_nobody_his_customer() -> None:
    """Spring Festival 2026 is off from 15 to 23 February; the due date moves behind it."""
    before = date(2026, 2, 13)
    given = attention(contacted_on=before, owned_since=before, due_on=date(2026, 2, 24))

    assert warning(given) == date(2026, 2, 24)


def test_after_the_warning_comes_the_return_it_named() -> None:
    told = PoolWarning(PoolClock.CONTACT, warned_on=a_day(4), returns_on=a_day(7))

    assert step(attention(warning=told)) == Step(StepKind.FOLLOW_UP, a_day(4))
    assert step(attention(warning=told, level=3, climbed_on=a_day(4))) == Step(
        StepKind.POOL_RETURN, a_day(7)
    )


def test_a_contact_after_the_warning_sets_the_clock_anew() -> None:
    told = PoolWarning(PoolClock.CONTACT, warned_on=a_day(4), returns_on=a_day(7))
    contacted = attention(contacted_on=a_day(4), due_on=a_day(7), warning=told)

    assert warning(contacted) == a_day(8)


def test_a_contact_does_not_end_a_warning_for_want_of_a_deal() -> None:
    told = PoolWarning(PoolClock.DEAL, warned_on=a_day(177), returns_on=a_day(180))
    contacted = attention(contacted_on=a_day(178), due_on=a_day(179), warning=told)

    assert rules().pool_step(contacted) == Step(StepKind.POOL_RETURN, a_day(182))
    assert a_day(180).isoweekday() == 6


def test_a_longer_term_ends_a_warning_and_a_shorter_one_brings_nobody_back_unwarned() -> None:
    told = PoolWarning(PoolClock.CONTACT, warned_on=a_day(4), returns_on=a_day(7))

    assert warning(attention(grade=Grade.B, warning=told)) == a_day(18)
    assert warning(attention(grade=Grade.A, contacted_on=a_day(-60))) == a_day(1 + 3)


def test_who_is_exempt_stays_but_his_follow_up_is_still_owed() -> None:
    given = attention(grade=Grade.A, due_on=a_day(5))
    found = rules().next_step(given, is_exempt=True)

    assert step(given).kind is StepKind.POOL_WARNING
    assert found == Step(StepKind.FOLLOW_UP, a_day(8))


def test_an_overdue_follow_up_climbs_on_the_third_fifth_and_seventh_day() -> None:
    days = []
    given = attention(grade=Grade.D, due_on=a_day(1))
    while (found := step(given)) and found.kind is StepKind.FOLLOW_UP:
        days.append((found.on - given.due_on).days)
        given = given._replace(level=given.level + 1, climbed_on=found.on)

    # The seventh day is a Tuesday, the fifth a Sunday, so the second rung moves and the third too.
    assert days == [3, 6, 8]


def test_rungs_missed_together_are_not_climbed_together() -> None:
    """After a holiday or an outage each rung keeps its distance from the one before."""
    given = attention(level=1, climbed_on=a_day(21))

    assert step(given, PoolPolicy(contact_days=dict.fromkeys("ABCDE"))).on == a_day(23)


def test_a_new_owner_begins_below_the_ladder() -> None:
    assert step(attention(grade=Grade.D, owned_since=a_day(14))).on == a_day(17)


def test_a_rung_may_be_off_for_a_grade() -> None:
    quiet = OverdueRung(days=3, grades=(Grade.A, Grade.B))
    cadence = CadencePolicy(ladder=(quiet, OverdueRung(days=7, flags=True)))

    assert step(attention(grade=Grade.B), cadence=cadence).on == a_day(4)
    assert step(attention(grade=Grade.D), cadence=cadence).on == a_day(8)
    assert cadence.rung_above(0, Grade.D) == (2, cadence.ladder[1])


def test_a_ladder_that_became_shorter_has_no_more_rungs() -> None:
    assert CadencePolicy(ladder=(OverdueRung(days=3),)).rung_above(3, Grade.A) is None


def test_the_pool_comes_before_the_ladder_on_the_same_day() -> None:
    given = attention(grade=Grade.D, due_on=a_day(84), contacted_on=MONDAY)

    assert step(given) == Step(StepKind.POOL_WARNING, a_day(87))
    assert step(given._replace(grade=Grade.E)) == Step(StepKind.FOLLOW_UP, a_day(87))

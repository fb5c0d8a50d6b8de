"""From what is expected of a customer to his grade (R34-R38, X4, X5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.grade import Demand, Grade, GradeBasis, Outlook
from domain.policies.grading import GradingPolicy, assess, decide_grade, lacks_estimate
from tests.support.moments import TODAY, YESTERDAY

POLICY = GradingPolicy()


def graded(demand: Demand, expected_on: date | None, kept: Grade = Grade.B) -> Grade:
    return assess(POLICY, Outlook(demand, expected_on), today=TODAY, kept=kept)


@pytest.mark.parametrize(
    ("days", "grade"),
    [
        (0, Grade.A),
        (30, Grade.A),
        (31, Grade.B),
        (90, Grade.B),
        (91, Grade.C),
        (180, Grade.C),
        (181, Grade.D),
        (3650, Grade.D),
    ],
)
def test_the_tightest_grade_wins_and_its_bound_belongs_to_it(days: int, grade: Grade) -> None:
    """X4: a deal in exactly 30, 90 or 180 days is A, B or C."""
    assert graded(Demand.PRESENT, TODAY + timedelta(days=days)) is grade


@pytest.mark.parametrize("expected_on", [None, YESTERDAY, TODAY, TODAY + timedelta(days=900)])
def test_latent_demand_is_d_and_no_demand_is_e_whatever_the_date(expected_on: date | None) -> None:
    """X5."""
    assert graded(Demand.LATENT, expected_on) is Grade.D
    assert graded(Demand.NONE, expected_on) is Grade.E


def test_present_demand_without_a_date_is_d_and_needs_an_estimate() -> None:
    """X5."""
    assert graded(Demand.PRESENT, None) is Grade.D
    assert lacks_estimate(Grade.D, Outlook(Demand.PRESENT, None), TODAY)


@pytest.mark.parametrize("kept", list(Grade))
def test_a_date_gone_by_keeps_the_grade_until_there_is_a_new_estimate(kept: Grade) -> None:
    """X5."""
    assert graded(Demand.PRESENT, YESTERDAY, kept) is kept
    assert lacks_estimate(Grade.B, Outlook(Demand.PRESENT, YESTERDAY), TODAY)


@pytest.mark.parametrize(
    ("grade", "outlook"),
    [
        (Grade.B, Outlook(Demand.PRESENT, TODAY)),
        (Grade.D, Outlook(Demand.LATENT, None)),
        (Grade.E, Outlook(Demand.NONE, None)),
        (Grade.E, Outlook(Demand.PRESENT, YESTERDAY)),
        (Grade.B, None),
    ],
)
def test_nobody_is_asked_for_an_estimate_that_would_tell_nothing(
    grade: Grade, outlook: Outlook | None
) -> None:
    assert not lacks_estimate(grade, outlook, TODAY)


def test_the_judgement_of_a_person_wins() -> None:
    """R41."""
    outlook = Outlook(Demand.NONE, None)
    decided = decide_grade(POLICY, judged=Grade.A, outlook=outlook, today=TODAY, kept=Grade.C)

    assert decided == (Grade.A, GradeBasis.JUDGED)


def test_without_a_judgement_the_grade_follows_from_the_outlook() -> None:
    outlook = Outlook(Demand.NONE, None)
    decided = decide_grade(POLICY, judged=None, outlook=outlook, today=TODAY, kept=Grade.C)

    assert decided == (Grade.E, GradeBasis.ASSESSED)


def test_with_nothing_said_the_grade_is_kept_which_is_a_decision_too() -> None:
    """X20."""
    decided = decide_grade(POLICY, judged=None, outlook=None, today=TODAY, kept=Grade.C)

    assert decided == (Grade.C, GradeBasis.KEPT)


def test_a_day_alone_means_present_demand() -> None:
    assert Outlook.stated(None, TODAY) == Outlook(Demand.PRESENT, TODAY)
    assert Outlook.stated(Demand.LATENT, TODAY) == Outlook(Demand.LATENT, TODAY)
    assert Outlook.stated(None, None) is None


@pytest.mark.parametrize(
    "days",
    [
        {"A": 30, "B": 90},
        {"A": 30, "B": 90, "C": 180, "D": 365},
        {"A": 30, "B": 30, "C": 180},
        {"A": 90, "B": 30, "C": 180},
        {"A": 0, "B": 30, "C": 180},
        {},
    ],
)
def test_bounds_that_do_not_grow_from_a_to_c_are_refused(days: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="growing positive days"):
        GradingPolicy(within_days=days)


def test_a_company_may_draw_other_bounds() -> None:
    policy = GradingPolicy(within_days={"A": 7, "B": 14, "C": 21})
    outlook = Outlook(Demand.PRESENT, TODAY + timedelta(days=8))

    assert assess(policy, outlook, today=TODAY, kept=Grade.E) is Grade.B

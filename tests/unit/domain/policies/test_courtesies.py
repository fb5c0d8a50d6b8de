"""Who gets a gift or a visit, and when not (R75)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain.errors import InvalidError
from domain.grade import Grade
from domain.policies.courtesies import USUAL, CourtesyFacts, CourtesyRule, reason_against
from domain.policies.greetings import GreetingPolicy

ON = date(2026, 2, 17)
GIFT = USUAL[0]
FACTS = CourtesyFacts(
    on=ON, grade=Grade.A, has_owner=True, wants_greetings=None, has_open_complaint=False
)


def test_a_gift_for_the_spring_festival_is_due_two_weeks_before() -> None:
    assert GIFT.planned_for(ON) == date(2026, 2, 3)


@pytest.mark.parametrize(
    ("differs", "reason"),
    [
        ({}, None),
        ({"grade": Grade.B}, None),
        ({"wants_greetings": True}, None),
        ({"grade": Grade.C}, "not-of-grade"),
        ({"has_owner": False}, "no-owner"),
        ({"wants_greetings": False}, "opted-out"),
        ({"has_open_complaint": True}, "open-complaint"),
    ],
)
def test_one_reason_is_enough(differs: dict[str, Any], reason: str | None) -> None:
    assert reason_against(GIFT, replace(FACTS, **differs), ON) == reason


def test_on_the_day_itself_it_is_not_too_late() -> None:
    assert reason_against(GIFT, FACTS, ON) is None
    assert reason_against(GIFT, FACTS, ON + timedelta(days=1)) == "too-late"
    assert reason_against(None, FACTS, ON) == "not-of-grade"


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({"occasion": "festival"}, "unknown-occasion"),
        ({"occasion": "birthday:spring_festival"}, "unknown-occasion"),
        ({"occasion": "name_day"}, "unknown-occasion"),
        ({"occasion": "festival:qingming"}, "unknown-festival"),
        ({"grades": ()}, "required"),
        ({"days_before": 61}, "out-of-range"),
        ({"days_before": -1}, "out-of-range"),
    ],
)
def test_a_rule_nobody_could_keep_is_refused(rule: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidError, match=problem):
        replace(GIFT, **rule)


def test_there_is_one_rule_for_a_kind_and_an_occasion() -> None:
    other = CourtesyRule(kind=GIFT.kind, occasion=GIFT.occasion, grades=(Grade.D,))
    with pytest.raises(InvalidError, match="twice"):
        GreetingPolicy(courtesies=(GIFT, other))

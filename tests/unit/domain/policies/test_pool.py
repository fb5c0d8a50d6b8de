from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import InvalidError
from domain.grade import Grade
from domain.plain import from_plain, to_plain
from domain.policies.book import DEFAULTS, PolicyKind
from domain.policies.cadence import CadencePolicy, OverdueRung
from domain.policies.pool import PoolClock, PoolPolicy
from tests.support.scenario import refused


def test_the_default_is_what_we_decided() -> None:
    """D10."""
    policy = PoolPolicy()

    assert [policy.term(PoolClock.CONTACT, grade) for grade in Grade] == [7, 21, 45, 90, None]
    assert {policy.term(PoolClock.DEAL, grade) for grade in "ABCD" for grade in [Grade(grade)]} == {
        180
    }
    assert (policy.warning_days, policy.cool_down_days) == (3, 14)
    assert (policy.claims_a_day, policy.most_held) == (20, 500)


def test_a_company_counts_from_the_day_it_introduces_the_pool() -> None:
    day = date(2026, 11, 23)

    assert DEFAULTS[PolicyKind.POOL](day) == PoolPolicy(counts_from=day)


def test_a_policy_survives_being_stored() -> None:
    policy = PoolPolicy(counts_from=date(2026, 11, 23))

    assert from_plain(PoolPolicy, to_plain(policy)) == policy


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact_days": {"A": 7}},
        {"contact_days": {"A": 3, "B": 21, "C": 45, "D": 90, "E": None}},
        {"deal_days": {"A": 0, "B": 21, "C": 45, "D": 90, "E": None}},
        {"warning_days": 0},
        {"warning_days": 7},
        {"cool_down_days": -1},
        {"claims_a_day": -1},
        {"most_held": 10**7},
        {"exemptions": ["bad weather"]},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with refused(InvalidError):
        from_plain(PoolPolicy, {**to_plain(PoolPolicy()), **wrong})


@pytest.mark.parametrize("days", [(3, 3), (5, 3), (0,), (366,), range(1, 11)])
def test_a_ladder_that_does_not_climb_is_refused(days: Any) -> None:
    with pytest.raises(ValueError, match="ladder"):
        CadencePolicy(ladder=tuple(OverdueRung(days=each) for each in days))


def test_a_cadence_from_before_there_was_a_ladder_gets_the_usual_one() -> None:
    old = {"interval_days": {"A": 1, "B": 7, "C": 15, "D": 30, "E": 365}}
    rungs = from_plain(CadencePolicy, old).ladder

    assert [(rung.days, rung.tells_manager, rung.flags) for rung in rungs] == [
        (3, False, False),
        (5, True, False),
        (7, True, True),
    ]

"""When a customer is asked how satisfied he is, and when he is left alone (回访, R46)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.policies.return_visits import (
    NoVisit,
    ReturnVisitPolicy,
    VisitCause,
    VisitFacts,
    reason_against,
)
from tests.support.moments import TODAY, YESTERDAY

PURCHASE, COMPLAINT, SERVICE = VisitCause.PURCHASE, VisitCause.COMPLAINT, VisitCause.SERVICE
POLICY = ReturnVisitPolicy()


def facts(**changes: Any) -> VisitFacts:
    usual = {
        "cause": PURCHASE,
        "caused_on": TODAY - timedelta(days=2),
        "planned": TODAY + timedelta(days=1),
        "visited_on": None,
        "has_owner": True,
        "is_dead": False,
        "has_bought": False,
        "has_open_complaint": False,
        "has_open_visit": False,
    }
    return VisitFacts(**{**usual, **changes})


@pytest.mark.parametrize(("cause", "days"), [(PURCHASE, 3), (COMPLAINT, 7), (SERVICE, 3)])
def test_each_cause_has_its_days(cause: VisitCause, days: int) -> None:
    assert POLICY.planned_for(cause, TODAY, TODAY) == TODAY + timedelta(days=days)


def test_after_a_cause_without_days_there_is_no_visit() -> None:
    assert ReturnVisitPolicy(service_days=None).planned_for(SERVICE, TODAY, TODAY) is None


def test_what_is_written_down_long_after_leads_to_no_visit() -> None:
    latest = TODAY - timedelta(days=3 + 14)

    assert POLICY.planned_for(PURCHASE, latest, TODAY) == TODAY - timedelta(days=14)
    assert POLICY.planned_for(PURCHASE, latest - timedelta(days=1), TODAY) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"planned": TODAY - timedelta(days=14)}, None),
        ({"planned": TODAY - timedelta(days=15)}, NoVisit.TOO_LATE),
        ({"has_owner": False}, NoVisit.NO_OWNER),
        ({"is_dead": True}, NoVisit.DEAD_CUSTOMER),
        ({"is_dead": True, "has_bought": True}, None),
        ({"has_open_complaint": True}, NoVisit.OPEN_COMPLAINT),
        ({"visited_on": YESTERDAY}, NoVisit.VISITED),
        ({"visited_on": TODAY - timedelta(days=28)}, NoVisit.VISITED_RECENTLY),
        ({"visited_on": TODAY - timedelta(days=29)}, None),
        ({"visited_on": TODAY - timedelta(days=28), "cause": COMPLAINT}, None),
        ({"visited_on": YESTERDAY, "cause": COMPLAINT}, NoVisit.VISITED),
        ({"has_open_visit": True}, NoVisit.ALREADY_PLANNED),
    ],
)
def test_what_speaks_against_a_visit(change: dict[str, Any], reason: NoVisit | None) -> None:
    assert reason_against(POLICY, facts(**change), TODAY) is reason


@pytest.mark.parametrize(
    "wrong",
    [{"purchase_days": 0}, {"complaint_days": 366}, {"latest_days": -1}, {"apart_days": 400}],
)
def test_days_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="days"):
        ReturnVisitPolicy(**wrong)


def test_a_visit_on_the_day_of_a_cause_counts_as_after_it() -> None:
    caused_on = date(2026, 11, 20)

    told = facts(cause=COMPLAINT, caused_on=caused_on, visited_on=caused_on)
    assert reason_against(POLICY, told, TODAY) is NoVisit.VISITED

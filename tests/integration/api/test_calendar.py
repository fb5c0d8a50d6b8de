from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.access import Role, Scope
from tests.support.http import Caller, Front
from tests.support.problems import problem_of


@pytest.fixture
def qian(front: Front) -> Caller:
    """Qian, the administrator."""
    return front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))


def days(caller: Caller, **query: Any) -> dict[str, dict[str, Any]]:
    return {day["on"]: day for day in caller.get("/calendar/days", **query).get_json()["items"]}


def test_everybody_sees_what_each_day_is(chen: Caller) -> None:
    found = days(chen, first_day="2026-02-14", last_day="2026-02-18")

    assert list(found) == [date(2026, 2, day).isoformat() for day in range(14, 19)]
    assert [day["is_workday"] for day in found.values()] == [True, False, False, False, False]
    assert found["2026-02-16"]["festivals"] == [
        {"key": "new_years_eve", "zh": "除夕", "en": "Chinese New Year's Eve", "is_solemn": False}
    ]
    assert found["2026-02-16"]["lunar"] == "lunar:2025-12-29"
    assert not found["2026-02-16"]["is_provisional"]


def test_a_year_that_is_not_announced_is_marked_as_an_estimate(chen: Caller) -> None:
    found = days(chen, first_day="2035-10-01", last_day="2035-10-01")

    assert found["2035-10-01"]["is_provisional"]
    assert not found["2035-10-01"]["is_workday"]


def test_without_days_the_year_from_today_on_is_told(front: Front, chen: Caller) -> None:
    found = days(chen)

    assert len(found) == 366
    assert next(iter(found)) == front.company.care.book().today(front.company.now).isoformat()


def test_more_than_a_year_is_too_much(chen: Caller) -> None:
    query = {"first_day": "2026-01-01", "last_day": "2027-01-02"}

    problem_of(chen.get("/calendar/days", **query), 422, "invalid")


def test_an_administrator_changes_days_and_imports_years(qian: Caller) -> None:
    changed = qian.post("/calendar/days", {"closed": ["2026-12-25"], "reason": "司庆"}, if_match=1)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"v2"')
    assert not days(qian, first_day="2026-12-25", last_day="2026-12-25")["2026-12-25"]["is_workday"]

    imported = qian.post("/calendar/holidays", {"first_year": 2026, "last_year": 2026}, if_match=2)
    assert imported.get_json()["version"] == 3
    assert "2026-12-25" not in imported.get_json()["content"]["closed"]


def test_a_change_by_somebody_who_has_not_seen_the_last_one_is_refused(qian: Caller) -> None:
    qian.post("/calendar/days", {"closed": ["2026-12-25"]}, if_match=1)
    late = qian.post("/calendar/days", {"closed": ["2026-12-24"]}, if_match=1)

    problem_of(late, 412, "stale-version")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/calendar/days", {"closed": ["2026-12-25"], "opened": ["2026-12-25"]}),
        ("/calendar/days", {"closed": ["2026-02-30"]}),
        ("/calendar/holidays", {"first_year": 2027, "last_year": 2026}),
        ("/calendar/holidays", {"first_year": 1999, "last_year": 2026}),
    ],
)
def test_days_that_make_no_sense_are_refused(
    front: Front, qian: Caller, path: str, body: dict[str, Any]
) -> None:
    before = front.head

    problem_of(qian.post(path, body, if_match=1), 422, "invalid")
    assert front.head == before


def test_why_a_customer_is_due_tells_when_the_day_may_still_move(chen: Caller) -> None:
    customer = chen.post("/customers", {"name": "王小明", "grade": "E"}).get_json()
    why = chen.get(f"/customers/{customer['id']}/why").get_json()

    assert why["due"]["on"] == "2027-03-02"
    assert why["text"].endswith(
        "The holidays of 2027 are not announced yet, so this day may still move."
    )

from __future__ import annotations

from typing import Any

import pytest

from domain.access import Role, Scope
from domain.policies.book import PolicyKind
from tests.support.http import Caller, Front
from tests.support.problems import problem_of


@pytest.fixture
def qian(front: Front) -> Caller:
    """Qian, the administrator."""
    return front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))


def test_everybody_may_read_what_the_company_decided(chen: Caller) -> None:
    policies = chen.get("/policies").get_json()["items"]

    assert [policy["kind"] for policy in policies] == list(PolicyKind)
    assert chen.get("/policies/cadence").get_json() == policies[1]
    assert policies[1]["content"]["interval_days"] == {"A": 1, "B": 7, "C": 15, "D": 30, "E": 365}


def test_an_amendment_holds_from_then_on_and_keeps_what_it_does_not_name(
    front: Front, chen: Caller, qian: Caller
) -> None:
    days = {"A": 2, "B": 7, "C": 15, "D": 30, "E": 365}

    response = qian.patch(
        "/policies/cadence", {"content": {"interval_days": days}, "reason": "R40"}, if_match=1
    )
    customer = chen.post("/customers", {"name": "王小明", "grade": "A"}).get_json()

    assert response.status_code == 200
    assert response.headers["ETag"] == '"v2"'
    assert response.get_json()["content"]["workday_methods"] == ["phone", "visit"]
    assert customer["due"]["interval_days"] == 2
    assert customer["due"]["cadence_version"] == 2
    assert front.company.log.get(front.company.chen) is not None


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"interval": {}}, "/content/interval"),
        ({"interval_days": {"A": 0}}, "/content/content"),
        ({"interval_days": {"A": "often"}}, "/content/interval_days"),
        ({"workday_methods": ["carrier pigeon"]}, "/content/workday_methods/0"),
        ({"interval_days": None}, "/content/interval_days"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_its_place(
    front: Front, qian: Caller, content: dict[str, Any], pointer: str
) -> None:
    before = front.head

    response = qian.patch("/policies/cadence", {"content": content}, if_match=1)

    problem = problem_of(response, 422, "invalid")
    assert problem["errors"][0]["pointer"] == pointer
    assert front.head == before


def test_only_an_administrator_amends(front: Front, zhao: Caller) -> None:
    before = front.head

    problem_of(zhao.patch("/policies/sla", {"content": {}}, if_match=1), 403, "forbidden")
    problem_of(zhao.get("/policies/astrology"), 404, "not-found")
    assert front.head == before


def test_quick_notes_are_listed_for_the_keyboard(chen: Caller) -> None:
    notes = chen.get("/quick-notes").get_json()["items"]

    assert [note["key"] for note in notes] == ["1", "2", "3", "4", "5", "6"]
    assert notes[0]["label_zh"] == "不需要"

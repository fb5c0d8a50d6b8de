from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role, Scope
from domain.delivery import Delivery
from domain.grade import Grade
from tests.support.http import Caller, Front
from tests.support.problems import problem_of


@pytest.fixture
def qian(front: Front) -> Caller:
    """Qian, who keeps Kezhi running."""
    return front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))


def a_message_of_unknown_end(front: Front) -> UUID:
    """Return the key of a reminder to Chen of which nobody knows whether it arrived."""
    return front.company.tells_in_vain(front.company.chen, Delivery.Unknown, reason="cut")


def test_what_is_planned_is_listed_page_by_page(front: Front, qian: Caller) -> None:
    front.settle()
    first = qian.get("/backlog/obligations", state="planned", limit=2).get_json()
    rest = qian.get(
        "/backlog/obligations", state="planned", limit=2, cursor=first["next_cursor"]
    ).get_json()

    shown = [*first["items"], *rest["items"]]
    assert [item["kind"] for item in shown] == ["digest"] * 4
    assert {item["rep_id"] for item in shown} == {
        str(rep) for rep in (front.company.zhao, front.company.chen, front.company.li,
                             front.company.wang)
    }  # fmt: skip
    assert qian.get("/backlog/obligations").get_json() == {"items": []}


def test_tomorrow_is_foreseen_page_by_page_by_operators_alone(front: Front, qian: Caller) -> None:
    front.settle()
    tomorrow = (front.company.now + timedelta(days=1)).date().isoformat()
    first = qian.get("/forecast", on=tomorrow, kind="digest", limit=2).get_json()
    rest = qian.get(
        "/forecast", on=tomorrow, kind="digest", limit=2, cursor=first["next_cursor"]
    ).get_json()

    shown = [*first["items"], *rest["items"]]
    assert [item["decision"] for item in shown] == ["reminder.skipped"] * 4
    assert {item["reason"] for item in shown} == {"nothing-due"}
    problem_of(front.caller(front.company.chen).get("/forecast", on=tomorrow), 403, "forbidden")
    problem_of(qian.get("/forecast", on="2020-01-01"), 422, "invalid")


def test_everybody_foresees_the_contacts_of_his_scope(front: Front, qian: Caller) -> None:
    company = front.company
    for owner in (company.chen, company.chen, company.li):
        company.registers(owner, "王小明", grade=Grade.A)
    front.settle()
    chen = front.caller(company.chen)

    def weeks(caller: Caller, **query: object) -> list[dict[str, Any]]:
        return list(caller.get("/forecast/contacts", **query).get_json()["items"])

    own = weeks(chen, days=28, per_day=1)
    assert {week["rep_id"] for week in own} == {str(company.chen)}
    full = [week for week in own[1:] if week["capacity"] == 5]
    assert full
    assert all(week["contacts"] == 10 and week["is_overloaded"] for week in full)
    assert {week["rep_id"] for week in weeks(qian)} == {str(company.chen), str(company.li)}
    assert {week["capacity"] for week in weeks(qian)} == {None}
    assert weeks(chen, rep_id=str(company.li)) == []
    problem_of(chen.get("/forecast/contacts", days="0"), 422, "invalid")


def test_a_message_is_settled_once_and_says_by_whom(front: Front, qian: Caller) -> None:
    key = a_message_of_unknown_end(front)
    path = f"/backlog/messages/{key}/settlement"
    said = qian.post(path, {"end": "sent", "reason": "he has it"}, key="settle-it")

    assert (said.status_code, said.get_json()["end"]) == (201, "sent")
    again = qian.post(path, {"end": "sent", "reason": "he has it"}, key="settle-it")
    assert again.get_json() == said.get_json()
    late = qian.post(path, {"end": "failed", "reason": "no, he has not"})
    problem_of(late, 409, "already-ended")


def test_a_message_is_sent_again_under_a_new_key(front: Front, qian: Caller) -> None:
    key = a_message_of_unknown_end(front)
    said = qian.post(f"/backlog/messages/{key}/resending", {"reason": "he has nothing"})

    assert said.status_code == 201
    assert said.get_json()["again_as"] not in {None, str(key)}


def test_without_a_reason_nothing_is_decided(front: Front, qian: Caller) -> None:
    key = a_message_of_unknown_end(front)
    before = front.head

    problem_of(qian.post(f"/backlog/messages/{key}/resending", {}), 422, "invalid")
    problem_of(qian.post(f"/backlog/messages/{key}/settlement", {"end": "sent"}), 422, "invalid")
    problem_of(
        qian.post(f"/backlog/messages/{key}/settlement", {"end": "unknown", "reason": "x"}),
        422,
        "invalid",
    )
    problem_of(
        qian.post(f"/backlog/messages/{uuid4()}/resending", {"reason": "x"}), 404, "not-found"
    )
    assert front.head == before


def test_what_was_not_set_aside_is_neither_released_nor_dropped(qian: Caller) -> None:
    assert qian.post(f"/backlog/{uuid4()}/release").get_json() == {"is_released": False}
    assert qian.post(f"/backlog/{uuid4()}/drop").get_json() == {"is_dropped": False}

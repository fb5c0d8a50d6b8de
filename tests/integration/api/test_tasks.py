"""Tasks over HTTP, by themselves and beside the customers of the due list."""

from __future__ import annotations

from typing import Any

import pytest

from domain import commands
from tests.support.http import Caller, Front
from tests.support.problems import problem_of

TODAY = "2026-03-02"


def a_customer(front: Front, **fields: Any) -> str:
    return str(front.company.registers(front.company.chen, "王小明", **fields))


def opened(caller: Caller, customer_id: str, **fields: Any) -> dict[str, Any]:
    body = {"summary": "送样品", "due_on": TODAY, **fields}
    response = caller.post(f"/customers/{customer_id}/tasks", body)
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == f"/api/v1/tasks/{response.get_json()['id']}"
    return dict(response.get_json())


def test_a_task_is_opened_and_done(front: Front, chen: Caller) -> None:
    task = opened(chen, a_customer(front), details="浅色\n两块", kind="gift")
    path = f"/tasks/{task['id']}"
    assert chen.get(path).get_json() == task
    assert (task["state"], task["outcome"], task["cause"]) == ("open", "", None)

    problem_of(chen.post(f"{path}/done", {}), 428, "if-match-required")
    problem_of(chen.post(f"{path}/done", {}, if_match=7), 412, "stale-version")
    done = chen.post(f"{path}/done", {"outcome": "已送到"}, if_match=task["version"])
    again = chen.post(f"{path}/drop", {"reason": "x"}, if_match=2)

    assert done.headers["ETag"] == '"v2"'
    assert done.get_json() == {**task, "state": "done", "outcome": "已送到", "version": 2}
    problem_of(again, 409, "already-over")


def test_a_task_is_dropped_with_a_reason(front: Front, chen: Caller) -> None:
    task = opened(chen, a_customer(front))
    path = f"/tasks/{task['id']}/drop"

    told = problem_of(chen.post(path, {}, if_match=1), 422, "invalid")
    dropped = chen.post(path, {"reason": "客户不要了"}, if_match=1).get_json()

    assert told["errors"][0]["pointer"] == "/reason"
    assert (dropped["state"], dropped["outcome"]) == ("dropped", "客户不要了")


def test_a_task_cannot_be_for_a_day_gone_by(front: Front, chen: Caller) -> None:
    body = {"summary": "送样品", "due_on": "2026-03-01"}
    told = problem_of(chen.post(f"/customers/{a_customer(front)}/tasks", body), 422, "invalid")

    assert told["errors"][0]["pointer"] == "/due_on"


def test_tasks_are_listed_by_day_and_page_by_page(front: Front, chen: Caller) -> None:
    customer_id = a_customer(front)
    days = ["2026-03-04", "2026-03-02", "2026-03-03"]
    for day in days:
        opened(chen, customer_id, due_on=day)
    front.settle()

    first = chen.get("/tasks", limit=2).get_json()
    second = chen.get("/tasks", limit=2, cursor=first["next_cursor"]).get_json()

    assert [row["due_on"] for row in first["items"] + second["items"]] == sorted(days)
    assert "next_cursor" not in second
    assert {row["name"] for row in first["items"]} == {"王小明"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["late", "today", "next week"]),
        ({"on": "2026-03-04"}, ["late", "today"]),
        ({"overdue": "true"}, ["late"]),
        ({"kind": "gift,visit"}, ["today"]),
        ({"state": "done"}, ["done"]),
    ],
)
def test_tasks_are_filtered(
    front: Front, chen: Caller, query: dict[str, str], found: list[str]
) -> None:
    customer_id = a_customer(front)
    opened(chen, customer_id, summary="late")
    done = opened(chen, customer_id, summary="done")
    chen.post(f"/tasks/{done['id']}/done", {}, if_match=1)
    front.company.wait(days=1)
    opened(chen, customer_id, summary="today", due_on="2026-03-03", kind="gift")
    opened(chen, customer_id, summary="next week", due_on="2026-03-10")
    front.settle()

    asked = {**query, "owner_id": str(front.company.chen), "customer_id": customer_id}
    assert [row["summary"] for row in chen.get("/tasks", **asked).get_json()["items"]] == found


def test_tasks_move_with_the_customer(front: Front, chen: Caller, li: Caller, zhao: Caller) -> None:
    """R58."""
    customer_id = a_customer(front)
    task = opened(chen, customer_id)
    front.company.does(commands.ChangeOwner(customer_id=customer_id, owner_id=front.company.li))
    front.settle()

    problem_of(chen.get(f"/tasks/{task['id']}"), 404, "not-found")
    assert chen.get("/tasks").get_json()["items"] == []
    assert len(li.get("/tasks").get_json()["items"]) == 1
    assert li.post(f"/tasks/{task['id']}/done", {}, if_match=1).status_code == 201
    front.settle()
    assert zhao.get("/tasks").get_json()["items"] == []


def test_a_customer_of_the_due_list_has_his_tasks_beside_him(front: Front, chen: Caller) -> None:
    customer_id = a_customer(front, promised_on=front.company.now.date())
    task = opened(chen, customer_id)
    opened(chen, customer_id, due_on="2026-03-05")
    front.settle()
    (item,) = chen.get("/due-list").get_json()["items"]

    assert [each["task_id"] for each in item["tasks"]] == [task["id"]]
    assert len(chen.get("/due-list", on="2026-03-05").get_json()["items"][0]["tasks"]) == 2


def test_the_history_of_the_customer_tells_of_his_tasks(front: Front, chen: Caller) -> None:
    customer_id = a_customer(front)
    task = opened(chen, customer_id)
    chen.post(f"/tasks/{task['id']}/done", {"outcome": "已送到"}, if_match=1)
    front.settle()
    entries = chen.get(f"/customers/{customer_id}/history", kind="task").get_json()["items"]

    assert [entry["topic"] for entry in entries] == ["task.done", "task.opened"]
    assert entries[0]["facts"]["outcome"] == "已送到"


def test_a_return_visit_is_one_request(front: Front, chen: Caller) -> None:
    """R46."""
    customer_id = a_customer(front)
    task = opened(chen, customer_id, kind="return_visit")
    path = f"/customers/{customer_id}/contacts"
    said = {"method": "phone", "satisfaction": 2, "feedback": "颜色偏深", "suggestions": "多备浅色"}
    response = chen.post(path, {**said, "grade": "B", "task_id": task["id"]})
    again = chen.post(path, {**said, "task_id": task["id"]})
    front.settle()

    assert response.status_code == 201, response.text
    assert response.get_json()["grade"] == "B"
    assert chen.get(f"/tasks/{task['id']}").get_json()["state"] == "done"
    problem_of(again, 409, "already-over")
    (contact,) = (
        entry["facts"]
        for entry in chen.get(f"/customers/{customer_id}/history").get_json()["items"]
        if entry["topic"] == "customer.contacted"
    )
    assert (contact["purpose"], contact["satisfaction"]) == ("return_visit", 2)


def test_a_contact_does_no_task_of_another_customer(front: Front, chen: Caller) -> None:
    task = opened(chen, a_customer(front))
    other = front.company.registers(front.company.chen, "李小红")
    before = front.head
    body = {"method": "phone", "task_id": task["id"]}

    told = problem_of(chen.post(f"/customers/{other}/contacts", body), 422, "invalid")

    assert told["errors"][0]["pointer"] == "/task_id"
    assert front.head == before


def test_an_opinion_becomes_a_task_and_a_complaint_a_complaint(front: Front, chen: Caller) -> None:
    """R71."""
    path = f"/customers/{a_customer(front)}/contacts"
    opinion = chen.post(path, {"method": "phone", "feedback": "颜色偏深"}, key="opinion-1")
    again = chen.post(path, {"method": "phone", "feedback": "颜色偏深"}, key="opinion-1")
    complaint = {"summary": "开裂", "severity": "major", "pressure": "high"}
    complained = chen.post(path, {"method": "visit", "complaint": complaint})
    plain = chen.post(path, {"method": "phone", "feedback": "很好", "needs_action": False})
    task = chen.get(f"/tasks/{opinion.get_json()['task_id']}").get_json()
    filed = chen.get(f"/complaints/{complained.get_json()['complaint_id']}").get_json()

    assert again.get_json() == opinion.get_json()
    assert (task["kind"], task["summary"], task["due_on"]) == ("feedback", "颜色偏深", "2026-03-03")
    assert task["cause"]["version"] == opinion.get_json()["version"]
    assert (filed["channel"], filed["priority"]) == ("visit", "P1")
    assert [plain.get_json()[name] for name in ("task_id", "complaint_id")] == [None, None]

from __future__ import annotations

from typing import Any

import pytest

from tests.support.http import Caller, Front
from tests.support.problems import problem_of


def a_customer(front: Front) -> str:
    return str(front.company.registers(front.company.chen, "王小明", phones=("13800138000",)))


def filed(caller: Caller, customer_id: str, **fields: Any) -> dict[str, Any]:
    body = {"customer_id": customer_id, "channel": "phone", "summary": "地板开裂", **fields}
    response = caller.post("/complaints", body)
    assert response.status_code == 201, response.text
    return dict(response.get_json())


def steps(front: Front) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("triage", {"severity": "major", "pressure": "high"}),
        ("assignments", {"handler_id": str(front.company.li)}),
        ("acknowledgement", {}),
        ("pauses", {"reason": "he is travelling"}),
        ("resumption", {}),
        ("investigations", {"cause": "潮湿"}),
        ("resolution", {"solution": "更换"}),
        ("outcome-reports", {"channel": "wechat", "answer": "满意"}),
        ("closing", {"satisfaction": 4, "comment": "很快"}),
        ("reopening", {"reason": "it cracked again"}),
    ]


def test_a_complaint_goes_through_its_whole_life(front: Front, chen: Caller) -> None:
    complaint = filed(chen, a_customer(front), details="客厅", severity="minor")
    path = f"/complaints/{complaint['id']}"
    stages = []
    for step, body in steps(front):
        response = chen.post(f"{path}/{step}", body, if_match=complaint["version"])
        assert response.status_code == 201, response.text
        assert response.headers["ETag"] == f'"v{response.get_json()["version"]}"'
        complaint = response.get_json()
        stages.append(complaint["stage"])
    read = chen.get(path)

    assert stages == [
        "triaged", "assigned", "acknowledged", "acknowledged", "acknowledged", "investigated",
        "resolved", "reported", "closed", "acknowledged",
    ]  # fmt: skip
    assert read.get_json() == complaint
    assert (complaint["summary"], complaint["details"]) == ("地板开裂", "客厅")
    assert (complaint["severity"], complaint["pressure"]) == ("major", "high")
    assert (complaint["priority"], complaint["channel"]) == ("P1", "phone")
    # What the former round came to is history; the new one has come to nothing yet.
    assert (complaint["cause"], complaint["solution"], complaint["answer"]) == ("", "", "")
    assert (complaint["satisfaction"], complaint["comment"]) == (None, "")
    assert complaint["round"] == 2


def test_a_step_out_of_turn_is_refused_and_leaves_nothing(front: Front, chen: Caller) -> None:
    complaint = filed(chen, a_customer(front))
    before = front.head

    response = chen.post(f"/complaints/{complaint['id']}/closing", {}, if_match=1)

    problem_of(response, 409, "wrong-stage")
    assert front.head == before


@pytest.mark.parametrize("number", range(10))
def test_every_step_needs_the_version_it_follows(front: Front, chen: Caller, number: int) -> None:
    complaint = filed(chen, a_customer(front))
    before = front.head
    step, body = steps(front)[number]
    path = f"/complaints/{complaint['id']}/{step}"

    problem_of(chen.post(path, body), 428, "if-match-required")
    problem_of(chen.post(path, body, if_match=7), 412, "stale-version")
    assert front.head == before


def test_complaints_are_listed_by_deadline_and_page_by_page(front: Front, chen: Caller) -> None:
    customer = a_customer(front)
    slow, fast, paused = (
        filed(chen, customer, summary=word, severity=severity, pressure="high")
        for word, severity in (("慢", "trivial"), ("急", "critical"), ("停", "critical"))
    )
    front.settle()

    first = chen.get("/complaints", limit=2).get_json()
    second = chen.get("/complaints", limit=2, cursor=first["next_cursor"]).get_json()
    newest = chen.get("/complaints", sort="-filed", open="true").get_json()

    found = [row["complaint_id"] for row in first["items"] + second["items"]]
    assert found[-1] == slow["id"]
    assert set(found) == {slow["id"], fast["id"], paused["id"]}
    assert "next_cursor" not in second
    assert len(newest["items"]) == 3
    assert first["items"][0]["version"] == 2


def test_complaints_are_filtered(front: Front, chen: Caller) -> None:
    customer = a_customer(front)
    urgent = filed(chen, customer, severity="critical", pressure="high")
    filed(chen, customer, severity="trivial", pressure="low")
    front.settle()

    for query in (
        {"priority": "P1,P2"},
        {"due_before": urgent["ladder"][-1]["at"], "priority": "P1"},
        {"stage": "triaged", "customer_id": customer, "priority": "P1", "open": "true"},
    ):
        rows = chen.get("/complaints", **query).get_json()["items"]
        assert [row["complaint_id"] for row in rows] == [urgent["id"]], query
    assert chen.get("/complaints", open="false").get_json()["items"] == []


def test_a_handler_sees_the_complaint_of_another_reps_customer(
    front: Front, chen: Caller, li: Caller
) -> None:
    complaint = filed(chen, a_customer(front))
    path = f"/complaints/{complaint['id']}"
    problem_of(li.get(path), 404, "not-found")

    chen.post(f"{path}/assignments", {"handler_id": str(front.company.li)}, if_match=1)
    front.settle()

    assert li.get(path).status_code == 200
    assert len(li.get("/complaints").get_json()["items"]) == 1
    assert li.get(f"/customers/{complaint['customer_id']}").status_code == 404


def test_what_stands_open_is_told_day_by_day(front: Front, chen: Caller, li: Caller) -> None:
    customer = a_customer(front)
    complaint = filed(chen, customer, severity="minor")
    filed(chen, customer, severity="minor")
    front.company.wait(days=1)
    for step, body in steps(front)[:-1]:
        path = f"/complaints/{complaint['id']}/{step}"
        complaint = chen.post(path, body, if_match=complaint["version"]).get_json()
    front.company.wait(days=1)
    filed(chen, customer)
    front.settle()

    assert chen.get("/complaints/burn-down", days=4).get_json()["items"] == [
        {"day": "2026-03-01", "filed": 0, "reopened": 0, "closed": 0, "still_open": 0},
        {"day": "2026-03-02", "filed": 2, "reopened": 0, "closed": 0, "still_open": 2},
        {"day": "2026-03-03", "filed": 0, "reopened": 0, "closed": 1, "still_open": 1},
        {"day": "2026-03-04", "filed": 1, "reopened": 0, "closed": 0, "still_open": 2},
    ]
    last = {"day": "2026-03-04", "filed": 1, "reopened": 0, "closed": 0, "still_open": 2}
    assert chen.get("/complaints/burn-down", days=1).get_json()["items"] == [last]
    assert len(chen.get("/complaints/burn-down").get_json()["items"]) == 30
    unrelated = li.get("/complaints/burn-down", days=1).get_json()["items"]
    assert (unrelated[0]["filed"], unrelated[0]["still_open"]) == (0, 0)


def test_what_was_opened_again_stood_closed_in_between_and_each_figure_has_its_list(
    front: Front, chen: Caller
) -> None:
    complaint = filed(chen, a_customer(front), severity="minor")
    path = f"/complaints/{complaint['id']}"
    for step, body in steps(front)[:-1]:
        complaint = chen.post(f"{path}/{step}", body, if_match=complaint["version"]).get_json()
    front.company.wait(days=2)
    again = {"reason": "漏水依旧"}
    complaint = chen.post(f"{path}/reopening", again, if_match=complaint["version"]).get_json()
    front.company.wait(days=1)
    front.settle()

    assert chen.get("/complaints/burn-down", days=4).get_json()["items"] == [
        {"day": "2026-03-02", "filed": 1, "reopened": 0, "closed": 1, "still_open": 0},
        {"day": "2026-03-03", "filed": 0, "reopened": 0, "closed": 0, "still_open": 0},
        {"day": "2026-03-04", "filed": 0, "reopened": 1, "closed": 0, "still_open": 1},
        {"day": "2026-03-05", "filed": 0, "reopened": 0, "closed": 0, "still_open": 1},
    ]
    for name, days in (("came_on", {"02", "04"}), ("closed_on", {"02"})):
        for day in ("01", "02", "03", "04", "05"):
            found = chen.get("/complaints", **{name: f"2026-03-{day}"}).get_json()["items"]
            assert len(found) == (day in days), (name, day)

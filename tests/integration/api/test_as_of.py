from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.access import Role, Scope
from domain.policies.book import PolicyKind
from tests.support.http import Caller, Front
from tests.support.problems import problem_of
from tests.support.waiting import eventually


def shown(caller: Caller, path: str, **query: Any) -> dict[str, Any]:
    response = caller.get(path, **query)
    assert response.status_code == 200, response.text
    return dict(response.get_json())


def a_customer(chen: Caller, **fields: Any) -> dict[str, Any]:
    return dict(chen.post("/customers", {"name": "王小明", "grade": "D", **fields}).get_json())


def test_a_customer_is_shown_as_he_was_at_a_position_an_instant_and_the_end_of_a_day(
    front: Front, chen: Caller
) -> None:
    customer = a_customer(chen)
    path = f"/customers/{customer['id']}"
    position, instant = front.head, front.company.now
    front.company.wait(days=1)
    chen.post(f"{path}/regradings", {"grade": "A"}, if_match=1)
    front.company.wait(days=1)

    for asked in (position, instant.isoformat(), instant.date().isoformat()):
        response = chen.get(path, as_of=asked)
        assert response.get_json() == customer
        assert int(response.headers["Kezhi-Position"]) == position
    assert shown(chen, path, as_of="2199-01-01") == shown(chen, path)
    assert shown(chen, path)["grade"] == "A"


def test_urgency_is_reckoned_on_the_day_of_then(front: Front, chen: Caller) -> None:
    day = front.company.now.date()
    customer = a_customer(chen, demand="present", needed_by=(day + timedelta(days=25)).isoformat())
    front.company.wait(days=22)

    path = f"/customers/{customer['id']}"
    assert shown(chen, path)["urgency"] != customer["urgency"]
    assert shown(chen, path, as_of=day.isoformat())["urgency"] == customer["urgency"]


def test_who_may_look_is_decided_by_today(
    front: Front, chen: Caller, li: Caller, zhao: Caller
) -> None:
    customer = a_customer(chen)
    path, position = f"/customers/{customer['id']}", front.head
    front.company.wait(hours=1)
    zhao.post(f"{path}/owner-changes", {"owner_id": str(front.company.li)}, if_match=1)

    problem_of(chen.get(path, as_of=position), 404, "not-found")
    assert shown(li, path, as_of=position)["owner_id"] == str(front.company.chen)


def test_nobody_is_there_before_he_came(chen: Caller) -> None:
    customer = a_customer(chen)

    problem_of(chen.get(f"/customers/{customer['id']}", as_of=1), 404, "not-found")
    problem_of(chen.get(f"/customers/{customer['id']}", as_of="2020-01-01"), 404, "not-found")


def test_what_is_no_moment_is_refused_at_its_parameter(front: Front, chen: Caller) -> None:
    path = f"/customers/{a_customer(chen)['id']}"

    for asked in ("yesterday", "2026-02-30", "0", "-1", "2026-03-02T09:00:00", "9" * 30, "１"):
        problem = problem_of(chen.get(path, as_of=asked), 422, "invalid")
        assert [error["parameter"] for error in problem["errors"]] == ["as_of"]
    problem = problem_of(chen.get(path, as_of=front.head + 1), 422, "invalid")
    assert problem["errors"][0]["code"] == "problem-not-in-the-log"


def test_complaints_people_and_policies_are_shown_as_they_were(
    front: Front, chen: Caller, zhao: Caller
) -> None:
    filed = {"customer_id": a_customer(chen)["id"], "channel": "phone", "summary": "地板开裂"}
    complaint = chen.post("/complaints", filed).get_json()
    rep = f"/representatives/{front.company.chen}"
    paths = (f"/complaints/{complaint['id']}", rep, "/policies/pool", "/policies")
    before, position = [shown(zhao, path) for path in paths], front.head
    front.company.wait(days=1)
    admin = front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))
    chen.post(f"{paths[0]}/triage", {"severity": "major", "pressure": "high"}, if_match=1)
    scope = {"role": "rep", "scope": "all", "team": None, "manager_id": None}
    admin.post(f"{rep}/scopes", scope, if_match=shown(admin, rep)["version"])
    admin.patch("/policies/pool", {"content": {"warning_days": 2}}, if_match=1)

    assert [shown(zhao, path, as_of=position) for path in paths] == before
    assert all(shown(zhao, path) != then for path, then in zip(paths, before, strict=True))


def test_a_history_ends_where_it_ended_then(front: Front, chen: Caller) -> None:
    path = f"/customers/{a_customer(chen)['id']}"
    position = front.head
    front.company.wait(days=1)
    chen.post(f"{path}/regradings", {"grade": "A"}, if_match=1)
    front.settle()

    then = shown(chen, f"{path}/history", as_of=position)["items"]

    assert [entry["position"] for entry in then] == [position]
    assert len(shown(chen, f"{path}/history")["items"]) == 2


def test_why_is_answered_under_the_policies_and_with_the_complaints_of_then(
    front: Front, chen: Caller
) -> None:
    customer = a_customer(chen)
    path = f"/customers/{customer['id']}"
    filed = {"customer_id": customer["id"], "channel": "phone", "summary": "地板开裂"}
    complaint = chen.post("/complaints", filed).get_json()
    front.settle()
    then, position = shown(chen, f"{path}/why"), front.head
    front.company.wait(days=1)
    admin = front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))
    admin.patch("/policies/pool", {"content": {"warning_days": 2}}, if_match=1)
    chen.post(f"{path}/contacts", {"method": "phone"})
    front.settle()

    assert then["pool"]["exempt_by"] == [complaint["id"]]
    assert shown(chen, f"{path}/why", as_of=position) == then
    later = shown(chen, f"{path}/why", as_of=front.head)
    assert later["pool"]["pool_version"] == 2
    # The clocks of then run from then; a contact has set them anew since.
    assert later["pool"]["clocks"][0]["since"] > then["pool"]["clocks"][0]["since"]
    assert front.service.read.care.book(is_fresh=True).versions[PolicyKind.POOL] == 2


def everybody(front: Front) -> Caller:
    """Somebody who may see every customer."""
    return front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))


LISTS = ("/customers", "/due-list", "/due-list/counts", "/pool", "/complaints", "/workload",
         "/workload/totals")  # fmt: skip


def test_lists_are_shown_as_they_stood(front: Front, chen: Caller, zhao: Caller) -> None:
    qian = everybody(front)
    customer = a_customer(chen, grade="A")
    zhao.post("/customers", {"name": "李四", "owner_id": None})
    filed = {"customer_id": customer["id"], "channel": "phone", "summary": "地板开裂"}
    chen.post("/complaints", filed)
    front.company.wait(days=2)
    chen.post(f"/customers/{customer['id']}/quick-notes", {"key": "4"})
    front.settle()
    position, query = front.head, {"as_of": front.company.now.isoformat()}
    before = [shown(qian, path) for path in LISTS]
    front.company.wait(days=9)
    regraded = chen.post(f"/customers/{customer['id']}/regradings", {"grade": "D"}, if_match=2)
    assert regraded.status_code == 201, regraded.text
    front.company.wait(days=9)
    front.settle()

    for path, then in zip(LISTS, before, strict=True):
        response = qian.get(path, **query)
        assert response.get_json() == then, path
        assert int(response.headers["Kezhi-Position"]) == position
    assert shown(qian, "/customers") != before[0]
    assert shown(qian, "/due-list", as_of="2199-01-01") == shown(qian, "/due-list")


def test_a_list_of_the_past_hides_whom_one_may_not_see_today(
    front: Front, chen: Caller, zhao: Caller
) -> None:
    gone, kept = a_customer(chen), a_customer(chen, name="李四")
    position = front.head
    front.company.wait(hours=1)
    owner = {"owner_id": str(front.company.li)}
    zhao.post(f"/customers/{gone['id']}/owner-changes", owner, if_match=1)

    for path in ("/customers", "/due-list"):
        on = {"on": "2027-01-01"} if path == "/due-list" else {}
        items = shown(chen, path, as_of=position, **on)["items"]
        assert [item["customer_id"] for item in items] == [kept["id"]]


def test_a_list_that_takes_long_says_how_far_it_has_come(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.as_of.BUILD_SECONDS", 0)
    qian = everybody(front)

    response = qian.get("/customers", as_of=front.head)
    assert response.status_code == 202
    assert response.headers["Retry-After"] == "1"
    assert response.get_json()["until"] == front.head
    assert eventually(lambda: qian.get("/customers", as_of=front.head).status_code == 200)


def test_what_differs_in_a_file_is_told_field_by_field(front: Front, chen: Caller) -> None:
    path = f"/customers/{a_customer(chen)['id']}"
    position = front.head
    front.company.wait(days=1)
    chen.post(f"{path}/regradings", {"grade": "B"}, if_match=1)

    changes = shown(chen, f"{path}/difference", since=position)["changes"]

    assert changes["grade"] == {"before": "D", "after": "B"}
    assert set(changes) == {"grade", "journal", "due"}
    assert shown(chen, f"{path}/difference", since=position, until=position)["changes"] == {}
    problem = problem_of(chen.get(f"{path}/difference"), 422, "invalid")
    assert problem["errors"][0]["parameter"] == "since"


def test_who_came_on_a_list_who_went_and_what_changed(
    front: Front, chen: Caller, zhao: Caller
) -> None:
    qian = everybody(front)
    changed, pooled = a_customer(chen), a_customer(chen, name="李四")
    front.company.wait(days=1)
    since = front.head
    added = a_customer(chen, name="赵六")
    chen.post(f"/customers/{changed['id']}/regradings", {"grade": "A"}, if_match=1)
    zhao.post(f"/customers/{pooled['id']}/return", {"reason": "没有时间"}, if_match=1)
    front.company.wait(days=3)
    front.settle()

    def differences(compared: str) -> dict[str, dict[str, Any]]:
        found = shown(qian, f"/differences/{compared}", since=since)["items"]
        return {row["id"]: row for row in found}

    roster = differences("roster")
    assert {row["id"]: row["difference"] for row in roster.values()} == {
        changed["id"]: "changed", pooled["id"]: "changed", added["id"]: "came",
    }  # fmt: skip
    assert roster[changed["id"]]["changes"]["grade"] == {"before": "D", "after": "A"}
    assert [row["difference"] for row in differences("pool").values()] == ["came"]
    assert differences("pool")[pooled["id"]]["changes"]["name"]["after"] == "李**"
    assert list(differences("due_list")) == [changed["id"]]
    assert differences("complaints") == {}
    problem_of(chen.get("/differences/roster", since=since), 403, "forbidden")


def test_what_happened_and_what_we_knew_are_told_apart(front: Front, chen: Caller) -> None:
    path = f"/customers/{a_customer(chen)['id']}"
    monday = front.company.now.date()
    front.company.wait(days=2)
    chen.post(f"{path}/contacts", {"method": "phone", "contacted_on": monday.isoformat()})
    front.settle()
    tuesday = (monday + timedelta(days=1)).isoformat()

    def contacts(**query: Any) -> list[dict[str, Any]]:
        found = shown(chen, f"{path}/history", **query)["items"]
        return [entry for entry in found if entry["topic"] == "customer.contacted"]

    (contact,) = contacts(happened_by=monday.isoformat())
    assert contact["happened_on"] == monday.isoformat()
    assert contact["recorded_at"][:10] == (monday + timedelta(days=2)).isoformat()
    assert contacts(as_of=tuesday) == []
    assert contacts(as_of=tuesday, happened_by=monday.isoformat()) == []
    assert contacts(happened_by=(monday - timedelta(days=1)).isoformat()) == []

    chen.post(f"{path}/contacts", {"method": "phone"})
    front.settle()
    # A page of one is full although what was recorded last does not count.
    assert contacts(happened_by=monday.isoformat(), limit=1) == [contact]

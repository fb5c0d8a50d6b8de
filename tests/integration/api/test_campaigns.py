"""Campaigns and activities over HTTP: planned, approved by somebody else, counted (R74, R76)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.channel import Channel
from domain.grade import Grade
from tests.support.http import Caller, Front
from tests.support.problems import problem_of
from workers.ways_out import WaysOut, WaysOutTable

PLAN: dict[str, Any] = {
    "title": "橡木地板上市",
    "words": [
        {"language": "zh", "subject": "新品", "body": "{{name}}，您好！{{owner}}"},
        {"language": "en", "subject": "New", "body": "Dear {{name}}"},
    ],
    "starts_on": "2026-03-02",
    "ends_on": "2026-03-09",
    "segment": {"grades": ["A"]},
}
PARTY = {"title": "答谢会", "kind": "party", "starts_at": "2026-03-09T06:00:00Z", "place": "上海"}


@pytest.fixture
def customers(front: Front) -> list[UUID]:
    """Two customers of Chen's of grade A, of whom one allows mail, one of Li's, and one of B."""
    company = front.company
    first = company.registers(company.chen, "王小明", email="w@example.com", grade=Grade.A)
    company.does(
        commands.ChooseCare(customer_id=first, choices={"consents": {"email": True}}), why="form"
    )
    others = [
        company.registers(company.chen, "李小红", grade=Grade.A),
        company.registers(company.li, "张三", grade=Grade.A),
        company.registers(company.chen, "赵六", grade=Grade.B),
    ]
    front.settle()
    return [first, *others]


def planned(caller: Caller, **changes: Any) -> str:
    answer = caller.post("/campaigns", {**PLAN, **changes})
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def test_a_manager_sees_whom_it_would_reach_and_approves_what_he_has_read(
    front: Front, chen: Caller, zhao: Caller, customers: list[UUID]
) -> None:
    path = f"/campaigns/{planned(chen)}"
    assert zhao.get(f"{path}/audience").get_json() == {
        "count": 3, "looked_at": 3, "reachable": 1, "skipped_for": {"no-consent": 2},
        "not_set_up": [],
    }  # fmt: skip
    assert chen.get(f"{path}/audience").get_json()["count"] == 2
    words = zhao.get(f"{path}/preview", customer_id=str(customers[0]), language="zh").get_json()
    assert words["body"] == "王小明，您好！Chen"
    chen.patch(path, {"title": "改了"}, if_match=1)

    problem_of(zhao.post(f"{path}/approval", {}, if_match=1), 412, "stale-version")
    problem_of(chen.post(f"{path}/approval", {}, if_match=2), 403, "forbidden")
    approved = zhao.post(f"{path}/approval", {}, if_match=2)
    assert approved.get_json()["audience_count"] == 3
    front.settle()
    (row,) = chen.get("/campaigns").get_json()["items"]
    assert (row["title"], row["state"], row["approved_by"]) == (
        "改了", "approved", str(front.company.zhao),
    )  # fmt: skip
    assert zhao.get(f"{path}/results").get_json()["owed"] == 3
    assert chen.get(f"{path}/results").get_json()["owed"] == 2
    ids = {item["customer_id"] for item in chen.get(f"{path}/messages").get_json()["items"]}
    assert ids == set(map(str, customers[:2]))


def test_a_plan_is_looked_at_before_it_is_one_by_whom_it_would_go_to_and_how_he_reads_it(
    chen: Caller, customers: list[UUID]
) -> None:
    assert customers
    draft = {"segment": {"grades": ["A"]}, "words": PLAN["words"]}
    seen = chen.post("/campaigns/preview", draft).get_json()

    assert seen["audience"] == {
        "count": 2, "looked_at": 2, "reachable": 1, "skipped_for": {"no-consent": 1},
        "not_set_up": [],
    }  # fmt: skip
    assert seen["customer_name"] in {"王小明", "李小红"}
    assert seen["words"][0]["body"] == f"{seen['customer_name']}，您好！Chen"
    assert chen.get("/campaigns").get_json()["items"] == []
    nobody = chen.post("/campaigns/preview", {"segment": {"tag": "none"}}).get_json()
    assert (nobody["audience"]["count"], nobody["customer_name"]) == (0, None)
    assert chen.post("/campaigns/preview", {}).get_json()["audience"]["count"] == 3
    wrong = [{**PLAN["words"][0], "body": "{{nobody}}"}]
    problem_of(chen.post("/campaigns/preview", {"words": wrong}), 422, "invalid")


def test_who_is_reached_by_nothing_that_is_set_up_does_not_count_as_reachable(
    front: Front, chen: Caller, zhao: Caller, customers: list[UUID]
) -> None:
    assert customers
    by_phone = front.company.registers(
        front.company.chen, "周七", grade=Grade.A, phones=("13800138000",)
    )
    consent = commands.ChooseCare(customer_id=by_phone, choices={"consents": {"sms": True}})
    front.company.does(consent, why="form")
    front.settle()
    path = f"/campaigns/{planned(chen)}/audience"
    before, untold = zhao.get(path).get_json(), chen.get("/channels").get_json()["items"]

    WaysOutTable(front.company.database).tell(
        WaysOut({Channel.EMAIL: None, Channel.SMS: frozenset({"escalation"})})
    )

    after = zhao.get(path).get_json()
    assert (before["reachable"], before["not_set_up"]) == (2, [])
    assert (after["reachable"], after["not_set_up"]) == (1, ["sms"])
    assert after["skipped_for"] == {"no-consent": 2, "no-channel": 1}
    assert chen.post("/campaigns/preview", {}).get_json()["audience"]["not_set_up"] == ["sms"]
    assert {row["is_set_up"] for row in untold} == {None}
    told = {row["channel"]: row for row in chen.get("/channels").get_json()["items"]}
    assert (told["email"]["is_set_up"], told["email"]["kinds"]) == (True, None)
    assert (told["sms"]["is_set_up"], told["sms"]["kinds"]) == (True, ["escalation"])
    assert (told["wecom"]["is_set_up"], told["wecom"]["kinds"]) == (False, None)


def test_nobody_approves_his_own_campaign(zhao: Caller, customers: list[UUID]) -> None:
    assert customers
    own = planned(zhao)

    problem_of(zhao.post(f"/campaigns/{own}/approval", {}, if_match=1), 403, "own-approval")


def test_a_segment_can_be_of_one_owner_or_who_bought_something(
    front: Front, chen: Caller, zhao: Caller, customers: list[UUID]
) -> None:
    line = {
        "purchased_on": "2026-03-01", "product": "地板", "quantity": "1", "amount": "9.50",
    }  # fmt: skip
    chen.post(f"/customers/{customers[3]}/purchases", line)
    front.settle()
    bought = planned(chen, segment={"bought_product": "地板", "bought_since": "2026-03-01"})
    later = planned(chen, segment={"bought_product": "地板", "bought_since": "2026-03-02"})

    of_li = planned(chen, segment={"owner_id": str(front.company.li)})

    assert zhao.get(f"/campaigns/{of_li}/audience").get_json()["count"] == 1
    assert zhao.get(f"/campaigns/{bought}/audience").get_json()["count"] == 1
    problem_of(zhao.post(f"/campaigns/{later}/approval", {}, if_match=1), 422, "invalid")


@pytest.mark.parametrize(
    "changes",
    [
        {"words": PLAN["words"][:1]},
        {"words": [PLAN["words"][0]] * 2},
        {"words": [{**PLAN["words"][0], "body": "{{password}}"}, PLAN["words"][1]]},
        {"ends_on": "2026-03-01"},
        {"segment": {"grades": ["F"]}},
        {"segment": {"phone": "138"}},
        {"activity_id": "nothing"},
    ],
)
def test_a_plan_that_cannot_be_carried_out_leaves_nothing(
    front: Front, chen: Caller, changes: dict[str, Any]
) -> None:
    before = front.head

    problem_of(chen.post("/campaigns", {**PLAN, **changes}), 422, "invalid")
    assert front.head == before


@pytest.mark.parametrize("whom", [{"segment": {"grades": ["E"]}}, {"customer_ids": []}, {}])
def test_an_invitation_of_nobody_is_refused_and_leaves_nothing(
    front: Front, zhao: Caller, customers: list[UUID], whom: dict[str, Any]
) -> None:
    assert customers
    path = f"/activities/{zhao.post('/activities', {**PARTY, 'capacity': 1}).get_json()['id']}"
    before = front.head

    problem = problem_of(zhao.post(f"{path}/invitations", whom), 422, "invalid")
    assert "No customer in your scope meets these criteria." in str(problem["errors"])
    assert front.head == before


def test_guests_are_invited_seated_and_followed_up(
    front: Front, chen: Caller, zhao: Caller, customers: list[UUID]
) -> None:
    first, second = map(str, customers[:2])
    made = zhao.post("/activities", {**PARTY, "capacity": 1}).get_json()
    path = f"/activities/{made['id']}"
    zhao.post(f"{path}/invitations", {"segment": {"grades": ["A"]}})

    def says(customer: str, **answer: Any) -> Any:
        return chen.post(f"{path}/answers", {"customer_id": customer, **answer})

    assert says(first, comes=True).get_json()["state"] == "accepted"
    problem_of(says(second, comes=True), 409, "activity-full")
    assert says(second, comes=True, may_wait=True).get_json()["state"] == "waiting"
    problem_of(chen.post(f"{path}/attendance", {"attended": [first]}), 422, "future-date")
    assert says(first, comes=False).get_json()["state"] == "declined"
    front.company.now += timedelta(days=8)
    assert chen.post(f"{path}/attendance", {"attended": [second]}).status_code == 201
    front.settle()

    counted = chen.get(f"{path}/results").get_json()
    names = ("invited", "reached", "answered", "attended", "declined", "bought")
    assert [counted[name] for name in names] == [2, 0, 2, 1, 1, 0]
    assert zhao.get(f"{path}/results").get_json()["invited"] == 3
    (row,) = chen.get("/activities").get_json()["items"]
    assert (row["seated_count"], row["waiting_count"], row["invited_count"]) == (1, 0, 3)
    tasks = chen.get("/tasks", customer_id=second).get_json()["items"]
    assert sorted(task["kind"] for task in tasks) == ["follow_up", "notice"]
    told = chen.get(f"/customers/{second}/history", kind="activity").get_json()["items"]
    assert [entry["topic"].partition(".")[2] for entry in reversed(told)] == [
        "guest_invited", "guest_waitlisted", "guest_accepted", "guest_attended",
    ]  # fmt: skip


def test_a_changed_activity_keeps_what_is_not_named_and_null_takes_its_details_away(
    chen: Caller,
) -> None:
    made = chen.post("/activities", {**PARTY, "capacity": 1, "details": "茶点"}).get_json()
    path = f"/activities/{made['id']}"
    moved = chen.patch(path, {"place": "苏州"}, if_match=1).get_json()
    bare = chen.patch(path, {"details": None}, if_match=2).get_json()

    assert moved == {**made, "place": "苏州", "version": 2}
    assert bare == {**moved, "details": "", "version": 3}
    problem_of(chen.patch(path, {"place": None}, if_match=3), 422, "invalid")


def test_a_campaign_about_an_activity_invites_whom_it_goes_to(
    front: Front, chen: Caller, zhao: Caller, customers: list[UUID]
) -> None:
    activity = chen.post("/activities", {**PARTY, "capacity": 9}).get_json()["id"]
    words = [{**each, "body": "{{activity}} {{on}} {{place}}"} for each in PLAN["words"]]
    campaign = planned(chen, activity_id=activity, words=words)
    preview = chen.get(f"/campaigns/{campaign}/preview", customer_id=str(customers[0]))
    zhao.post(f"/campaigns/{campaign}/approval", {}, if_match=1)
    front.settle()

    assert preview.get_json()["body"] == "答谢会 2026-03-09 14:00 上海"
    assert zhao.get(f"/activities/{activity}/results").get_json()["invited"] == 3

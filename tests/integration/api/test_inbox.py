from __future__ import annotations

from uuid import uuid4

from domain import commands
from domain.priority import ComplaintChannel
from tests.support.http import Caller, Front
from tests.support.problems import problem_of


def assigned_to_li(front: Front, summary: str) -> None:
    company = front.company
    customer_id = company.registers(company.chen, summary)
    filing = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary=summary
    )
    complaint_id = company.does(filing).subject_id
    company.does(commands.AssignComplaint(complaint_id=complaint_id, handler_id=company.li))
    company.wait(minutes=1)
    front.settle()


def test_what_somebody_was_told_waits_until_he_has_seen_it(front: Front, li: Caller) -> None:
    assigned_to_li(front, "地板开裂")
    assigned_to_li(front, "门框变形")
    newest, older = li.get("/inbox").get_json()["items"]
    before = front.head

    seen = li.post(f"/inbox/{newest['item_id']}/reading")
    front.settle()
    again = li.post(f"/inbox/{newest['item_id']}/reading")

    assert (seen.status_code, again.status_code) == (201, 201)
    assert front.head == before + 1
    assert again.get_json()["read_at"] == seen.get_json()["read_at"]
    assert li.get("/inbox/unread").get_json() == {"unread": 1}
    assert li.get("/inbox", unread="true").get_json()["items"] == [older]
    assert (newest["kind"], newest["read_at"]) == ("assignment", None)


def test_pages_of_the_inbox_follow_one_another(front: Front, li: Caller) -> None:
    for word in ("一", "二", "三"):
        assigned_to_li(front, word)

    first = li.get("/inbox", limit=2).get_json()
    second = li.get("/inbox", limit=2, cursor=first["next_cursor"]).get_json()

    assert first["items"] + second["items"] == li.get("/inbox").get_json()["items"]


def test_nobody_reads_what_another_was_told(front: Front, chen: Caller, li: Caller) -> None:
    assigned_to_li(front, "地板开裂")
    (item,) = li.get("/inbox").get_json()["items"]
    before = front.head

    assert chen.get("/inbox").get_json()["items"] == []
    problem_of(chen.post(f"/inbox/{item['item_id']}/reading"), 404, "not-found")
    problem_of(li.post(f"/inbox/{uuid4()}/reading"), 404, "not-found")
    assert front.head == before


def test_what_he_has_seen_is_said_at_once_and_others_items_stay_unread(
    front: Front, chen: Caller, li: Caller
) -> None:
    for word in ("一", "二", "三"):
        assigned_to_li(front, word)
    newest, middle, _ = (item["item_id"] for item in li.get("/inbox").get_json()["items"])
    before = front.head

    foreign = chen.post("/inbox/reading", {"item_ids": [newest]})
    seen = li.post("/inbox/reading", {"item_ids": [newest, middle, newest]})
    front.settle()
    again = li.post("/inbox/reading", {"item_ids": [newest, middle]})

    assert (foreign.status_code, seen.status_code, again.status_code) == (201, 201, 201)
    assert seen.get_json() == again.get_json() == {"unread": 1}
    assert front.head == before + 2
    assert problem_of(li.post("/inbox/reading", {"item_ids": []}), 422, "invalid")

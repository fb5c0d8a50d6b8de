from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from domain.card import Classification
from domain.grade import Grade
from tests.support.http import Caller, Front


@pytest.fixture
def front_with_work(front: Front) -> Front:
    """Chen has a customer of each grade; it is the 16th of March, a Monday."""
    for grade, route, position in (("A", "东", 2), ("B", "东", 1), ("C", "", None), ("D", "西", 1)):
        front.company.registers(
            front.company.chen,
            f"客户{grade}",
            grade=Grade(grade),
            classification=Classification(route=route, route_position=position),
        )
    front.company.wait(days=14)
    front.settle()
    return front


def due(caller: Caller, **query: Any) -> list[str]:
    response = caller.get("/due-list", **query)
    assert response.status_code == 200, response.text
    return [row["name"].removeprefix("客户") for row in response.get_json()["items"]]


def test_what_is_due_by_a_day_is_listed_in_order(front_with_work: Front, chen: Caller) -> None:
    assert front_with_work
    assert due(chen) == ["A", "B"]
    assert due(chen, on="2026-03-03") == ["A"]
    assert due(chen, on="2026-03-17") == ["A", "B", "C"]
    assert due(chen, overdue="true", grade="B,C") == ["B"]
    assert due(chen, on="2026-12-31", order="grade") == ["A", "B", "C", "D"]
    assert due(chen, on="2026-12-31", order="route") == ["B", "A", "D", "C"]


def test_pages_of_every_order_hold_everybody_once(front_with_work: Front, chen: Caller) -> None:
    assert front_with_work
    for order in ("due", "grade", "route", "last_contact"):
        query = {"on": "2026-12-31", "order": order, "limit": 3}
        first = chen.get("/due-list", **query).get_json()
        second = chen.get("/due-list", **query, cursor=first["next_cursor"]).get_json()
        rows = first["items"] + second["items"]
        assert [row["name"][-1] for row in rows] == due(chen, on="2026-12-31", order=order)


def test_a_row_says_why_and_can_be_worked_off_as_it_stands(
    front_with_work: Front, chen: Caller
) -> None:
    row = chen.get("/due-list").get_json()["items"][0]
    path = f"/customers/{row['customer_id']}"
    assert row["due"] == chen.get(path).get_json()["due"]

    contact = chen.post(f"{path}/contacts", {"method": "phone"}, if_match=row["version"])
    front_with_work.settle()

    assert contact.status_code == 201
    assert due(chen) == ["B"]


def test_what_waits_today_is_counted(front_with_work: Front, chen: Caller, li: Caller) -> None:
    front_with_work.company.registers(
        front_with_work.company.chen, "客户今", promised_on=date(2026, 3, 16), grade=Grade.D
    )
    front_with_work.settle()

    assert chen.get("/due-list/counts").get_json() == {"on": "2026-03-16", "due": 1, "overdue": 2}
    assert li.get("/due-list/counts").get_json() == {"on": "2026-03-16", "due": 0, "overdue": 0}


def test_what_is_owed_day_by_day_is_what_the_list_of_that_day_holds(
    front_with_work: Front, chen: Caller, li: Caller, zhao: Caller
) -> None:
    (load,) = zhao.get("/due-list/loads", days=21).get_json()["items"]

    assert load["rep_id"] == str(front_with_work.company.chen)
    assert load["overdue"] == len(due(zhao, overdue="true")) == 2
    assert [day["day"] for day in load["days"]][::20] == ["2026-03-16", "2026-04-05"]
    owed = {day["day"]: day["customers"] for day in load["days"] if day["customers"]}
    assert owed == {"2026-03-17": 1, "2026-04-01": 1}
    assert due(zhao, on="2026-03-17", since="2026-03-17", owner_id=load["rep_id"]) == ["C"]
    assert chen.get("/due-list/loads", days=21).get_json()["items"] == [load]
    assert li.get("/due-list/loads").get_json()["items"] == []


def test_the_day_of_a_rep_tells_what_is_done_left_and_next(
    front_with_work: Front, chen: Caller
) -> None:
    front = front_with_work
    session = chen.get("/due-list/session").get_json()
    assert (session["done"], session["left"], session["overdue"]) == (0, 2, 2)
    assert (session["per_hour"], session["since"], session["streak"]) == (None, None, 0)
    assert session["next_on"] == "2026-03-17"
    assert session["next_due"] == len(due(chen, on="2026-03-17")) - 2

    began = front.company.now
    for item in chen.get("/due-list").get_json()["items"]:
        chen.post(f"/customers/{item['customer_id']}/quick-notes", {"key": "2"})
        front.company.wait(minutes=20)
    front.settle()

    session = chen.get("/due-list/session").get_json()
    assert (session["done"], session["left"], session["per_hour"]) == (2, 0, 3)
    assert datetime.fromisoformat(session["since"]) == began
    assert session["streak"] == 1
    assert session["next_due"] == len(due(chen, on="2026-03-17"))

from __future__ import annotations

from typing import Any

import pytest

from tests.support.http import Caller, Front
from tests.support.problems import problem_of

PEOPLE = [
    {"name": "王小明", "grade": "A", "industry": "建材", "tags": ["vip"], "importance": "key"},
    {"name": "李四", "grade": "B", "industry": "建材", "phones": ["13900139000"]},
    {"name": "张三", "grade": "B", "industry": "酒店", "district": "上海"},
    {"name": "赵六", "grade": "D"},
]


@pytest.fixture
def customers(front: Front, chen: Caller) -> dict[str, str]:
    """Chen's four customers: name to id."""
    found = {person["name"]: chen.post("/customers", person).get_json()["id"] for person in PEOPLE}
    front.settle()
    return found


def names(caller: Caller, **query: Any) -> list[str]:
    response = caller.get("/customers", **query)
    assert response.status_code == 200, response.text
    return [row["name"] for row in response.get_json()["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"grade": "A,D"}, {"王小明", "赵六"}),
        ({"grade": "B", "industry": "建材"}, {"李四"}),
        ({"tag": "vip"}, {"王小明"}),
        ({"importance": "key"}, {"王小明"}),
        ({"district": "上海"}, {"张三"}),
        ({"due_before": "2026-03-04"}, {"王小明"}),
        ({"registered_after": "2026-03-02"}, set()),
        ({"last_contact_after": "2020-01-01"}, set()),
        ({"verification": "verified", "source": "rep_visit", "grade": "D"}, {"赵六"}),
    ],
)
def test_filters_are_narrowed_by_each_other(
    chen: Caller, customers: dict[str, str], query: dict[str, str], found: set[str]
) -> None:
    assert customers
    assert set(names(chen, **query)) == found


@pytest.mark.parametrize(
    "sort", ["name", "company", "grade", "due_on", "last_contact_on", "registered_on"]
)
def test_pages_in_any_order_hold_everybody_once(
    chen: Caller, customers: dict[str, str], sort: str
) -> None:
    for order in (sort, f"-{sort}"):
        whole = names(chen, sort=order)
        first = chen.get("/customers", sort=order, limit=3).get_json()
        rest = chen.get("/customers", sort=order, limit=3, cursor=first["next_cursor"]).get_json()
        paged = [row["name"] for row in first["items"] + rest["items"]]
        assert paged == whole
        assert set(whole) == set(customers)
    assert names(chen, sort=f"-{sort}") == names(chen, sort=sort)[::-1]


def test_names_are_sorted_as_they_are_read_aloud(chen: Caller, customers: dict[str, str]) -> None:
    assert customers
    assert names(chen, sort="name") == ["李四", "王小明", "张三", "赵六"]


def test_a_list_shows_what_was_asked_for(chen: Caller, customers: dict[str, str]) -> None:
    (row,) = chen.get("/customers", fields="name,phones", grade="A").get_json()["items"]

    assert row == {"customer_id": customers["王小明"], "version": 1, "name": "王小明", "phones": []}


def test_a_version_in_the_list_is_the_one_to_change(
    chen: Caller, customers: dict[str, str]
) -> None:
    (row,) = chen.get("/customers", grade="A").get_json()["items"]

    path = f"/customers/{customers['王小明']}"
    response = chen.patch(path, {"importance": "ordinary"}, if_match=row["version"])

    assert response.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"grade": "F"},
        {"sort": "phone"},
        {"fields": "password"},
        {"colour": "red"},
        {"limit": "0"},
        {"due_before": "tomorrow"},
        {"owner_id": "me"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(chen: Caller, query: dict[str, str]) -> None:
    problem = problem_of(chen.get("/customers", **query), 422, "invalid")

    assert problem["errors"][0]["parameter"] == next(iter(query))


def test_a_manager_sees_his_teams_customers_and_a_rep_his_own(
    chen: Caller, li: Caller, zhao: Caller, customers: dict[str, str]
) -> None:
    assert set(names(zhao)) == set(names(chen)) == set(customers)
    assert names(li) == []

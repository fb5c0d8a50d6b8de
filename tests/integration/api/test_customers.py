from __future__ import annotations

from typing import Any

import pytest

from tests.support.http import Caller, Front
from tests.support.problems import problem_of

CARD = {"name": "王小明", "company": "远东贸易有限公司", "phones": ["13800138000"]}


def created(caller: Caller, **fields: Any) -> dict[str, Any]:
    response = caller.post("/customers", {**CARD, **fields})
    assert response.status_code == 201, response.text
    return dict(response.get_json())


def test_a_customer_that_was_opened_can_be_read_where_the_answer_says(chen: Caller) -> None:
    response = chen.post("/customers", {**CARD, "demand": "present", "expected_on": "2026-03-20"})
    read = chen.get(response.headers["Location"].removeprefix("/api/v1"))

    assert response.status_code == 201
    assert read.status_code == 200
    assert read.get_json() == response.get_json()
    assert read.headers["ETag"] == response.headers["ETag"] == '"v1"'
    shown = read.get_json()
    assert (shown["name"], shown["phones"]) == ("王小明", ["+8613800138000"])
    assert (shown["grade"], shown["journal"]) == ("A", "daily")
    assert shown["due"]["on"] == "2026-03-03"


def test_only_what_is_named_is_corrected_and_null_empties_a_field(chen: Caller) -> None:
    customer = created(chen, email="wang@example.com", tags=["vip"], route="East")

    response = chen.patch(
        f"/customers/{customer['id']}",
        {"email": None, "tags": None, "company": "远东实业", "reason": "asked him"},
        if_match=1,
    )

    shown = response.get_json()
    assert response.status_code == 200
    assert (shown["email"], shown["tags"], shown["company"]) == ("", [], "远东实业")
    assert (shown["name"], shown["route"]) == ("王小明", "East")
    assert response.headers["ETag"] == f'"v{shown["version"]}"'


@pytest.mark.parametrize("field", ["name", "shares_company", "reason"])
def test_what_cannot_be_empty_refuses_null(front: Front, chen: Caller, field: str) -> None:
    customer = created(chen)
    before = front.head

    response = chen.patch(f"/customers/{customer['id']}", {field: None}, if_match=1)

    assert problem_of(response, 422, "invalid")["errors"][0]["pointer"] == f"/{field}"
    assert front.head == before


def test_two_who_change_what_both_have_read_are_told_apart(chen: Caller) -> None:
    customer = created(chen)
    path = f"/customers/{customer['id']}"
    chen.patch(path, {"importance": "key"}, if_match=1)

    response = chen.patch(path, {"importance": "key", "industry": "floors"}, if_match=1)

    problem_of(response, 412, "stale-version")
    assert response.headers["ETag"] == chen.get(path).headers["ETag"] == '"v2"'


def test_a_correction_needs_the_version_that_was_read(chen: Caller) -> None:
    customer = created(chen)

    response = chen.patch(f"/customers/{customer['id']}", {"importance": "key"})

    problem_of(response, 428, "if-match-required")

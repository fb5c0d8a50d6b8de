from __future__ import annotations

from typing import Any

import pytest

from tests.support.http import Caller, Front
from tests.support.problems import problem_of

CARD = {"name": "王小明", "company": "远东贸易有限公司", "phones": ["13800138000"]}


@pytest.fixture
def wang(front: Front, chen: Caller) -> str:
    """The id of Chen's customer Wang, contacted today."""
    customer = chen.post("/customers", CARD).get_json()
    chen.post(f"/customers/{customer['id']}/quick-notes", {"key": "2"})
    front.settle()
    return str(customer["id"])


def check(caller: Caller, **card: str) -> list[dict[str, Any]]:
    response = caller.post("/duplicates/check", card)
    assert response.status_code == 200, response.text
    return list(response.get_json()["items"])


def test_ones_own_customer_is_shown_whole(chen: Caller, front: Front, wang: str) -> None:
    (hit,) = check(chen, phone="13800138000")

    assert hit == {
        "is_masked": False,
        "is_in_pool": False,
        "customer_id": wang,
        "name": "王小明",
        "company": "远东贸易有限公司",
        "owner_id": str(front.company.chen),
        "owner_name": "Chen",
        "second_owner_id": None,
        "last_contact_on": "2026-03-02",
        "matched": ["phone"],
    }


def test_somebody_elses_customer_is_masked(li: Caller, front: Front, wang: str) -> None:
    (hit,) = check(li, company="远东贸易", phone="138 0013 8000")

    assert hit["is_masked"]
    assert hit["customer_id"] is None
    assert (hit["name"], hit["company"]) == ("王**", "远**")
    assert (hit["owner_name"], hit["last_contact_on"]) == ("Chen", "2026-03-02")
    assert hit["owner_id"] == str(front.company.chen)
    assert wang not in str(hit)


def test_asking_about_nobody_is_refused(chen: Caller) -> None:
    problem = problem_of(chen.post("/duplicates/check", {"limit": 5}), 422, "invalid")

    assert problem["errors"][0]["pointer"] == "/name"


def test_a_clash_tells_the_own_rep_who_it_is_and_others_only_that_it_is(
    front: Front, chen: Caller, li: Caller, wang: str
) -> None:
    before = front.head
    body = {"name": "王大明", "phones": ["+86 138-0013-8000"]}

    own = problem_of(chen.post("/customers", body), 409, "duplicate-customer")
    other = li.post("/customers", body)

    assert own["duplicate"]["customer_id"] == wang
    assert own["errors"][0]["pointer"] == "/phones"
    masked = problem_of(other, 409, "duplicate-customer")["duplicate"]
    assert masked["is_masked"]
    assert masked["owner_name"] == "Chen"
    assert wang not in other.text
    assert "小明" not in other.text
    assert front.head == before


def test_a_correction_that_clashes_is_refused_the_same_way(
    front: Front, li: Caller, wang: str
) -> None:
    mine = li.post("/customers", {"name": "李四"}).get_json()
    before = front.head

    response = li.patch(
        f"/customers/{mine['id']}", {"phones": ["13800138000"], "reason": "he said"}, if_match=1
    )

    assert problem_of(response, 409, "duplicate-customer")["duplicate"]["is_masked"]
    assert wang not in response.text
    assert front.head == before


def test_only_a_manager_with_a_reason_may_share_a_company(
    front: Front, chen: Caller, zhao: Caller, wang: str
) -> None:
    assert wang
    body = {"name": "李四", "company": "远东贸易有限公司", "shares_company": True}
    owned = {**body, "owner_id": str(front.company.li)}
    before = front.head

    problem_of(chen.post("/customers", {**body, "reason": "two shops"}), 403, "forbidden")
    problem_of(zhao.post("/customers", owned), 422, "reason-required")
    assert front.head == before
    assert zhao.post("/customers", {**owned, "reason": "two shops"}).status_code == 201


@pytest.mark.parametrize("text", ["小明", "远东", "0138", "wangxiao", "wxm", "xiaoming"])
def test_a_customer_in_scope_is_found_by_any_fragment(chen: Caller, wang: str, text: str) -> None:
    items = chen.post("/search", {"text": text}).get_json()["items"]

    assert [item["customer_id"] for item in items] == [wang]


def test_a_search_does_not_find_somebody_elses_customer(li: Caller, wang: str) -> None:
    assert wang
    assert li.post("/search", {"text": "王小明"}).get_json() == {"items": []}
